/** Offsets between batches of a log that none of them holds, as far as there is memory for them. */
import type { OffsetRange } from './loss.ts'

const GAPS_MAX = 100_000

export class GapLog {
  readonly ranges: OffsetRange[] = []

  add(firstOffset: bigint, lastOffset: bigint): void {
    if (this.ranges.length < GAPS_MAX) this.ranges.push({ firstOffset, lastOffset })
  }
}
