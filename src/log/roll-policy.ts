/**
 * When the next append goes to a new segment.
 *
 * | reason          | when                                                                              |
 * |-----------------|-----------------------------------------------------------------------------------|
 * | size            | the segment would grow beyond `segment.bytes`                                     |
 * | time            | between its first batch and the append lie more than `segment.ms` − jitter; where |
 * |                 | batches have no timestamps, since it was opened                                   |
 * | full-index      | an index has no room (the time index keeps its last entry for the end)            |
 * | offset-overflow | an index could not hold the offset, which counts from the segment's base          |
 *
 * Time is that of the records: an idle partition is not rolled, and one record from the future rolls at once.
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment#shouldRoll
 */
import type { Random } from '../base/random.ts'
import type { LogConfig } from './log-config.ts'

export type RollReason = 'size' | 'time' | 'full-index' | 'offset-overflow'

export interface RolledSegment {
  readonly baseOffset: bigint
  readonly size: number
  readonly firstTimestamp: bigint | undefined
  readonly openedMs: number
  readonly rollJitterMs: number
  readonly isIndexFull: boolean
}

export interface RollRequest {
  readonly bytes: number
  readonly lastOffset: bigint
  readonly maxTimestamp: bigint
  readonly nowMs: number
}

/** How much earlier than `segment.ms` one segment is rolled, so that not all are at once. */
export function drawJitterMs(
  { segmentMs, segmentJitterMs }: Pick<LogConfig, 'segmentMs' | 'segmentJitterMs'>,
  random: Random,
): number {
  const most = Math.min(segmentMs, segmentJitterMs)
  return most > 0 ? random.below(most) : 0
}

/** What an entry of an index can hold. */
export const RELATIVE_OFFSET_MAX = 0x7fff_ffffn

export function rollReasonOf(
  segment: RolledSegment,
  config: Pick<LogConfig, 'segmentBytes' | 'segmentMs'>,
  request: RollRequest,
): RollReason | undefined {
  if (segment.size > config.segmentBytes - request.bytes) return 'size'
  const { firstTimestamp } = segment
  const waitedMs =
    firstTimestamp === undefined
      ? request.nowMs - segment.openedMs
      : Number(request.maxTimestamp - firstTimestamp)
  if (segment.size > 0 && waitedMs > config.segmentMs - segment.rollJitterMs) return 'time'
  if (segment.isIndexFull) return 'full-index'
  const relativeOffset = request.lastOffset - segment.baseOffset
  const fits = relativeOffset >= 0n && relativeOffset <= RELATIVE_OFFSET_MAX
  return fits ? undefined : 'offset-overflow'
}
