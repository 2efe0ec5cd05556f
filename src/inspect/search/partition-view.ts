/** What of a partition is to be seen: which offsets and times, and of which transactions nothing. */
import { INT64_MAX } from '../../binary/big-endian.ts'
import type { Disk } from '../../disk/disk.ts'
import type { Segment } from '../../log/segment.ts'
import { logStartOffset } from '../offsets/log-bounds.ts'
import type { OffsetRange } from '../offsets/offset-point.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { rangeInLog, type RangeInLog } from '../offsets/range-in-log.ts'
import { NONE_ABORTED, type AbortedRanges } from './aborted-ranges.ts'
import { readCommittedView } from './committed-view.ts'
import { mayHoldRange, type SearchRange } from './search-range.ts'

/** Whose eyes to look with. */
export type Isolation =
  /** What the files hold, below the log start offset and of aborted transactions, too. */
  'none' | 'read_uncommitted' | 'read_committed'

export interface ViewOptions {
  readonly offsets: OffsetRange | undefined
  readonly fromTimestamp?: bigint | undefined
  readonly toTimestamp?: bigint | undefined
  readonly isolation: Isolation
}

export interface PartitionView {
  readonly range: SearchRange
  readonly aborted: AbortedRanges
  readonly notices: readonly string[]
}

/** @throws DiskError where a log can't be read */
export function partitionView(disk: Disk, log: PartitionLog, options: ViewOptions): PartitionView {
  const { isolation, fromTimestamp, toTimestamp } = options
  const { from, to, notice } = askedOffsets(disk, log, options)
  const notices = notice === undefined ? [] : [notice]
  const times = { fromTimestamp, toTimestamp }
  if (isolation === 'none') {
    const range = { fromOffset: from, toOffset: to, ...times }
    return { range, aborted: NONE_ABORTED, notices }
  }
  const fromOffset = greaterOf(from, logStartOffset(log))
  if (isolation === 'read_uncommitted') {
    const range = { fromOffset, toOffset: to, ...times }
    return { range, aborted: NONE_ABORTED, notices }
  }
  const committed = readCommittedView(disk, log)
  const toOffset = lesserOf(to, committed.lastStableOffset)
  notices.push(...committed.notices)
  return { ...committed, notices, range: { fromOffset, toOffset, ...times } }
}

export interface SegmentInView {
  readonly segment: Segment
  /** Whether it is the last of a log that was not closed: see open-end.ts. */
  readonly isOpenEnded: boolean
  /** Of the view's, those that reach into the segment. */
  readonly aborted: AbortedRanges
}

export interface SegmentsOptions {
  readonly segments: readonly Segment[]
  readonly useIndexes: boolean
}

/** Those of the log's segments that may hold something of the view. */
export function* segmentsInView(
  disk: Disk,
  log: PartitionLog,
  { range, aborted }: PartitionView,
  { segments, useIndexes }: SegmentsOptions,
): Generator<SegmentInView> {
  const nextBaseOffsets = new Map<bigint, bigint | undefined>()
  log.segments.forEach(({ baseOffset }, position) => {
    nextBaseOffsets.set(baseOffset, log.segments[position + 1]?.baseOffset)
  })
  for (const segment of segments) {
    const { baseOffset } = segment
    const next = nextBaseOffsets.get(baseOffset)
    if (useIndexes && !mayHoldRange(disk, segment, range, next)) continue
    yield {
      segment,
      isOpenEnded: !log.isClean && next === undefined && nextBaseOffsets.has(baseOffset),
      aborted: aborted.within(baseOffset, next ?? INT64_MAX),
    }
  }
}

function askedOffsets(disk: Disk, log: PartitionLog, { offsets }: ViewOptions): RangeInLog {
  if (offsets === undefined) return { from: 0n, to: INT64_MAX }
  return rangeInLog(disk, log, offsets, log.directory.path)
}

function greaterOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function lesserOf(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
