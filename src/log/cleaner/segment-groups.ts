/**
 * Which segments become one when they are cleaned: neighbours, as long as what they hold before would still fit into one,
 * so that a log's segments don't shrink for ever.
 *
 * Source: org.apache.kafka.storage.internals.log.Cleaner#groupSegmentsBySize
 */
import { RELATIVE_OFFSET_MAX } from '../roll-policy.ts'

export interface GroupedSegment {
  readonly baseOffset: bigint
  readonly size: number
  readonly offsetIndexSize: number
  readonly timeIndexSize: number
}

export interface GroupLimits {
  readonly segmentBytes: number
  readonly segmentIndexBytes: number
  /** Behind the last segment. */
  readonly firstUncleanableOffset: bigint
}

/** @param segments ascending; @returns them in the same order */
export function groupSegments<T extends GroupedSegment>(
  segments: readonly T[],
  limits: GroupLimits,
): T[][] {
  const groups: T[][] = []
  let sizes = { log: 0, offsets: 0, times: 0 }
  segments.forEach((segment, slot) => {
    const { size, offsetIndexSize, timeIndexSize } = segment
    const grown = {
      log: sizes.log + size,
      offsets: sizes.offsets + offsetIndexSize,
      times: sizes.times + timeIndexSize,
    }
    const group = groups.at(-1)
    const end = segments[slot + 1]?.baseOffset ?? limits.firstUncleanableOffset
    const isJoined =
      group !== undefined &&
      grown.log <= limits.segmentBytes &&
      grown.offsets <= limits.segmentIndexBytes &&
      grown.times <= limits.segmentIndexBytes &&
      (size === 0 || end - 1n - group[0]!.baseOffset <= RELATIVE_OFFSET_MAX)
    if (isJoined) group.push(segment)
    else groups.push([segment])
    sizes = isJoined ? grown : { log: size, offsets: offsetIndexSize, times: timeIndexSize }
  })
  return groups
}
