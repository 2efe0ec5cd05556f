/**
 * Whether there is room for a cleaning: of each segment the new one is written beside those that it replaces. Where it may
 * be tight, the cleaning is rehearsed, before anything is opened for writing.
 */
import { join } from 'node:path'
import { RefusedError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { OverlayDisk } from '../../disk/overlay-disk.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import { LogDirs, type LogDirsOptions } from '../../log-dirs/log-dirs.ts'
import type { OpenLogDir } from '../../log-dirs/open-log-dir.ts'
import type { LoadedPartition } from '../rehearse-loading.ts'
import { bytesWithIndexes } from '../room.ts'
import type { CompactedLog } from './compact-log.ts'

export interface CleaningRehearsal extends LogDirsOptions {
  /** Changes nothing. */
  readonly rehearse: (log: PartitionLog, dir: OpenLogDir) => Promise<CompactedLog>
  /** What takes less, where something does. */
  readonly advice: string
}

/**
 * @returns by path, what speaks against the cleaning
 * @throws DiskError
 */
export async function refusedForRoom(
  partitions: readonly LoadedPartition[],
  { rehearse, advice, ...opening }: CleaningRehearsal,
): Promise<ReadonlyMap<string, unknown>> {
  const { disk } = opening
  const refused = new Map<string, unknown>()
  const tight = partitions.filter(partition => isTight(disk, partition))
  if (tight.length === 0) return refused
  const logDirs = LogDirs.open([...new Set(tight.map(({ logDir }) => logDir))], {
    ...opening,
    disk: new OverlayDisk(disk),
    takesLocks: false,
  })
  try {
    for (const { logDir, path, topic, partition } of tight) {
      const dir = logDirs.dirs.find(each => each.path === logDir)!
      try {
        const { cleaned } = await rehearse(dir.open({ topic, partition }), dir)
        const needed = cleaned === undefined ? 0 : bytesWithIndexes(cleaned.largestBytes)
        const usable = usableBytes(disk, path)
        if (usable < needed) refused.set(path, noRoom({ path, needed, usable, advice }))
      } catch (error) {
        refused.set(path, error)
      }
    }
  } finally {
    await logDirs.close()
  }
  return refused
}

function isTight(disk: Disk, { path }: LoadedPartition): boolean {
  const logs = disk.list(path).filter(({ name }) => name.endsWith('.log'))
  const sizes = logs.map(({ name }) => disk.status(join(path, name))?.size ?? 0)
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  return usableBytes(disk, path) < bytesWithIndexes(bytes)
}

function usableBytes(disk: Disk, path: string): number {
  return Number(disk.space(path)?.usableBytes ?? Infinity)
}

interface Lack {
  readonly path: string
  readonly needed: number
  readonly usable: number
  readonly advice: string
}

function noRoom({ path, needed, usable, advice }: Lack): RefusedError {
  const what = `up to ${needed} bytes are written beside what they replace, ${usable} are free`
  const why = `no room to clean ${path}: ${what}; nothing was changed${advice}`
  return new RefusedError('KAFKA_STORAGE_ERROR', why)
}
