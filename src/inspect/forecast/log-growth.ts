/** How a log grows by what was written to it in the window that its log.dir has records of. */
import type { LogConfig } from '../../log/log-config.ts'
import type { RetainedLog } from '../../log/retention-policy.ts'
import { compactedGrowth, type CompactedGrowth } from './compacted-growth.ts'
import type { CompactionDue } from './compaction-due.ts'
import { bytesWritten, DAY_MS, type GrowthWindow, type TimedLog } from './growth.ts'

export interface WrittenLog extends TimedLog {
  readonly retained: RetainedLog
  readonly config: LogConfig
  /** Of a compacted log. */
  readonly compaction?: CompactionDue
}

export interface LogGrowth {
  /** That last. */
  readonly bytesPerDay: number
  /** Of a compacted log. */
  readonly compacted?: CompactedGrowth
}

export const NO_GROWTH: LogGrowth = { bytesPerDay: 0 }

export function growthOf(log: WrittenLog, window: GrowthWindow): LogGrowth {
  const { retained, firstTimestamp, config, compaction } = log
  if (compaction === undefined) {
    const written = bytesWritten(retained, window, firstTimestamp)
    return { bytesPerDay: (written * DAY_MS) / (window.toMs - window.fromMs) }
  }
  const compacted = compactedGrowth(retained, { window, firstTimestamp, compaction, config })
  return { bytesPerDay: compacted.lastingPerDay, compacted }
}
