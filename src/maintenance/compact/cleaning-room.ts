/** Whether there is room for a cleaning: of each segment the new one is written beside those that it replaces. */
import { RefusedError } from '../../base/errors.ts'
import { cleanLog, type CleanOptions } from '../../log/cleaner/clean-log.ts'
import type { PartitionLog } from '../../log/partition-log.ts'

/** With its indexes, and blocks of the file system that are not full. */
function withIndexes(bytes: number): number {
  return bytes + Math.ceil(bytes / INDEX_PART) + 65_536
}

/** Two indexes have 20 bytes for each 4096 of a log. */
const INDEX_PART = 128

/**
 * Where it is tight, the cleaning is rehearsed.
 *
 * @param rolls whether the active segment is to be cleaned too, of which no rehearsal tells
 * @throws RefusedError nothing was changed
 */
export async function requireRoom(
  log: PartitionLog,
  options: CleanOptions,
  rolls: boolean,
): Promise<void> {
  const { path, files } = log.folder
  const usable = files.disk.space(path)?.usableBytes
  const activeBytes = rolls ? log.segments.at(-1)!.size : 0
  const closedBytes = log.segments.slice(0, -1).reduce((sum, { size }) => sum + size, 0)
  if (usable === undefined || usable >= withIndexes(closedBytes + activeBytes)) return
  const { counts } = await cleanLog(log, { ...options, isPreview: true })
  const needed = withIndexes(counts.largestBytes + activeBytes)
  if (usable >= needed) return
  const what = `up to ${needed} bytes are written beside what they replace, ${usable} are free`
  const advice = rolls ? '; without --roll it takes less' : ''
  const why = `no room to clean ${log.name}: ${what}; nothing was changed${advice}`
  throw new RefusedError('KAFKA_STORAGE_ERROR', why)
}
