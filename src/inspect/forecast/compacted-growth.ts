/**
 * How a compacted log grows: dirty bytes don't last, what compaction leaves of them does.
 *
 * | what                           | is taken from                                                              |
 * |--------------------------------|----------------------------------------------------------------------------|
 * | bytes a day that last          | the timestamps of what is clean: as much as compaction left of the days    |
 * |                                | before the newest; at most, as a key written again replaces a record       |
 * | bytes a day that are written   | the timestamps of all of it                                                |
 * | bytes that may become dirty    | `min.cleanable.dirty.ratio`, `min.compaction.lag.ms`, `segment.bytes`      |
 *
 * Of a log that was never compacted nothing tells what will stay: nothing is assumed to.
 */
import type { CleaningConfig } from '../../log/cleaner/cleanable-range.ts'
import type { RetainedLog } from '../../log/retention-policy.ts'
import type { CompactionDue } from './compaction-due.ts'
import { bytesWritten, DAY_MS, type DirtyGrowth, type GrowthWindow } from './growth.ts'

export interface CompactedGrowth extends DirtyGrowth {
  /** At most. */
  readonly lastingPerDay: number
  /** Whether any of it was compacted: else nobody knows what lasts. */
  readonly isKnown: boolean
}

export interface CompactedGrowthOptions {
  readonly window: GrowthWindow
  /** Of the first record, where it is known. */
  readonly firstTimestamp: bigint | undefined
  readonly compaction: Pick<CompactionDue, 'firstDirtyOffset' | 'minRatio'>
  readonly config: Pick<CleaningConfig, 'minCompactionLagMs'> & { readonly segmentBytes: number }
}

export function compactedGrowth(
  { segments }: Pick<RetainedLog, 'segments'>,
  { window, firstTimestamp, compaction, config }: CompactedGrowthOptions,
): CompactedGrowth {
  const days = (window.toMs - window.fromMs) / DAY_MS
  const writtenPerDay = bytesWritten({ segments }, window, firstTimestamp) / days
  const clean = segments.filter(({ baseOffset }) => baseOffset < compaction.firstDirtyOffset)
  const left = bytesWritten({ segments: clean }, untilNewest(clean, window), firstTimestamp)
  const cleanBytes = sizeOf(clean)
  const dirtyBytes = sizeOf(segments) - cleanBytes
  const { minRatio } = compaction
  const byRatio = cleanBytes === 0 ? 0 : (cleanBytes * minRatio) / (1 - minRatio)
  const byLag = (writtenPerDay * config.minCompactionLagMs) / DAY_MS
  return {
    lastingPerDay: Math.min(left / days, writtenPerDay),
    writtenPerDay,
    dirtyRoom: Math.max(0, Math.max(byRatio, byLag) - dirtyBytes) + config.segmentBytes,
    isKnown: cleanBytes > 0,
  }
}

/** As long as the window, up to the newest of what is clean. */
function untilNewest(clean: RetainedLog['segments'], { fromMs, toMs }: GrowthWindow): GrowthWindow {
  const newest = clean.reduce(
    (most, { largestTimestamp }) => Math.max(most, Number(largestTimestamp)),
    0,
  )
  const endMs = Math.min(toMs, newest)
  return { fromMs: endMs - (toMs - fromMs), toMs: endMs }
}

function sizeOf(segments: RetainedLog['segments']): number {
  return segments.reduce((sum, { size }) => sum + size, 0)
}
