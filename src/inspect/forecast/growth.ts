/**
 * How fast logs grow, as the timestamps of their segments show it, and when a disk is full at that rate.
 *
 * A segment's records are taken to be spread evenly from the greatest timestamp of the segment before to its own; what
 * falls into the last days counts, over as much of them as the log.dir has records of. Meanwhile retention deletes: a log
 * with `retention.ms` grows no further than what is written in that time, one with `retention.bytes` no further than that
 * and one segment. A compacted log grows by what compaction leaves: see compacted-growth.ts.
 */
import type { RetainedLog, RetentionConfig, WaitingSegment } from '../../log/retention-policy.ts'

export const DAY_MS = 86_400_000

export interface GrowthWindow {
  /** Milliseconds since 1970. */
  readonly fromMs: number
  readonly toMs: number
}

export interface WrittenWindow extends GrowthWindow {
  readonly hasRecords: boolean
}

/** Of a compacted log: what lasts until a broker compacts it. */
export interface DirtyGrowth {
  readonly writtenPerDay: number
  /** Bytes that may become dirty, over what is dirty now, until a broker compacts. */
  readonly dirtyRoom: number
}

export interface GrowingLog {
  /** That last. */
  readonly bytesPerDay: number
  /** Of a compacted log. */
  readonly compacted?: DirtyGrowth
  /** What stays once retention has run. */
  readonly waiting: readonly WaitingSegment[]
  readonly config: RetentionConfig
  /** `segment.bytes` */
  readonly segmentBytes: number
}

export interface TimedLog {
  readonly retained: Pick<RetainedLog, 'segments'>
  /** Of the first record, where it is known. */
  readonly firstTimestamp: bigint | undefined
}

/** Of less, a day's rate tells nothing. */
const WINDOW_MS_MIN = 3_600_000

/**
 * As much of a window as the logs of a log.dir have records of, from the oldest to the newest: a log.dir that is younger
 * did not rest before, nor does one that was stopped since then. All of it where they have none.
 */
export function writtenWindow(logs: readonly TimedLog[], window: GrowthWindow): WrittenWindow {
  let oldestMs = Infinity
  let newestMs = -Infinity
  for (const { retained, firstTimestamp } of logs) {
    for (const { fromMs, endMs, size } of segmentSpans(retained, firstTimestamp)) {
      if (size === 0 || endMs < window.fromMs || endMs > window.toMs) continue
      oldestMs = Math.min(oldestMs, fromMs)
      newestMs = Math.max(newestMs, endMs)
    }
  }
  if (newestMs < oldestMs) return { ...window, hasRecords: false }
  const beginMs = Math.min(oldestMs, newestMs - WINDOW_MS_MIN)
  return { fromMs: Math.max(window.fromMs, beginMs), toMs: newestMs, hasRecords: true }
}

/** Bytes of a log that were written in the window. */
export function bytesWritten(
  log: Pick<RetainedLog, 'segments'>,
  window: GrowthWindow,
  /** Of the first record, where it is known. */
  firstTimestamp: bigint | undefined,
): number {
  let bytes = 0
  for (const { fromMs, endMs, size } of segmentSpans(log, firstTimestamp)) {
    if (endMs < window.fromMs || endMs > window.toMs) continue
    const span = endMs - fromMs
    const within = endMs - Math.max(fromMs, window.fromMs)
    bytes += span === 0 ? size : (size * within) / span
  }
  return bytes
}

interface SegmentSpan {
  readonly fromMs: number
  readonly endMs: number
  readonly size: number
}

function* segmentSpans(
  { segments }: Pick<RetainedLog, 'segments'>,
  firstTimestamp: bigint | undefined,
): Generator<SegmentSpan> {
  let startMs = Number(firstTimestamp ?? segments[0]?.largestTimestamp ?? 0n)
  for (const { size, largestTimestamp } of segments) {
    const endMs = Number(largestTimestamp)
    yield { fromMs: Math.min(startMs, endMs), endMs, size }
    startMs = Math.max(startMs, endMs)
  }
}

