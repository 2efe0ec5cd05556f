/**
 * What a partition knows of its idempotent and transactional producers: enough to tell a batch that was sent again from
 * the next one, and from one that comes too early; and which transactions are undecided.
 *
 * | a client's batch                                    | outcome                                              |
 * |-----------------------------------------------------|------------------------------------------------------|
 * | the same epoch and sequences as one of the last five | a duplicate: answered with its offsets, not appended |
 * | epoch below the producer's                          | INVALID_PRODUCER_EPOCH                               |
 * | epoch above, first sequence 0                       | taken; the batches of the old epoch are forgotten    |
 * | epoch above, another sequence                       | OUT_OF_ORDER_SEQUENCE_NUMBER                         |
 * | of an unknown producer                              | taken, whatever its sequence: its state has expired  |
 * | same epoch, next sequence (0 behind 2³¹−1)          | taken                                                |
 * | same epoch, any other                               | OUT_OF_ORDER_SEQUENCE_NUMBER                         |
 * | not transactional while a transaction is open       | INVALID_TXN_STATE, from whomever it comes            |
 *
 * What replication and recovery bring was accepted once, so it is taken but for the last rule.
 *
 * Source: org.apache.kafka.storage.internals.log.ProducerStateManager, ProducerStateEntry, ProducerAppendInfo
 */
import { assert, RefusedError } from '../base/errors.ts'
import { javaHashMapOrderOfLongs } from '../binary/java-hash.ts'
import { NO_EPOCH } from '../record/batch.ts'
import type { BatchV2 } from '../record/batch-v2.ts'
import type { LastRecord } from './cleaner/batch-retention.ts'
import { decodeEndMarker, type EndMarker } from './end-marker.ts'
import type { StoredProducer } from './producer-snapshot.ts'
import { Producer, type BatchMetadata } from './producer.ts'

export type AppendOrigin = 'client' | 'coordinator' | 'replication' | 'raft'

export interface CompletedTransaction {
  readonly producerId: bigint
  readonly firstOffset: bigint
  readonly markerOffset: bigint
  readonly isAborted: boolean
}

export interface OpenTransaction {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstOffset: bigint
}

export interface MarkerOptions {
  /** Of the coordinator: 2 since KIP-890, where each transaction has an epoch of its own. */
  readonly transactionVersion?: number
}

export class ProducerState {
  readonly #producers = new Map<bigint, Producer>()
  /** Undecided transactions: first offset → producer id, ascending. */
  readonly #open = new Map<bigint, bigint>()
  /** Decided, but not for all readers: first offset → offset of a marker that is not below the high watermark. */
  readonly #unreplicated = new Map<bigint, bigint>()
  /** The offset up to which batches were taken, exclusive. */
  endOffset: bigint

  constructor(endOffset = 0n) {
    this.endOffset = endOffset
  }

  get isEmpty(): boolean {
    return this.#producers.size === 0 && this.#unreplicated.size === 0
  }

  get size(): number {
    return this.#producers.size
  }

