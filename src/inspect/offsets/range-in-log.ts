/** A range of offsets as people say it, and what it comes to in one partition. */
import { INT64_MAX } from '../../binary/big-endian.ts'
import type { Disk } from '../../disk/disk.ts'
import { logEnd, type BoundedLog } from './log-bounds.ts'
import { resolveOffset, type OffsetRange } from './offset-point.ts'
import { offsetBoundsOf } from './offset-query.ts'

export interface RangeInLog {
  readonly from: bigint
  /** Exclusive. */
  readonly to: bigint
  /** Where there is nothing between: what to say of it. */
  readonly notice?: string
}

/**
 * Up to `end` is up to wherever the log goes: what is written meanwhile belongs to it, and what lies behind damage.
 *
 * @param path as it is named in the notice
 */
export function rangeInLog(
  disk: Disk,
  log: BoundedLog,
  range: OffsetRange,
  path: string,
): RangeInLog {
  const bounds = offsetBoundsOf(disk, log)
  const from = resolveOffset(range.from, bounds)
  const to = range.to.kind === 'latest' ? INT64_MAX : resolveOffset(range.to, bounds)
  const end = from < (log.segments.at(-1)?.baseOffset ?? 0n) ? to : lesserOf(to, sureEnd(disk, log))
  if (from <= end) return { from, to }
  const notice = `${path}: the range holds nothing there: it begins at offset ${from} and ends at ${end}`
  return { from, to, notice }
}

/** Where bytes are left behind the end, as behind damage, they may hold any offset. */
function sureEnd(disk: Disk, log: BoundedLog): bigint {
  const { logEndOffset, bytesBehind } = logEnd(disk, log)
  return bytesBehind === 0 ? logEndOffset : INT64_MAX
}

function lesserOf(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
