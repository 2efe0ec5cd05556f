/**
 * Which partition a key belongs to, as the default partitioner picks it: by its hash and the number of partitions.
 * That number is told from the folders: one more than the highest in any of the log.dirs.
 */
import { dirname, resolve } from 'node:path'
import { partitionForKey } from '../../binary/murmur2.ts'
import type { Disk } from '../../disk/disk.ts'
import { parsePartitionFolder } from '../../log/file-names.ts'
import type { SearchedPartition } from './search.ts'

export interface KeyPlacement {
  readonly topic: string
  readonly partitionCount: number
  /** One for each key, each once. */
  readonly partitions: readonly number[]
}

export interface PlacementOptions {
  readonly keys: readonly Buffer[]
  /** Besides those that hold what is searched. */
  readonly logDirs: readonly string[]
  /** What the folders would tell, where they are not all here. */
  readonly partitionCount: number | undefined
}

/** For each topic that is searched. */
export function placementsOf(
  disk: Disk,
  partitions: readonly SearchedPartition[],
  { keys, logDirs, partitionCount }: PlacementOptions,
): KeyPlacement[] {
  const parents = partitions.map(({ log }) => dirname(resolve(log.directory.path)))
  const dirs = new Set([...parents, ...logDirs.map(path => resolve(path))])
  const counts = countPartitions(disk, dirs)
  const topics = new Set(partitions.map(({ topic }) => topic))
  return [...topics].map(topic => {
    const count = partitionCount ?? counts.get(topic) ?? 1
    const chosen = new Set(keys.map(key => partitionForKey(key, count)))
    return { topic, partitionCount: count, partitions: [...chosen].sort((a, b) => a - b) }
  })
}

function countPartitions(disk: Disk, dirs: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const dir of dirs) {
    for (const { name, kind } of disk.list(dir)) {
      const folder = kind === 'directory' ? parsePartitionFolder(name) : undefined
      if (folder === undefined || folder.state === 'deleted') continue
      counts.set(folder.topic, Math.max(counts.get(folder.topic) ?? 0, folder.partition + 1))
    }
  }
  return counts
}