const HOURS_DAYS = 2
const YEAR_DAYS = 365
const DAYS_MAX = 10 * YEAR_DAYS

/** @returns to the hour in the first two days; undefined where it is not full within ten years */
export function daysUntilFull(
  logs: readonly GrowingLog[],
  freeBytes: number,
  nowMs: number,
): number | undefined {
  const bounded = logs.filter(isBounded)
  const old = new FadingBytes(logs.filter(log => !isBounded(log)))
  const now = logs.reduce((sum, { waiting }) => sum + sizeOf(waiting), 0)
  for (const days of daysAhead()) {
    const atMs = nowMs + days * DAY_MS
    let total = old.at(atMs) + old.writtenIn(days)
    for (const log of bounded) total += boundedSize(log, days, atMs)
    if (total - now >= freeBytes) return days
  }
  return undefined
}

function* daysAhead(): Generator<number> {
  for (let hours = 1; hours < HOURS_DAYS * 24; hours++) yield hours / 24
  for (let days = HOURS_DAYS; days <= DAYS_MAX; days += days < YEAR_DAYS ? 1 : 30) yield days
}

/** What logs without `retention.bytes` hold: old segments until their time comes, and what is written meanwhile. */
class FadingBytes {
  /** Descending, so that the next is at the end. */
  readonly #due: { readonly dueMs: number; readonly size: number }[]
  /** Bytes a day, by the days that they are kept. */
  readonly #rates = new Map<number, number>()
  readonly #compacted: readonly GrowingLog[]
  #bytes: number

  constructor(logs: readonly GrowingLog[]) {
    this.#bytes = logs.reduce((sum, { waiting }) => sum + sizeOf(waiting), 0)
    this.#due = logs
      .flatMap(({ waiting }) =>
        waiting.map(({ dueMs, segment }) => ({
          dueMs: dueMs === undefined ? Infinity : Number(dueMs),
          size: segment.size,
        })),
      )
      .sort((a, b) => b.dueMs - a.dueMs)
    this.#compacted = logs.filter(({ compacted }) => compacted !== undefined)
    for (const log of logs) {
      if (log.compacted !== undefined) continue
      const days = keptDays(log)
      this.#rates.set(days, (this.#rates.get(days) ?? 0) + log.bytesPerDay)
    }
  }

  /** @param atMs not before that of the last call */
  at(atMs: number): number {
    for (let next = this.#due.at(-1); next !== undefined; next = this.#due.at(-1)) {
      if (next.dueMs > atMs) break
      this.#bytes -= next.size
      this.#due.pop()
    }
    return this.#bytes
  }

  writtenIn(days: number): number {
    let bytes = 0
    for (const [kept, rate] of this.#rates) bytes += rate * Math.min(days, kept)
    for (const log of this.#compacted) bytes += writtenBy(log, days)
    return bytes
  }
}

function boundedSize(log: GrowingLog, days: number, atMs: number): number {
  const { waiting, config, segmentBytes } = log
  const old = waiting.filter(({ dueMs }) => dueMs === undefined || Number(dueMs) > atMs)
  const whole = sizeOf(old) + writtenBy(log, days)
  return Math.min(whole, Number(config.retentionBytes) + segmentBytes)
}

/** What is there after so many days of all that is written in them. */
function writtenBy(log: GrowingLog, days: number): number {
  const { bytesPerDay, compacted } = log
  const kept = Math.min(days, keptDays(log))
  const lasting = bytesPerDay * kept
  if (compacted === undefined) return lasting
  return Math.min(compacted.writtenPerDay * kept, lasting + compacted.dirtyRoom)
}

function isBounded({ config }: GrowingLog): boolean {
  return config.deletes && !config.isRemote && config.retentionBytes >= 0n
}

function keptDays({ config: { deletes, isRemote, retentionMs } }: GrowingLog): number {
  const isDeleted = deletes && !isRemote && retentionMs >= 0n
  return isDeleted ? Number(retentionMs) / DAY_MS : Infinity
}

function sizeOf(waiting: readonly WaitingSegment[]): number {
  return waiting.reduce((sum, { segment }) => sum + segment.size, 0)
}
