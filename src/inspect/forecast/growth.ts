/**
 * How fast logs grow, as the timestamps of their segments show it, and when a disk is full at that rate.
 *
 * A segment's records are taken to be spread evenly from the greatest timestamp of the segment before to its own; what
 * falls into the last days counts. Meanwhile retention deletes: a log with `retention.ms` grows no further than what is
 * written in that time, one with `retention.bytes` no further than that and one segment. A compacted log grows by what
 * compaction leaves: see compacted-growth.ts.
 */
import type { RetainedLog, RetentionConfig, WaitingSegment } from '../../log/retention-policy.ts'

export const DAY_MS = 86_400_000

export interface GrowthWindow {
  /** Milliseconds since 1970. */
  readonly fromMs: number
  readonly toMs: number
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

/** Bytes of a log that were written in the window. */
export function bytesWritten(
  { segments }: Pick<RetainedLog, 'segments'>,
  { fromMs, toMs }: GrowthWindow,
  /** Of the first record, where it is known. */
  firstTimestamp: bigint | undefined,
): number {
  let bytes = 0
  let startMs = Number(firstTimestamp ?? segments[0]?.largestTimestamp ?? 0n)
  for (const { size, largestTimestamp } of segments) {
    const endMs = Number(largestTimestamp)
    const from = Math.min(startMs, endMs)
    const span = Math.max(1, endMs - from)
    const within = Math.min(endMs, toMs) - Math.max(from, fromMs)
    if (endMs >= fromMs && endMs <= toMs) {
      bytes += span === 1 ? size : (size * Math.max(0, within)) / span
    }
    startMs = Math.max(startMs, endMs)
  }
  return bytes
}

const YEAR_DAYS = 365
const DAYS_MAX = 10 * YEAR_DAYS

/** @returns undefined where it is not full within ten years */
export function daysUntilFull(
  logs: readonly GrowingLog[],
  freeBytes: number,
  nowMs: number,
): number | undefined {
  const bounded = logs.filter(isBounded)
  const old = new FadingBytes(logs.filter(log => !isBounded(log)))
  const now = logs.reduce((sum, { waiting }) => sum + sizeOf(waiting), 0)
  for (let days = 1; days <= DAYS_MAX; days += days < YEAR_DAYS ? 1 : 30) {
    const atMs = nowMs + days * DAY_MS
    let total = old.at(atMs) + old.writtenIn(days)
    for (const log of bounded) total += boundedSize(log, days, atMs)
    if (total - now >= freeBytes) return days
  }
  return undefined
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
