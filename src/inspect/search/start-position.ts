/**
 * Where in a segment the reading of a range begins, by its indexes. An offset index that contradicts the log is left
 * aside; the time index is trusted, as a broker does.
 */
import { CorruptDataError } from '../../base/errors.ts'
import { searchOffsetIndex, startScan } from '../../log/offset-lookup.ts'
import type { OpenSegment } from '../../log/open-segment.ts'

export interface RangeBeginning {
  readonly fromOffset: bigint
  /** Milliseconds since 1970. */
  readonly fromTimestamp?: bigint | undefined
}

export interface StartPosition {
  readonly position: number
  /** Why the index was left aside. */
  readonly notice?: string
}

export function startPosition(open: OpenSegment, range: RangeBeginning): StartPosition {
  const target = firstOffsetToRead(open, range)
  // An index that is not needed is not opened.
  const offsetIndex = target <= open.baseOffset ? undefined : open.offsetIndex
  if (offsetIndex === undefined) return { position: 0 }
  const { scanner, indexDamage } = startScan(open, searchOffsetIndex(offsetIndex, target))
  if (indexDamage === undefined) return { position: scanner.position }
  return { position: 0, notice: new CorruptDataError(indexDamage).message }
}

/** No record up to the time index's entry below the target reaches it. */
function firstOffsetToRead(
  open: OpenSegment,
  { fromOffset, fromTimestamp }: RangeBeginning,
): bigint {
  const timeIndex = fromTimestamp === undefined ? undefined : open.timeIndex
  if (fromTimestamp === undefined || timeIndex === undefined) return fromOffset
  const { offset } = timeIndex.floor(fromTimestamp - 1n)
  return offset > fromOffset ? offset : fromOffset
}
