/** A node's log.dirs and the cluster whose metadata log one of them holds. */
import type { Disk } from '../../disk/disk.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import { readLogDir, type LogDir } from '../../log-dirs/log-dir.ts'
import type { BrokerConfigs } from '../../metadata/broker-configs.ts'
import { ResourceConfigs } from '../../metadata/resource-configs.ts'
import { readMetadataLog, type MetadataLog } from '../internal-topics/metadata-log.ts'
import { PartitionsHere, type ReadOptions } from '../internal-topics/partitions-here.ts'
import { nodeIdentity } from './node-identity.ts'
import { TopicFolders } from './topic-folders.ts'

export interface ClusterHere {
  readonly logDirs: readonly LogDir[]
  readonly folders: TopicFolders
  /** Undefined where none of them holds it: the node was never started, or has it elsewhere. */
  readonly metadataLog: MetadataLog | undefined
}

/** @throws DiskError where a log.dir can't be listed */
export function readClusterHere(
  disk: Disk,
  paths: readonly string[],
  options: ReadOptions,
): ClusterHere {
  const logDirs = [...new Set(paths)].map(path => readLogDir(disk, path))
  const folders = new TopicFolders(logDirs)
  // A broker recovers its metadata log at every start: that it was not closed cleanly is no news.
  const here = new PartitionsHere(disk, paths, { ...options, notice: () => undefined }).open({
    topic: METADATA_TOPIC,
    partition: 0,
  })
  const places = folders.of(METADATA_TOPIC, 0)
  if (places.length > 1 && here !== undefined) {
    const all = places.map(({ path }) => path).join(', ')
    options.notice(`there are several metadata logs (${all}): ${here.path}, the longest, is read`)
  }
  const metadataLog = here && readMetadataLog(disk, here, options.problem)
  return { logDirs, folders, metadataLog }
}

/** By directory id. */
export function pathsById(logDirs: readonly LogDir[]): ReadonlyMap<string, string> {
  return new Map(
    logDirs.flatMap(({ path, meta }) =>
      meta?.directoryId === undefined ? [] : [[meta.directoryId, path] as const],
    ),
  )
}

/** @param file what the broker's file says */
export function brokerConfigsHere(
  { logDirs, metadataLog }: Pick<ClusterHere, 'logDirs' | 'metadataLog'>,
  file: BrokerConfigs['file'],
): BrokerConfigs {
  const dynamic = metadataLog?.image.configs ?? new ResourceConfigs()
  const knowsTopics = metadataLog !== undefined
  return { knowsTopics, dynamic, nodeId: nodeIdentity(logDirs)?.nodeId, file }
}
