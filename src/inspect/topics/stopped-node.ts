/**
 * A node that is stopped, or was never started, or not even formatted: all that has to be known of it before its
 * metadata log is written to, and what stands in the way.
 */
import { join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import type { LockHolder } from '../../disk/file-lock.ts'
import { METADATA_TOPIC, partitionFolderName, QUORUM_STATE } from '../../log/file-names.ts'
import type { LogDir } from '../../log-dirs/log-dir.ts'
import type { SoleVoter } from '../../log-dirs/metadata-term.ts'
import { readQuorumState, type QuorumState } from '../../log-dirs/quorum-state.ts'
import { activationRecords, bootstrapRecords, levelOf } from '../../metadata/bootstrap-records.ts'
import { ClusterImage, METADATA_VERSION } from '../../metadata/cluster-image.ts'
import { decodeMetadataRecord, type MetadataRecord } from '../../metadata/metadata-records.ts'
import type { ReadOptions } from '../internal-topics/partitions-here.ts'
import { walkFile } from '../internal-topics/record-walk.ts'
import { readClusterHere, type ClusterHere } from './cluster-here.ts'
import { clusterProblems } from './cluster-problems.ts'
import { missingLogDirProblems } from './missing-log-dirs.ts'
import { identityProblems, lockProblems, nodeIdentity, type NodeIdentity } from './node-identity.ts'

export interface StoppedNode extends ClusterHere {
  /** Undefined where none of its log.dirs was formatted. */
  readonly identity: NodeIdentity | undefined
  /** As its next leader finds it: with the records that make a beginning, or end what was left open. */
  readonly image: ClusterImage
  /** Those records; they go before all others. */
  readonly activation: readonly MetadataRecord[]
  /** The folder of its metadata log, there or not. */
  readonly metadataFolder: string
  readonly logEndOffset: bigint
  readonly quorum: Omit<SoleVoter, 'nodeId'>
  /** Each in a sentence; it must not be changed while there are any. */
  readonly problems: readonly string[]
  /** Those of the problems for which its metadata log alone must not be: others write it, or write to it. */
  readonly clusterProblems: readonly string[]
}

export interface StoppedNodeOptions extends Omit<ReadOptions, 'problem'> {
  readonly askLock: (path: string) => LockHolder | undefined | 'unknown'
}

export interface NodePlaces {
  /** Of the log.dirs that are there and not empty. */
  readonly paths: readonly string[]
  /** Those that are to be formatted. */
  readonly fresh: readonly { readonly path: string }[]
  /** Where a metadata log is to begin: a broker expects it in the first of its `log.dirs`. */
  readonly firstPath: string
}

/** @throws DiskError where a log.dir can't be listed */
export function readStoppedNode(
  disk: Disk,
  { paths, fresh, firstPath }: NodePlaces,
  { askLock, ...options }: StoppedNodeOptions,
): StoppedNode {
  const problems: string[] = []
  const problem = (message: string) => void problems.push(message)
  const here = readClusterHere(disk, paths, { ...options, problem })
  const { logDirs, metadataLog } = here
  problems.push(...identityProblems(logDirs), ...lockProblems(logDirs, askLock))
  problems.push(...metadataPlaceProblems(here))
  const identity = nodeIdentity(logDirs)
  const image = metadataLog?.image ?? new ClusterImage()
  const bootstrap = readBootstrap(disk, logDirs, { ...options, problem })
  const activation = activate(image, bootstrap, problem)
  const metadataFolder = metadataLog?.path ?? join(firstPath, METADATA_FOLDER)
  const quorumState = readQuorum(disk, metadataFolder)
  const ofCluster: string[] = []
  if (identity !== undefined && problems.length === 0) {
    const { nodeId } = identity
    ofCluster.push(...clusterProblems({ nodeId, image, metadataLog, quorumState }))
    problems.push(...ofCluster)
    const given = { nodeId, image, logDirs, freshCount: fresh.length }
    problems.push(...missingLogDirProblems(given, REPLACED))
  }
  const lastEpoch = Math.max(metadataLog?.lastEpoch ?? 0, quorumState?.leaderEpoch ?? 0)
  return {
    ...here,
    identity,
    image,
    activation,
    metadataFolder,
    logEndOffset: metadataLog?.logEndOffset ?? 0n,
    quorum: { lastEpoch, isDynamic: metadataLog?.quorum.isDynamic ?? false },
    problems,
    clusterProblems: ofCluster,
  }
}

const REPLACED = '; where that one is lost, an empty directory in its place'

const METADATA_FOLDER = partitionFolderName({
  topic: METADATA_TOPIC,
  partition: 0,
  state: 'live',
})

/** A broker that ran has a metadata log, in one log.dir. */
function metadataPlaceProblems({ logDirs, folders, metadataLog }: ClusterHere): string[] {
  const places = folders.of(METADATA_TOPIC, 0)
  if (places.length > 1) {
    const paths = places.map(({ path }) => path).join(', ')
    return [`the metadata log is in several places, ${paths}: give one node's log.dirs`]
  }
  const used = logDirs.find(({ partitions, cleanShutdown }) => {
    return partitions.length > 0 || cleanShutdown !== undefined
  })
  if (metadataLog !== undefined || used === undefined) return []
  const why = used.partitions.length > 0 ? 'has partitions' : 'was in use'
  return [
    `${used.path} ${why}, but ${METADATA_FOLDER} is not here: give all log.dirs of ` +
      'the node (its metadata.log.dir, too)',
  ]
}

/** What a node that was only formatted begins with. */
function readBootstrap(
  disk: Disk,
  logDirs: readonly LogDir[],
  { limits, problem }: ReadOptions,
): readonly MetadataRecord[] {
  const path = logDirs.find(({ bootstrapPath }) => bootstrapPath !== undefined)?.bootstrapPath
  if (path === undefined) return bootstrapRecords()
  const records: MetadataRecord[] = []
  const visitor = {
    record: ({ value }: { readonly value: Buffer | null }) => {
      records.push(decodeMetadataRecord(value))
    },
    endTransaction: () => undefined,
  }
  walkFile(disk, path, { visitor, problem, isLast: false, baseOffset: 0n, limits })
  return records
}

function activate(
  image: ClusterImage,
  bootstrap: readonly MetadataRecord[],
  problem: (message: string) => void,
): readonly MetadataRecord[] {
  if (image.metadataVersion === undefined && levelOf(METADATA_VERSION, bootstrap) === 0) {
    problem('the bootstrap.checkpoint sets no metadata.version: no broker would start')
    return []
  }
  const records = activationRecords(image, { bootstrap, minInsyncReplicas: 1 })
  for (const record of records) image.apply(record)
  return records
}

function readQuorum(disk: Disk, folder: string): QuorumState | undefined {
  const path = join(folder, QUORUM_STATE)
  if (disk.status(path) === undefined) return undefined
  return readQuorumState(disk.readWhole(path), path)
}
