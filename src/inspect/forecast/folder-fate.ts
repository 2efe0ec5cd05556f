/**
 * What a start makes of the folders of partitions, by the topic id that each carries and by what the cluster's metadata has
 * of that: their names count for less.
 *
 * | folder          | with                                                          | a broker                             |
 * |-----------------|---------------------------------------------------------------|--------------------------------------|
 * | serves, -future | no topic id, one unknown, no replica of the partition here    | renames it to `-stray`               |
 * | serves, -future | the id of a topic of another name                             | loads it, and serves it to nobody    |
 * | serves, -future | any, where the cluster's metadata is lost                     | renames it to `-stray`               |
 * | -future         | the partition assigned to this log.dir                        | puts it in place                     |
 * | serves          | such a -future folder of the same partition                   | deletes it                           |
 * | -future         | one that serves in another log.dir                            | copies on, and puts it in that one's place |
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager#isStrayKraftReplica, #recoverAbandonedFutureLogs;
 * kafka.server.ReplicaManager#maybeAddLogDirFetchers
 */
import { join } from 'node:path'
import { DiskError, LimitError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { METADATA_TOPIC, PARTITION_METADATA } from '../../log/file-names.ts'
import { readPartitionMetadata } from '../../log/partition-metadata.ts'
import { checkpointKey, type LogDir, type PartitionFolder } from '../../log-dirs/log-dir.ts'
import type { ClusterImage } from '../../metadata/cluster-image.ts'
import { directoryOn } from '../../metadata/partition-image.ts'
import type { ClusterHere } from '../topics/cluster-here.ts'
import { nodeIdentity } from '../topics/node-identity.ts'

export type FolderFate =
  | { readonly kind: 'stray'; readonly why: StrayReason }
  | { readonly kind: 'unserved'; readonly idOf: string }
  | { readonly kind: 'promoted' }
  | { readonly kind: 'replaced'; readonly by: string }
  | { readonly kind: 'moving'; readonly from: string }

/** `metadata-unknown`: unless the metadata is elsewhere. */
export type StrayReason =
  | 'no-topic-id'
  | 'unknown-topic-id'
  | 'no-such-partition'
  | 'no-replica'
  | 'no-metadata-log'
  | 'metadata-unknown'

/** Where a broker looks for the cluster's metadata, whether it lies there or not. */
export type MetadataPlace = 'these-log-dirs' | 'elsewhere' | 'unknown'

export type FolderFates = ReadonlyMap<PartitionFolder, FolderFate>

/**
 * Of the folders that do not go on as they are; what can't be read, opening it tells.
 *
 * @param place as the broker's file tells it, where there is one
 */
export function folderFates(
  disk: Disk,
  { logDirs, metadataLog }: Pick<ClusterHere, 'logDirs' | 'metadataLog'>,
  place: MetadataPlace,
): FolderFates {
  const fates = new Map<PartitionFolder, FolderFate>()
  const nodeId = nodeIdentity(logDirs)?.nodeId
  const isKraft = logDirs.some(({ meta }) => meta?.version === 1)
  if (nodeId === undefined || !isKraft) return fates
  for (const logDir of logDirs) {
    for (const folder of logDir.partitions.filter(isLoaded)) {
      const fate =
        metadataLog === undefined
          ? FATE_WITHOUT_METADATA[place]
          : fateOf(disk, { folder, logDir }, { image: metadataLog.image, nodeId })
      if (fate) fates.set(folder, fate)
    }
  }
  for (const folder of logDirs.flatMap(({ partitions }) => partitions.filter(isLoaded))) {
    if (folder.parsed.state !== 'future') continue
    const { path, parsed } = folder
    const fate = fates.get(folder)
    if (fate !== undefined && fate.kind !== 'promoted') continue
    const serving = servingFolder(logDirs, fates, checkpointKey(parsed))
    if (serving === undefined) continue
    if (fate !== undefined) fates.set(serving, { kind: 'replaced', by: path })
    else if (!fates.has(serving)) fates.set(folder, { kind: 'moving', from: serving.path })
  }
  return fates
}

const FATE_WITHOUT_METADATA: Readonly<Record<MetadataPlace, FolderFate | undefined>> = {
  'these-log-dirs': { kind: 'stray', why: 'no-metadata-log' },
  elsewhere: undefined,
  unknown: { kind: 'stray', why: 'metadata-unknown' },
}

function isLoaded({ parsed, insteadOfFolder }: PartitionFolder): boolean {
  if (insteadOfFolder !== undefined || parsed.topic === METADATA_TOPIC) return false
  return parsed.state === 'live' || parsed.state === 'future'
}

export interface FolderPlace {
  readonly folder: PartitionFolder
  readonly logDir: LogDir
}

export interface NodeImage {
  readonly image: ClusterImage
  readonly nodeId: number
}

/** Of a folder that a broker loads, whatever else lies beside it. */
export function fateOf(
  disk: Disk,
  { folder, logDir }: FolderPlace,
  { image, nodeId }: NodeImage,
): FolderFate | undefined {
  const { topic: name, partition: partitionId, state } = folder.parsed
  const topicId = topicIdIn(disk, folder.path)
  if (topicId === 'unreadable') return undefined
  if (topicId === undefined) return { kind: 'stray', why: 'no-topic-id' }
  const topic = image.topics.byId(topicId)
  if (topic === undefined) return { kind: 'stray', why: 'unknown-topic-id' }
  const partition = topic.partitions.get(partitionId)
  if (partition === undefined) return { kind: 'stray', why: 'no-such-partition' }
  if (!partition.replicas.includes(nodeId)) return { kind: 'stray', why: 'no-replica' }
  if (topic.name !== name) return { kind: 'unserved', idOf: topic.name }
  const assigned = directoryOn(partition, nodeId)
  const isAssigned = assigned !== undefined && assigned === logDir.meta?.directoryId
  return state === 'future' && isAssigned ? { kind: 'promoted' } : undefined
}

/** Undefined where there is none. Over a damaged one a broker does not start: no fate of the folder's. */
function topicIdIn(disk: Disk, folder: string): string | undefined {
  const path = join(folder, PARTITION_METADATA)
  try {
    if (disk.status(path) === undefined) return undefined
    return readPartitionMetadata(disk.readWhole(path), path).topicId ?? 'unreadable'
  } catch (error) {
    if (error instanceof DiskError || error instanceof LimitError) return 'unreadable'
    throw error
  }
}

function servingFolder(
  logDirs: readonly LogDir[],
  fates: FolderFates,
  partition: string,
): PartitionFolder | undefined {
  return logDirs
    .flatMap(({ partitions }) => partitions.filter(isLoaded))
    .find(folder => {
      const isLive = folder.parsed.state === 'live' && checkpointKey(folder.parsed) === partition
      return isLive && fates.get(folder)?.kind !== 'stray'
    })
}

/** Whether it has records to serve later: a fate that the metadata decides, and not their absence. */
export function servesLater({ parsed }: PartitionFolder, fate: FolderFate | undefined): boolean {
  if (parsed.topic === METADATA_TOPIC) return false
  if (fate?.kind === 'promoted') return true
  return parsed.state === 'live' && (fate === undefined || isDoubtful(fate))
}

/** Of which the metadata, that may be elsewhere, would tell more. */
export function isDoubtful(fate: FolderFate): boolean {
  return fate.kind === 'stray' && fate.why === 'metadata-unknown'
}
