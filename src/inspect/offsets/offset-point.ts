/** A place in a partition as people say it, and the offset it comes to once the partition is known. */
import { assertNever } from '../../base/errors.ts'

export type OffsetPoint =
  | { readonly kind: 'earliest' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'offset'; readonly offset: bigint }
  /** That many offsets behind the log start offset. */
  | { readonly kind: 'from-start'; readonly count: bigint }
  /** That many offsets before the log end offset: records, unless compaction or markers have taken some. */
  | { readonly kind: 'from-end'; readonly count: bigint }
  /** The first record that is not earlier; milliseconds since 1970. */
  | { readonly kind: 'time'; readonly timestamp: bigint }

/** Half open: `to` is the first that is not wanted. */
export interface OffsetRange {
  readonly from: OffsetPoint
  readonly to: OffsetPoint
}

/** What has to be known of a partition. Asked only for what the point needs. */
export interface OffsetBounds {
  logStartOffset(): bigint
  logEndOffset(): bigint
  /** The first offset whose record is not earlier; undefined where there is none. */
  offsetAt(timestamp: bigint): bigint | undefined
}

/** An offset that was given as a number stays what it is, whatever the partition holds. */
export function resolveOffset(point: OffsetPoint, bounds: OffsetBounds): bigint {
  switch (point.kind) {
    case 'earliest':
      return bounds.logStartOffset()
    case 'latest':
      return bounds.logEndOffset()
    case 'offset':
      return point.offset
    case 'from-start':
      return lesserOf(bounds.logStartOffset() + point.count, bounds.logEndOffset())
    case 'from-end':
      return greaterOf(bounds.logEndOffset() - point.count, bounds.logStartOffset())
    case 'time':
      return bounds.offsetAt(point.timestamp) ?? bounds.logEndOffset()
    default:
      return assertNever(point)
  }
}

function lesserOf(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function greaterOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