  /** By producer id. */
  lastRecords(): ReadonlyMap<bigint, LastRecord> {
    const entries = [...this.#producers].map(([id, { lastDataOffset, epoch }]) => {
      return [id, { lastDataOffset, epoch }] as const
    })
    return new Map(entries)
  }

  get(producerId: bigint): Producer | undefined {
    return this.#producers.get(producerId)
  }

  /** Begins with a snapshot's producers. */
  load(stored: readonly StoredProducer[], endOffset: bigint): void {
    this.clear(endOffset)
    const open: [bigint, bigint][] = []
    for (const entry of stored) {
      const producer = Producer.from(entry)
      this.#producers.set(producer.id, producer)
      if (producer.txnFirstOffset !== undefined) open.push([producer.txnFirstOffset, producer.id])
    }
    for (const [first, id] of open.sort(([a], [b]) => (a < b ? -1 : 1))) this.#open.set(first, id)
  }

  clear(endOffset: bigint): void {
    this.#producers.clear()
    this.#open.clear()
    this.#unreplicated.clear()
    this.endOffset = endOffset
  }

  /** What a snapshot holds of it, in the order in which Kafka would write it. */
  stored(): StoredProducer[] {
    const stored = [...this.#producers.values()].map(producer => producer.stored())
    return javaHashMapOrderOfLongs(stored, ({ producerId }) => producerId)
  }

  /** Forgets whom nobody has heard of for so long, unless a transaction is open. */
  expire(nowMs: number, expirationMs: number): void {
    for (const [id, producer] of this.#producers) {
      if (isExpired(producer, nowMs, expirationMs)) this.#producers.delete(id)
    }
  }

  /** As when the log is loaded and nothing of the transaction can be read: whoever wrote on since was not in it. */
  forgetTransaction(producerId: bigint): void {
    const producer = this.#producers.get(producerId)
    if (producer?.txnFirstOffset === undefined) return
    this.#open.delete(producer.txnFirstOffset)
    producer.txnFirstOffset = undefined
  }

  /** Begins an append: what its batches change is seen once it is committed. */
  begin(origin: AppendOrigin, options: MarkerOptions = {}): ProducerAppend {
    return new ProducerAppend(this.#producers, origin, options)
  }

  /** @returns the transactions that the append ended, each to be told to the index, then to `complete` */
  commit(append: ProducerAppend): readonly CompletedTransaction[] {
    for (const producer of append.changed.values()) this.#producers.set(producer.id, producer)
    for (const [first, id] of append.begun) this.#open.set(first, id)
    return append.completed
  }

  /** Nothing below is undecided, once this transaction has ended. */
  lastStableOffsetAfter({ producerId, markerOffset }: CompletedTransaction): bigint {
    for (const [first, id] of this.#open) if (id !== producerId) return first
    return markerOffset + 1n
  }

  complete({ firstOffset, markerOffset }: CompletedTransaction): void {
    assert(this.#open.delete(firstOffset), 'a transaction that ends has begun')
    this.#unreplicated.set(firstOffset, markerOffset)
  }

  /** Undecided ones, in the order in which they began. */
  get openTransactions(): OpenTransaction[] {
    return [...this.#open].map(([firstOffset, producerId]) => ({
      producerId,
      producerEpoch: this.#producers.get(producerId)?.epoch ?? NO_EPOCH,
      firstOffset,
    }))
  }

  /** The first offset of those that are not yet decided for all readers. */
  get firstUnstableOffset(): bigint | undefined {
    const undecided = firstKey(this.#open)
    const unreplicated = firstKey(this.#unreplicated)
    if (undecided === undefined || unreplicated === undefined) return undecided ?? unreplicated
    return undecided < unreplicated ? undecided : unreplicated
  }

  highWatermarkMoved(highWatermark: bigint): void {
    for (const [first, marker] of this.#unreplicated) {
      if (marker < highWatermark) this.#unreplicated.delete(first)
    }
  }
}

function isExpired(
  { txnFirstOffset, lastTimestamp }: Producer,
  nowMs: number,
  expirationMs: number,
): boolean {
  return txnFirstOffset === undefined && nowMs - Number(lastTimestamp) >= expirationMs
}

function firstKey(map: ReadonlyMap<bigint, bigint>): bigint | undefined {
  let first: bigint | undefined
  for (const key of map.keys()) if (first === undefined || key < first) first = key
  return first
}

/** The batches of one append, held against what is known of their producers. */
export class ProducerAppend {
  readonly changed = new Map<bigint, Producer>()
  readonly begun: [firstOffset: bigint, producerId: bigint][] = []
  readonly completed: CompletedTransaction[] = []
  readonly #known: ReadonlyMap<bigint, Producer>
  readonly #origin: AppendOrigin
  readonly #transactionVersion: number

  constructor(
    known: ReadonlyMap<bigint, Producer>,
    origin: AppendOrigin,
    { transactionVersion = 0 }: MarkerOptions,
  ) {
    this.#known = known
    this.#origin = origin
    this.#transactionVersion = transactionVersion
  }

  /** What a client has sent before, where it has. */
  duplicateOf(batch: BatchV2): BatchMetadata | undefined {
    if (this.#origin !== 'client') return undefined
    return this.#known.get(batch.producerId)?.duplicateOf(batch)
  }

  /**
   * @param batch of a producer, with its final offsets
   * @throws RefusedError
   * @throws RefusedRecordError where a marker can't be read
   */
  add(batch: BatchV2): void {
    if (batch.isControl) {
      const marker = decodeEndMarker(batch)
      if (marker !== undefined) this.#endTransaction(this.#change(batch.producerId), batch, marker)
    } else {
      this.#addData(this.#change(batch.producerId), batch)
    }
  }

  #change(id: bigint): Producer {
    const changed = this.changed.get(id)
    if (changed !== undefined) return changed
    const producer = this.#known.get(id)?.copy() ?? new Producer(id)
    this.changed.set(id, producer)
    return producer
  }

  #addData(producer: Producer, batch: BatchV2): void {
    const { producerEpoch, baseOffset, isTransactional } = batch
    this.#checkEpoch(producer, producerEpoch, baseOffset, 0)
    if (this.#origin === 'client') this.#checkSequence(producer, batch)
    producer.addBatch(producerEpoch, {
      lastSequence: batch.lastSequence,
      lastOffset: batch.lastOffset,
      offsetDelta: batch.lastOffsetDelta,
      timestamp: batch.maxTimestamp,
    })
    if (producer.txnFirstOffset !== undefined && !isTransactional) {
      throw new RefusedError(
        'INVALID_TXN_STATE',
        `Expected transactional write from producer ${producer.id} at offset ${baseOffset}`,
      )
    }
    if (producer.txnFirstOffset === undefined && isTransactional) {
      producer.txnFirstOffset = baseOffset
      this.begun.push([baseOffset, producer.id])
    }
  }

  #endTransaction(producer: Producer, batch: BatchV2, marker: EndMarker): void {
    const { producerEpoch, baseOffset: markerOffset } = batch
    this.#checkEpoch(producer, producerEpoch, markerOffset, this.#transactionVersion)
    if (producer.coordinatorEpoch > marker.coordinatorEpoch && this.#origin !== 'replication') {
      throw new RefusedError(
        'TRANSACTION_COORDINATOR_FENCED',
        `Invalid coordinator epoch for producerId ${producer.id} at offset ${markerOffset}: ` +
          `${marker.coordinatorEpoch} (zombie), ${producer.coordinatorEpoch} (current)`,
      )
    }
    const { id: producerId, txnFirstOffset: firstOffset } = producer
    if (firstOffset !== undefined) {
      const { isAborted } = marker
      this.completed.push({ producerId, firstOffset, markerOffset, isAborted })
    }
    producer.endTransaction(producerEpoch, marker)
  }

  /** Under KIP-890 the marker has an epoch of its own; the same one again is a marker that is sent again. */
  #checkEpoch(producer: Producer, epoch: number, offset: bigint, transactionVersion: number): void {
    const isStrict = transactionVersion >= 2
    if (isStrict ? epoch > producer.epoch : epoch >= producer.epoch) return
    const isDecided = producer.txnFirstOffset === undefined || epoch === EPOCH_MAX
    if (isStrict && epoch === producer.epoch && isDecided) return
    if (this.#origin === 'replication') return
    throw new RefusedError(
      'INVALID_PRODUCER_EPOCH',
      `Epoch of producer ${producer.id} at offset ${offset} is ${epoch}, which is ` +
        `${isStrict ? '<=' : '<'} the last seen epoch ${producer.epoch}`,
    )
  }

  #checkSequence(producer: Producer, { producerEpoch, baseSequence, baseOffset }: BatchV2): void {
    if (producer.epoch === NO_EPOCH) return
    if (producerEpoch !== producer.epoch) {
      if (baseSequence === 0) return
      throw new RefusedError(
        'OUT_OF_ORDER_SEQUENCE_NUMBER',
        `Invalid sequence number for new epoch of producer ${producer.id} at offset ` +
          `${baseOffset}: ${producerEpoch} (request epoch), ${baseSequence} (seq. number), ` +
          `${producer.epoch} (current producer epoch)`,
      )
    }
    const last = producer.lastSequence
    if (baseSequence === last + 1 || (baseSequence === 0 && last === SEQUENCE_MAX)) return
    throw new RefusedError(
      'OUT_OF_ORDER_SEQUENCE_NUMBER',
      `Out of order sequence number for producer ${producer.id} at offset ${baseOffset}: ` +
        `${baseSequence} (incoming seq. number), ${last} (current end sequence number)`,
    )
  }
}

const EPOCH_MAX = 0x7fff
const SEQUENCE_MAX = 0x7fffffff
