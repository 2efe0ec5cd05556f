/**
 * Where in a segment the reading of a range begins, by its indexes. An index that contradicts the log is left aside.
 */
import { CorruptDataError, type Damage } from '../../base/errors.ts'
import { searchOffsetIndex, startScan } from '../../log/offset-lookup.ts'
import type { OpenSegment } from '../../log/open-segment.ts'
import { timeFloor, type TimeFloor } from '../../log/time-floor.ts'

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
  const { offset: target, damage } = firstOffsetToRead(open, range)
  // An index that is not needed is not opened.
  const offsetIndex = target <= open.baseOffset ? undefined : open.offsetIndex
  if (offsetIndex === undefined) return startAt(0, damage)
  const { scanner, indexDamage } = startScan(open, searchOffsetIndex(offsetIndex, target))
  return indexDamage === undefined ? startAt(scanner.position, damage) : startAt(0, indexDamage)
}

function startAt(position: number, damage: Damage | undefined): StartPosition {
  return { position, ...(damage && { notice: new CorruptDataError(damage).message }) }
}

/** No record up to the time index's entry below the target reaches it. */
function firstOffsetToRead(
  open: OpenSegment,
  { fromOffset, fromTimestamp }: RangeBeginning,
): Pick<TimeFloor, 'offset' | 'damage'> {
  if (fromTimestamp === undefined) return { offset: fromOffset }
  const floor = timeFloor(open, fromTimestamp - 1n)
  return floor.offset > fromOffset ? floor : { ...floor, offset: fromOffset }
}
