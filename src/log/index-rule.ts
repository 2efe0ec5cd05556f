/**
 * Which batches of a segment the indexes get entries for: in the offset index the first batch behind more than
 * `index.interval.bytes` of others, so never the segment's first; with each of those, and once the segment is left
 * behind, one in the time index, if the greatest timestamp has grown since the last.
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment#append
 */
import { NO_TIMESTAMP } from '../record/batch.ts'
import type { TimestampOffset } from './time-index.ts'

export interface IndexedBatch {
  readonly lastOffset: bigint
  readonly maxTimestamp: bigint
}

export class IndexRule {
  /** So far, and the last offset of the batch that has it. */
  greatest: TimestampOffset
  readonly #interval: number
  #lastTime = NO_TIMESTAMP
  #indexedUpTo = 0

  constructor(baseOffset: bigint, interval: number) {
    this.#interval = interval
    this.greatest = { timestamp: NO_TIMESTAMP, offset: baseOffset }
  }

  /** @returns whether the offset index gets an entry for the batch */
  add({ lastOffset, maxTimestamp }: IndexedBatch, position: number): boolean {
    if (maxTimestamp > this.greatest.timestamp) {
      this.greatest = { timestamp: maxTimestamp, offset: lastOffset }
    }
    if (position - this.#indexedUpTo <= this.#interval) return false
    this.#indexedUpTo = position
    return true
  }

  /** With each entry of the offset index, and at the end: whether the time index gets the greatest as its next entry. */
  takeTime(): boolean {
    const { timestamp } = this.greatest
    if (timestamp <= this.#lastTime) return false
    this.#lastTime = timestamp
    return true
  }
}
