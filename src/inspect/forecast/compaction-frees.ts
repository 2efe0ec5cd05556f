/**
 * What a compaction frees that is due, told by the cleaner itself, which writes nothing: over a log that is loaded over an
 * overlay, as a start loads it.
 */
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { OpenFiles } from '../../disk/open-files.ts'
import { OverlayDisk } from '../../disk/overlay-disk.ts'
import { cleanLog } from '../../log/cleaner/clean-log.ts'
import { cleanableRange } from '../../log/cleaner/cleanable-range.ts'
import { mapSize } from '../../log/cleaner/map-size.ts'
import { OffsetMap, type OffsetMapOptions } from '../../log/cleaner/offset-map.ts'
import { cleanableLog } from '../../log/cleaner/segment-sizes.ts'
import type { LoadAction } from '../../log/load-action.ts'
import { PartitionLog } from '../../log/partition-log.ts'
import { asFailure } from '../../log-dirs/plain-failure.ts'
import type { RecoverTask } from '../../log-dirs/recover-log.ts'
import { lostBytes, OPEN_FILES_MAX } from './start-outcome.ts'

export type CompactionFrees =
  | { readonly kind: 'known'; readonly bytes: number }
  /** It would take more than the budget. */
  | { readonly kind: 'unread' }
  | { readonly kind: 'unknown'; readonly why: string }

export interface LogToCompact {
  readonly task: RecoverTask
  /** First dirty offset, as the log.dir's checkpoint has it. */
  readonly checkpoint: bigint | undefined
  /** Whether one broker alone has it. */
  readonly isOnlyReplica: boolean
}

export interface CompactionOptions {
  readonly limits: DecodeLimits
  /** At most. */
  readonly dedupeBuffer: OffsetMapOptions
}

export async function compactionFrees(
  disk: Disk,
  { task, checkpoint, isOnlyReplica }: LogToCompact,
  options: CompactionOptions,
): Promise<CompactionFrees> {
  const { path, topic, partition, highWatermark, nowMs } = task
  const files = new OpenFiles(new OverlayDisk(disk), OPEN_FILES_MAX)
  const actions: LoadAction[] = []
  try {
    const folder = { path, topic, partition, files }
    const log = new PartitionLog(folder, {
      ...task,
      clock: { nowMs: () => nowMs },
      onAction: action => actions.push(action),
    })
    if (lostBytes(actions) > 0) return { kind: 'unknown', why: 'the start cuts the log before' }
    log.raiseHighWatermark(isOnlyReplica ? log.endOffset : highWatermark)
    return await freed(log, checkpoint, { ...options, nowMs })
  } catch (error) {
    return { kind: 'unknown', why: asFailure(error).message }
  } finally {
    files.closeAll()
  }
}

async function freed(
  log: PartitionLog,
  checkpoint: bigint | undefined,
  { limits, dedupeBuffer, nowMs }: CompactionOptions & { readonly nowMs: number },
): Promise<CompactionFrees> {
  const range = cleanableRange(cleanableLog(log), { checkpoint, nowMs })
  if (range.due === undefined) return { kind: 'known', bytes: 0 }
  const { firstDirtyOffset, firstUncleanableOffset } = range
  const { counts, endOffset } = await cleanLog(log, {
    firstDirtyOffset,
    firstUncleanableOffset,
    map: new OffsetMap({ ...dedupeBuffer, bytes: mapSize(range, dedupeBuffer) }),
    nowMs,
    limits,
    isPreview: true,
  })
  const bytes = counts.before.bytes - counts.after.bytes
  if (endOffset >= firstUncleanableOffset) return { kind: 'known', bytes }
  const why = `its keys do not all fit into memory at once: more than ${bytes} bytes`
  return { kind: 'unknown', why }
}
