/**
 * Which transactions are open, and which were aborted, told from the batches of a partition in order: a producer's
 * first transactional batch opens one, its marker ends it.
 *
 * Source: org.apache.kafka.storage.internals.log.ProducerStateManager, ProducerAppendInfo
 */
import { CorruptDataError, LimitError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { BatchScanner } from '../../log/batch-scanner.ts'
import type { ProducerStateEntry } from '../../log/producer-snapshot.ts'
import { decodeControlRecord } from '../../protocol/control-record.ts'
import { NO_EPOCH } from '../../record/batch.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import { keyOf, valueOf } from '../../record/record-cursor.ts'
import { recordsOf } from '../../record/records.ts'
import type { AbortedRange } from '../search/aborted-ranges.ts'

export interface OpenTransaction {
  readonly producerId: bigint
  readonly producerEpoch: number
  /** Of the producer's last marker in this partition, one of an earlier transaction; −1 none. */
  readonly coordinatorEpoch: number
  /** Of its records in this partition. */
  readonly firstOffset: bigint
  /** The greatest of its last batch, as the producer or the broker set it; milliseconds since 1970. */
  readonly lastTimestamp: bigint
}

interface Marker {
  readonly type: 'ABORT' | 'COMMIT'
  readonly coordinatorEpoch: number
}

export class TransactionReplay {
  /** By producer id. */
  readonly open = new Map<bigint, OpenTransaction>()
  readonly aborted: AbortedRange[] = []
  /** Behind the last batch seen. */
  nextOffset: bigint
  readonly #limits: DecodeLimits
  readonly #coordinatorEpochs = new Map<bigint, number>()

  /** @param producers the state at `offset`, from where on batches will come */
  constructor(producers: readonly ProducerStateEntry[], offset: bigint, limits: DecodeLimits) {
    this.nextOffset = offset
    this.#limits = limits
    for (const entry of producers) {
      const { producerId, producerEpoch, coordinatorEpoch, currentTxnFirstOffset } = entry
      if (coordinatorEpoch !== NO_EPOCH) this.#coordinatorEpochs.set(producerId, coordinatorEpoch)
      if (currentTxnFirstOffset < 0n) continue
      this.open.set(producerId, {
        producerId,
        producerEpoch,
        coordinatorEpoch,
        firstOffset: currentTxnFirstOffset,
        lastTimestamp: entry.timestamp,
      })
    }
  }

  /** Batches below the offset of the beginning are passed over; damaged ones, too. */
  run(scanner: BatchScanner): void {
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      if (batch.lastOffset < this.nextOffset) continue
      this.nextOffset = batch.lastOffset + 1n
      if (!(batch instanceof BatchV2) || !batch.isTransactional) continue
      if (batch.isControl) this.#end(scanner, batch.producerId, batch.lastOffset)
      else this.#write(batch)
    }
  }

  /** Nothing below is undecided. */
  get firstOpenOffset(): bigint | undefined {
    let first: bigint | undefined
    for (const { firstOffset } of this.open.values())
      if (first === undefined || firstOffset < first) first = firstOffset
    return first
  }

  #write({ producerId, producerEpoch, baseOffset, maxTimestamp }: BatchV2): void {
    this.open.set(producerId, {
      producerId,
      producerEpoch,
      coordinatorEpoch: this.#coordinatorEpochs.get(producerId) ?? NO_EPOCH,
      firstOffset: this.open.get(producerId)?.firstOffset ?? baseOffset,
      lastTimestamp: maxTimestamp,
    })
  }

  #end(scanner: BatchScanner, producerId: bigint, lastOffset: bigint): void {
    const marker = scanner.isValid() ? this.#marker(scanner) : undefined
    if (marker === undefined) return
    this.#coordinatorEpochs.set(producerId, marker.coordinatorEpoch)
    const transaction = this.open.get(producerId)
    if (transaction === undefined) return
    this.open.delete(producerId)
    if (marker.type === 'COMMIT') return
    this.aborted.push({ producerId, firstOffset: transaction.firstOffset, lastOffset })
  }

  #marker(scanner: BatchScanner): Marker | undefined {
    try {
      const records = recordsOf(scanner.body(), this.#limits)
      if (!records.next()) return undefined
      const record = decodeControlRecord(keyOf(records), valueOf(records))
      return record.type === 'ABORT' || record.type === 'COMMIT' ? record : undefined
    } catch (error) {
      if (error instanceof CorruptDataError || error instanceof LimitError) return undefined
      throw error
    }
  }
}
