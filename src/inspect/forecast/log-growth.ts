/** How a log grows by what was written to it in the window that its log.dir has records of. */
import type { LogConfig } from '../../log/log-config.ts'
import type { RetainedLog } from '../../log/retention-policy.ts'
import { compactedGrowth, type CompactedGrowth } from './compacted-growth.ts'
import type { CompactionDue } from './compaction-due.ts'
import { bytesWritten, DAY_MS, type TimedLog, type WrittenWindow } from './growth.ts'

export interface WrittenLog extends TimedLog {
  readonly retained: RetainedLog
  readonly config: LogConfig
  /** Of a compacted log. */
  readonly compaction?: CompactionDue
}

export interface LogGrowth {
  /** That last. */
  readonly bytesPerDay: number
  /** Over which that was measured; undefined where nothing was written. */
  readonly growthMs: number | undefined
  /** Of a compacted log. */
  readonly compacted?: CompactedGrowth
}

export const NO_GROWTH: LogGrowth = { bytesPerDay: 0, growthMs: undefined }

export function growthOf(log: WrittenLog, window: WrittenWindow): LogGrowth {
  const { retained, firstTimestamp, config, compaction } = log
  const windowMs = window.toMs - window.fromMs
  const growthMs = window.hasRecords ? windowMs : undefined
  if (compaction === undefined) {
    const written = bytesWritten(retained, window, firstTimestamp)
    return { bytesPerDay: (written * DAY_MS) / windowMs, growthMs }
  }
  const compacted = compactedGrowth(retained, { window, firstTimestamp, compaction, config })
  return { bytesPerDay: compacted.lastingPerDay, growthMs, compacted }
}
