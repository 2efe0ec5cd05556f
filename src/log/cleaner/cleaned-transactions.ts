/**
 * The transactions of a log while a cleaner walks through it, batch by batch: which batches are those of an aborted one,
 * and whether a marker has any left before it.
 *
 * | batch                                   | told                                                          |
 * |-----------------------------------------|---------------------------------------------------------------|
 * | records of an aborted transaction       | to be dropped                                                 |
 * | ABORT, whose records were seen          | to be kept, and its entry of the transaction index with it    |
 * | ABORT, whose records are gone           | may go                                                        |
 * | COMMIT, whose records were seen         | to be kept                                                    |
 * | COMMIT, whose records are gone          | may go                                                        |
 * | a control batch without a record        | may go: a cleaner has emptied it                              |
 * | another control batch                   | to be kept                                                    |
 *
 * Source: org.apache.kafka.storage.internals.log.CleanedTransactionMetadata
 */
import { DEFAULT_DECODE_LIMITS } from '../../base/limits.ts'
import { decodeControlRecord } from '../../protocol/control-record.ts'
import type { BatchV2 } from '../../record/batch-v2.ts'
import { keyOf, valueOf } from '../../record/record-cursor.ts'
import { V2Cursor } from '../../record/v2-cursor.ts'
import type { AbortedTransaction } from '../transaction-index.ts'

interface OpenAborted {
  readonly entry: AbortedTransaction
  hasRecords: boolean
}

export class CleanedTransactions {
  /** Told of each aborted transaction whose marker is kept. */
  readonly #onKept: (entry: AbortedTransaction) => void
  /** Those whose first offset lies ahead, the next one last. */
  #ahead: AbortedTransaction[] = []
  readonly #aborted = new Map<bigint, OpenAborted>()
  readonly #committed = new Set<bigint>()

  constructor(onKept: (entry: AbortedTransaction) => void = () => undefined) {
    this.#onKept = onKept
  }

  /** Entries of the index that may concern what is walked through next; one may be told again. */
  add(entries: readonly AbortedTransaction[]): void {
    if (entries.length === 0) return
    this.#ahead = [...this.#ahead, ...entries].sort(byFirstOffsetDescending)
  }

  /** @param batch whole; @returns whether it may go */
  passMarker(batch: BatchV2): boolean {
    this.#begin(batch.lastOffset)
    const record = new V2Cursor(batch, DEFAULT_DECODE_LIMITS)
    if (!record.next()) return true
    const { producerId } = batch
    switch (decodeControlRecord(keyOf(record), valueOf(record)).type) {
      case 'ABORT': {
        const aborted = this.#aborted.get(producerId)
        this.#aborted.delete(producerId)
        if (aborted?.hasRecords !== true) return true
        this.#onKept(aborted.entry)
        return false
      }
      case 'COMMIT':
        return !this.#committed.delete(producerId)
      default:
        return false
    }
  }

  /** @returns whether its transaction was aborted */
  passRecords(batch: BatchV2): boolean {
    if (this.#ahead.length > 0) this.#begin(batch.lastOffset)
    if (!batch.isTransactional) return false
    const aborted = this.#aborted.get(batch.producerId)
    if (aborted === undefined) {
      this.#committed.add(batch.producerId)
      return false
    }
    aborted.hasRecords = true
    return true
  }

  #begin(offset: bigint): void {
    for (let next = this.#ahead.at(-1); next !== undefined; next = this.#ahead.at(-1)) {
      if (next.firstOffset > offset) return
      this.#ahead.pop()
      const { producerId } = next
      if (!this.#aborted.has(producerId)) {
        this.#aborted.set(producerId, { entry: next, hasRecords: false })
      }
    }
  }
}

function byFirstOffsetDescending(a: AbortedTransaction, b: AbortedTransaction): number {
  if (a.firstOffset === b.firstOffset) return 0
  return a.firstOffset < b.firstOffset ? 1 : -1
}
