/** The offsets of a segment's batches, relative to its base: which comes next, and which no batch holds. */
import { BatchV2 } from '../../record/batch-v2.ts'
import type { Batch } from '../dump/dump-sink.ts'
import type { SegmentNumbers } from './segment-numbers.ts'

/** Offsets that no batch holds, between batches of one segment. */
export interface OffsetGaps {
  readonly count: number
  readonly first: bigint
  readonly last: bigint
}

export class OffsetSequence {
  /** Behind the last batch. */
  next: number
  gaps: { count: number; readonly first: number; last: number } | undefined
  /** Whether damage lies before the next batch: offsets may be missing there. */
  #isBroken = false

  /** @param next where the segment begins */
  constructor(next: number) {
    this.next = next
  }

  /** Of a compressed v0/v1 wrapper only its last offset is known without a look inside: it begins where it may. */
  baseOf(batch: Batch, numbers: SegmentNumbers, relativeLast: number): number {
    if (batch instanceof BatchV2) return numbers.relativeBaseOffset(batch)
    return batch.codecId === 0 ? relativeLast : Math.min(this.next, relativeLast)
  }

  take(base: number, last: number): void {
    if (base > this.next && !this.#isBroken) this.#noteGap(this.next, base - 1)
    this.next = last + 1
    this.#isBroken = false
  }

  breakOff(): void {
    this.#isBroken = true
  }

  gapsFrom(baseOffset: bigint): OffsetGaps | undefined {
    if (this.gaps === undefined) return undefined
    const { count, first, last } = this.gaps
    return { count, first: baseOffset + BigInt(first), last: baseOffset + BigInt(last) }
  }

  #noteGap(first: number, last: number): void {
    if (this.gaps === undefined) {
      this.gaps = { count: 1, first, last }
    } else {
      this.gaps.count++
      this.gaps.last = last
    }
  }
}
