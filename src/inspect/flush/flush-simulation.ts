/**
 * What a flush policy would have cost, and left at risk, had the batches of a log come when their timestamps say.
 *
 * | event  | what a broker does                                                                                   |
 * |--------|------------------------------------------------------------------------------------------------------|
 * | append | flushes when that leaves `flush.messages` offsets or more; who appended waits, so that nothing that  |
 * |        | was acknowledged is at risk then                                                                     |
 * | look   | at each multiple of the scheduler's interval, before what is appended in that millisecond: flushes   |
 * |        | when something is not flushed and the last flush is `flush.ms` or more ago                           |
 * | roll   | flushes what lies before the new segment, at once                                                    |
 *
 * Each flush, whyever, begins the waiting anew. Taken for granted: each batch was an append of its own; it came at its
 * greatest timestamp, or with the batch before where that is later; the log was opened when its first batch came; a
 * flush takes no time. At risk is what was not flushed, though the operating system may have written it long since.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#append, #roll, LocalLog#markFlushed,
 * kafka.log.LogManager#flushDirtyLogs
 */
import type { FlushPolicy } from './flush-policy.ts'

export interface SimulatedAppend {
  /** Milliseconds since 1970. */
  readonly timeMs: number
  readonly bytes: number
  readonly records: number
  /** More than records, where some are gone. */
  readonly offsets: number
}

export interface RiskObserver {
  /**
   * So it was from one time to another.
   *
   * @param sinceMs when the oldest of it came; undefined where there is nothing
   */
  stayed(risk: Risk, fromMs: number, toMs: number): void
  flushed(): void
}

export interface Risk {
  readonly bytes: number
  readonly records: number
  readonly sinceMs: number | undefined
}

export class FlushSimulation {
  readonly #policy: FlushPolicy
  readonly #observer: RiskObserver
  #nowMs: number | undefined
  #flushedAtMs = 0
  #offsets = 0
  #bytes = 0
  #records = 0
  #sinceMs: number | undefined

  constructor(policy: FlushPolicy, observer: RiskObserver) {
    this.#policy = policy
    this.#observer = observer
  }

  append({ timeMs, bytes, records, offsets }: SimulatedAppend): void {
    const nowMs = this.#goOnTo(timeMs)
    this.#sinceMs ??= nowMs
    this.#offsets += offsets
    this.#bytes += bytes
    this.#records += records
    if (this.#offsets >= this.#policy.flushMessages) this.#flush(nowMs)
    else this.#stay(nowMs, nowMs)
  }

  /** Before the append that goes to the new segment. */
  roll(timeMs: number): void {
    const nowMs = this.#goOnTo(timeMs)
    if (this.#offsets > 0) this.#flush(nowMs)
  }

  /** @returns the time then, which is no earlier than before */
  #goOnTo(timeMs: number): number {
    const fromMs = this.#nowMs
    this.#nowMs = fromMs === undefined ? timeMs : Math.max(fromMs, timeMs)
    if (fromMs === undefined) this.#flushedAtMs = timeMs
    else if (this.#nowMs > fromMs) this.#pass(fromMs, this.#nowMs)
    return this.#nowMs
  }

  #pass(fromMs: number, toMs: number): void {
    const lookMs = this.#offsets > 0 ? this.#nextFlushAfter(fromMs) : Infinity
    if (lookMs > toMs) return this.#stay(fromMs, toMs)
    this.#stay(fromMs, lookMs)
    this.#flush(lookMs)
    this.#stay(lookMs, toMs)
  }

  #nextFlushAfter(ms: number): number {
    const { flushMs, schedulerMs } = this.#policy
    const dueMs = Math.max(this.#flushedAtMs + flushMs, ms + 1)
    if (schedulerMs === Infinity || dueMs === Infinity) return Infinity
    return Math.ceil(dueMs / schedulerMs) * schedulerMs
  }

  #stay(fromMs: number, toMs: number): void {
    const risk = { bytes: this.#bytes, records: this.#records, sinceMs: this.#sinceMs }
    this.#observer.stayed(risk, fromMs, toMs)
  }

  #flush(nowMs: number): void {
    this.#flushedAtMs = nowMs
    this.#offsets = 0
    this.#bytes = 0
    this.#records = 0
    this.#sinceMs = undefined
    this.#observer.flushed()
  }
}
