/**
 * The entries of a log's transaction indexes, as they were before it was cleaned.
 *
 * Source: org.apache.kafka.storage.internals.log.LocalLog#collectAbortedTransactions
 */
import type { LogSegment } from '../log-segment.ts'
import { floorSegment } from '../segment.ts'
import type { AbortedTransaction } from '../transaction-index.ts'

export class AbortedTransactions {
  /** Those that have an index. */
  readonly #segments: readonly LogSegment[]
  readonly #logStartOffset: bigint

  constructor(segments: readonly LogSegment[], logStartOffset: bigint) {
    this.#segments = segments.filter(segment => segment.hasTransactionIndex)
    this.#logStartOffset = logStartOffset
  }

  /** Those that records of a range may belong to, whose markers are not in a segment before it. */
  between(from: bigint, upperBound: bigint): AbortedTransaction[] {
    const found: AbortedTransaction[] = []
    const floor = Math.max(0, floorSegment(this.#segments, from))
    for (const segment of this.#segments.slice(floor)) {
      const range = { fetchOffset: this.#logStartOffset, upperBound }
      const { transactions, complete } = segment.aborted(range)
      for (const entry of transactions) if (entry.lastOffset >= from) found.push(entry)
      if (complete) break
    }
    return found
  }
}
