/**
 * What a broker does to its open logs as time goes by. Each timer goes off first when its interval is over; one that is
 * not above 0, or longer than a timer can be, never does.
 *
 * | interval                                        | done                                                            |
 * |-------------------------------------------------|-----------------------------------------------------------------|
 * | `log.flush.scheduler.interval.ms`               | logs that were last flushed `flush.ms` ago or longer are flushed |
 * | `log.flush.offset.checkpoint.interval.ms`       | the recovery points are written down                            |
 * | `log.flush.start.offset.checkpoint.interval.ms` | the log starts are                                              |
 * | `replica.high.watermark.checkpoint.interval.ms` | the high watermarks are                                         |
 * | a second                                        | files that were given up `file.delete.delay.ms` ago are removed, and folders of deleted topics |
 *
 * Without the scheduler's interval, which by default is for ever, `flush.ms` does nothing. (Kafka looks once, 30 seconds
 * after its start.) What else flushes needs no timer: `flush.messages` is looked at by each append, and a segment that
 * was rolled goes to the disk at once.
 *
 * A disk that fails takes its log.dir offline; the others are looked after as before.
 *
 * Source: kafka.log.LogManager#startupWithConfigOverrides, #flushDirtyLogs, kafka.server.ReplicaManager
 */
import { DiskError } from '../base/errors.ts'
import type { LogClock } from '../log/active-segments.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { forEachBounded } from './bounded-work.ts'
import type { CheckpointKind } from './checkpoints.ts'
import type { LogDirs } from './log-dirs.ts'

export interface FlushIntervals {
  readonly flushMs: number
  readonly recoveryPointMs: number
  readonly logStartMs: number
  readonly highWatermarkMs: number
}

export interface Timers {
  /** Calls `act` each so many milliseconds; keeps no process alive. @returns what stops it */
  every(ms: number, act: () => void): () => void
}

export interface FlushSchedulerOptions {
  readonly intervals: FlushIntervals
  readonly clock: LogClock
  readonly timers: Timers
  /** Counts where a log's own `flush.ms` is longer. */
  readonly flushMsMax?: number
}

export class FlushScheduler {
  readonly #logDirs: LogDirs
  readonly #options: FlushSchedulerOptions
  #stops: readonly (() => void)[] = []
  /** The flushes of the last time are still under way. */
  #isFlushing = false

  constructor(logDirs: LogDirs, options: FlushSchedulerOptions) {
    this.#logDirs = logDirs
    this.#options = options
  }

  start(): void {
    const { flushMs, recoveryPointMs, logStartMs, highWatermarkMs } = this.#options.intervals
    this.#stops = [
      this.#every(flushMs, () => void this.#flushDirtyLogs()),
      this.#every(recoveryPointMs, () => this.#checkpoint('recoveryPoint')),
      this.#every(logStartMs, () => this.#checkpoint('logStart')),
      this.#every(highWatermarkMs, () => this.#checkpoint('highWatermark')),
      this.#every(REMOVAL_MS, () => this.#removeCondemned()),
    ]
  }

  /** Before the directories are closed. */
  stop(): void {
    for (const stop of this.#stops) stop()
    this.#stops = []
  }

  #every(ms: number, act: () => void): () => void {
    return ms > 0 && ms <= TIMER_MS_MAX ? this.#options.timers.every(ms, act) : () => undefined
  }

  async #flushDirtyLogs(): Promise<void> {
    if (this.#isFlushing) return
    this.#isFlushing = true
    const nowMs = this.#options.clock.nowMs()
    const { flushMsMax = Infinity } = this.#options
    const due = [...this.#logs()].filter(({ flushedAtMs, config }) => {
      return nowMs - flushedAtMs >= Math.min(config.flushMs, flushMsMax)
    })
    try {
      await forEachBounded(due, flushUnlessItFails)
    } finally {
      this.#isFlushing = false
    }
  }

  #checkpoint(kind: CheckpointKind): void {
    for (const dir of this.#logDirs.dirs) unlessItFails(() => dir.checkpoint([kind]))
  }

  #removeCondemned(): void {
    for (const log of this.#logs()) unlessItFails(() => log.removeCondemned())
    const nowMs = this.#options.clock.nowMs()
    for (const dir of this.#logDirs.dirs) unlessItFails(() => dir.removeGivenUp(nowMs))
  }

  *#logs(): Generator<PartitionLog> {
    for (const dir of this.#logDirs.dirs) if (dir.failure === undefined) yield* dir.logs
  }
}

/** The failure has taken the directory offline, where it is found. */
function unlessItFails(act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
  }
}

async function flushUnlessItFails(log: PartitionLog): Promise<void> {
  try {
    await log.flush()
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
  }
}

const REMOVAL_MS = 1000
const TIMER_MS_MAX = 2 ** 31 - 1
