/** A node's log.dirs and the cluster whose metadata log one of them holds. */
import type { Disk } from '../../disk/disk.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import { readLogDir, type LogDir } from '../../log-dirs/log-dir.ts'
import { readMetadataLog, type MetadataLog } from '../internal-topics/metadata-log.ts'
import { PartitionsHere, type ReadOptions } from '../internal-topics/partitions-here.ts'
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
  const here = new PartitionsHere(disk, paths, options).open({
    topic: METADATA_TOPIC,
    partition: 0,
  })
  return {
    logDirs,
    folders: new TopicFolders(logDirs),
    metadataLog: here && readMetadataLog(disk, here, options.problem),
  }
}

/** By directory id. */
export function pathsById(logDirs: readonly LogDir[]): ReadonlyMap<string, string> {
  return new Map(
    logDirs.flatMap(({ path, meta }) =>
      meta?.directoryId === undefined ? [] : [[meta.directoryId, path] as const],
    ),
  )
}
