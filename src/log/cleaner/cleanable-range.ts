/**
 * What of a compacted log can be cleaned now, and whether a broker would.
 *
 * | bound                       | where                                                                          |
 * |-----------------------------|--------------------------------------------------------------------------------|
 * | first dirty offset          | the checkpoint's; the log's start where that lies beyond the log, or there is none |
 * | first uncleanable offset    | the least of: the last stable offset, the active segment, the first segment    |
 * |                             | whose greatest timestamp is younger than `min.compaction.lag.ms`;              |
 * |                             | then the beginning of the segment it falls into                                |
 *
 * A broker cleans a log whose dirty part is more than `min.cleanable.dirty.ratio` of what could be cleaned and is clean,
 * or whose oldest dirty batch is older than `max.compaction.lag.ms`; the log with the greatest ratio first.
 *
 * Source: org.apache.kafka.storage.internals.log.LogCleanerManager, LogToClean
 */
import { floorSegment } from '../segment.ts'

export interface CleanableSegment {
  readonly baseOffset: bigint
  readonly size: number
  /** Greatest timestamp of its records; where they have none, the time its log was changed last. */
  readonly largestTimestampMs: number
  /** Of its first batch; undefined where there is none. */
  readonly firstTimestamp: bigint | undefined
}

export interface CleanableLog {
  readonly logStartOffset: bigint
  readonly endOffset: bigint
  readonly lastStableOffset: bigint
  /** Ascending; the last is the active one. */
  readonly segments: readonly CleanableSegment[]
  readonly config: CleaningConfig
}

export interface CleaningConfig {
  readonly minCompactionLagMs: number
  readonly maxCompactionLagMs: number
  readonly minCleanableDirtyRatio: number
}

export interface CleanableRange {
  /** Where what was never cleaned begins. */
  readonly firstDirtyOffset: bigint
  /** Exclusive; the beginning of a segment. */
  readonly firstUncleanableOffset: bigint
  /** What keeps the rest. */
  readonly boundedBy: 'active-segment' | 'last-stable-offset' | 'min-compaction-lag'
  readonly cleanBytes: number
  readonly cleanableBytes: number
  /** 0 to 1: the cleanable part of both. */
  readonly dirtyRatio: number
  /** Whether a broker would clean it now, and why. */
  readonly due: 'dirty-ratio' | 'max-compaction-lag' | undefined
  /** The checkpoint said something that can't be. */
  readonly isCheckpointWrong: boolean
}

export function cleanableRange(
  log: CleanableLog,
  { checkpoint, nowMs }: { readonly checkpoint: bigint | undefined; readonly nowMs: number },
): CleanableRange {
  const { logStartOffset, endOffset, config, segments } = log
  const known = checkpoint ?? logStartOffset
  const isCheckpointWrong = known < logStartOffset || known > endOffset
  const firstDirtyOffset = isCheckpointWrong ? logStartOffset : known
  const { offset, boundedBy } = uncleanableFrom(log, firstDirtyOffset, nowMs)
  const from = offset > firstDirtyOffset ? offset : firstDirtyOffset
  const slot = Math.min(segments.length - 1, Math.max(0, floorSegment(segments, from)))
  const firstUncleanableOffset = segments[slot]!.baseOffset
  const clean = segments.filter(({ baseOffset }) => baseOffset < firstDirtyOffset)
  const cleanable = segmentsBetween(segments, firstDirtyOffset, firstUncleanableOffset)
  const cleanBytes = sizeOf(clean)
  const cleanableBytes = sizeOf(cleanable)
  const total = cleanBytes + cleanableBytes
  const dirtyRatio = total === 0 ? 0 : cleanableBytes / total
  const isLate = cleanableBytes > 0 && isOverdue(segments, firstDirtyOffset, config, nowMs)
  const isDirty = dirtyRatio > config.minCleanableDirtyRatio
  return {
    firstDirtyOffset,
    firstUncleanableOffset,
    boundedBy,
    cleanBytes,
    cleanableBytes,
    dirtyRatio,
    due: isDirty ? 'dirty-ratio' : isLate ? 'max-compaction-lag' : undefined,
    isCheckpointWrong,
  }
}

/** Those that hold offsets of a range; the first may begin before it. */
export function segmentsBetween<T extends { readonly baseOffset: bigint }>(
  segments: readonly T[],
  from: bigint,
  to: bigint,
): readonly T[] {
  if (from >= to) return []
  const first = Math.max(0, floorSegment(segments, from))
  return segments.slice(first).filter(({ baseOffset }) => baseOffset < to)
}

function uncleanableFrom(
  { lastStableOffset, segments, config }: CleanableLog,
  firstDirtyOffset: bigint,
  nowMs: number,
): { readonly offset: bigint; readonly boundedBy: CleanableRange['boundedBy'] } {
  const activeBase = segments.at(-1)!.baseOffset
  const young = firstYoungSegment(segments, firstDirtyOffset, config, nowMs)
  let offset = activeBase
  let boundedBy: CleanableRange['boundedBy'] = 'active-segment'
  if (lastStableOffset < offset) {
    offset = lastStableOffset
    boundedBy = 'last-stable-offset'
  }
  if (young !== undefined && young.baseOffset < offset) {
    offset = young.baseOffset
    boundedBy = 'min-compaction-lag'
  }
  return { offset, boundedBy }
}

function firstYoungSegment(
  segments: readonly CleanableSegment[],
  firstDirtyOffset: bigint,
  { minCompactionLagMs }: CleaningConfig,
  nowMs: number,
): CleanableSegment | undefined {
  if (minCompactionLagMs <= 0) return undefined
  return inactiveFrom(segments, firstDirtyOffset).find(
    ({ largestTimestampMs }) => largestTimestampMs > nowMs - minCompactionLagMs,
  )
}

function isOverdue(
  segments: readonly CleanableSegment[],
  firstDirtyOffset: bigint,
  { maxCompactionLagMs }: CleaningConfig,
  nowMs: number,
): boolean {
  const until = nowMs - Math.max(0, maxCompactionLagMs)
  return inactiveFrom(segments, firstDirtyOffset).some(
    ({ firstTimestamp = 0n }) => firstTimestamp > 0n && Number(firstTimestamp) < until,
  )
}

function inactiveFrom(
  segments: readonly CleanableSegment[],
  offset: bigint,
): readonly CleanableSegment[] {
  return segmentsBetween(segments, offset, segments.at(-1)!.baseOffset)
}

function sizeOf(segments: readonly CleanableSegment[]): number {
  return segments.reduce((sum, { size }) => sum + size, 0)
}
