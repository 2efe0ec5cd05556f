/** One idempotent producer, as a partition knows it. */
import { NO_EPOCH, NO_SEQUENCE, NO_TIMESTAMP } from '../record/batch.ts'
import type { BatchV2 } from '../record/batch-v2.ts'
import type { EndMarker } from './end-marker.ts'
import { firstSequenceOf, NO_OFFSET, type StoredProducer } from './producer-snapshot.ts'

export interface BatchMetadata {
  readonly lastSequence: number
  readonly lastOffset: bigint
  /** Last offset − first offset. */
  readonly offsetDelta: number
  /** The greatest of the batch. */
  readonly timestamp: bigint
}

/** As many requests as a client may have in flight. */
const BATCHES_MAX = 5

export class Producer {
  readonly id: bigint
  epoch = NO_EPOCH
  coordinatorEpoch = NO_EPOCH
  lastTimestamp = NO_TIMESTAMP
  /** Of the transaction that is open; undefined where none is. */
  txnFirstOffset: bigint | undefined
  /** The last of its epoch, the newest at the end. */
  #batches: BatchMetadata[] = []

  constructor(id: bigint) {
    this.id = id
  }

  static from(stored: StoredProducer): Producer {
    const producer = new Producer(stored.producerId)
    producer.epoch = stored.producerEpoch
    producer.coordinatorEpoch = stored.coordinatorEpoch
    producer.lastTimestamp = stored.timestamp
    if (stored.currentTxnFirstOffset >= 0n) producer.txnFirstOffset = stored.currentTxnFirstOffset
    if (stored.lastOffset >= 0n) producer.#batches = [stored]
    return producer
  }

  get lastSequence(): number {
    return this.#batches.at(-1)?.lastSequence ?? NO_SEQUENCE
  }

  /** Of its last batch with records; undefined where only markers are known. */
  get lastDataOffset(): bigint | undefined {
    return this.#batches.at(-1)?.lastOffset
  }

  copy(): Producer {
    const copy = new Producer(this.id)
    copy.epoch = this.epoch
    copy.coordinatorEpoch = this.coordinatorEpoch
    copy.lastTimestamp = this.lastTimestamp
    copy.txnFirstOffset = this.txnFirstOffset
    copy.#batches = [...this.#batches]
    return copy
  }

  duplicateOf(batch: BatchV2): BatchMetadata | undefined {
    if (batch.producerEpoch !== this.epoch) return undefined
    const { baseSequence, lastSequence } = batch
    return this.#batches.find(
      known => known.lastSequence === lastSequence && firstSequenceOf(known) === baseSequence,
    )
  }

  addBatch(epoch: number, batch: BatchMetadata): void {
    this.#enterEpoch(epoch)
    if (this.#batches.length === BATCHES_MAX) this.#batches.shift()
    this.#batches.push(batch)
    this.lastTimestamp = batch.timestamp
  }

  endTransaction(epoch: number, { coordinatorEpoch, timestamp }: EndMarker): void {
    this.#enterEpoch(epoch)
    this.coordinatorEpoch = coordinatorEpoch
    this.lastTimestamp = timestamp
    this.txnFirstOffset = undefined
  }

  stored(): StoredProducer {
    const last = this.#batches.at(-1)
    return {
      producerId: this.id,
      producerEpoch: this.epoch,
      lastSequence: this.lastSequence,
      lastOffset: last?.lastOffset ?? NO_OFFSET,
      offsetDelta: last?.offsetDelta ?? 0,
      timestamp: this.lastTimestamp,
      coordinatorEpoch: this.coordinatorEpoch,
      currentTxnFirstOffset: this.txnFirstOffset ?? NO_OFFSET,
    }
  }

  #enterEpoch(epoch: number): void {
    if (epoch === this.epoch) return
    this.epoch = epoch
    this.#batches = []
  }
}
