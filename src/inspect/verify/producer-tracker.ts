/**
 * What a broker knows of a partition's producers, kept while its batches are scanned in order: to compare with producer
 * snapshots, and to know which transaction a marker ends.
 *
 * Ids and offsets are numbers here: real ones are far from 2⁵³, and producers with others are not followed. Bounded: of
 * more producers than `TRACKED_MAX` those that came first are forgotten, and never compared. A broker itself forgets
 * producers after a day.
 *
 * Source: org.apache.kafka.storage.internals.log.ProducerStateManager, ProducerAppendInfo, ProducerStateEntry
 */
import { NO_SEQUENCE } from '../../record/batch.ts'
import type { BatchV2 } from '../../record/batch-v2.ts'
import type { ProducerStateEntry } from '../../log/producer-snapshot.ts'

export interface TrackedProducer {
  producerEpoch: number
  /** Of the last data batch under that epoch; −1 where there was none. */
  lastSequence: number
  lastOffset: number
  /** −1 where no transaction is open. */
  currentTxnFirstOffset: number
  /** Whether the open transaction began where we saw it, not before what we scanned. */
  sawTxnBegin: boolean
}

export interface EndedTransaction {
  readonly producerId: bigint
  /** Undefined where none was open as far as we saw. */
  readonly firstOffset: bigint | undefined
  readonly markerOffset: bigint
  /** What a broker notes in the transaction index. */
  readonly lastStableOffset: bigint
}

const TRACKED_MAX = 100_000
const NO_OFFSET = -1

export class ProducerTracker {
  /** Whether every open transaction is known: the scan began at the log's beginning, or with a snapshot. */
  isComplete: boolean
  /** Whether producers were passed over or forgotten. */
  hasForgotten = false
  readonly #producers = new Map<number, TrackedProducer>()
  /** First offsets of open transactions, by producer. */
  readonly #open = new Map<number, number>()

  constructor(isComplete: boolean) {
    this.isComplete = isComplete
  }

  get isEmpty(): boolean {
    return this.#producers.size === 0
  }

  get(producerId: bigint): TrackedProducer | undefined {
    return this.#producers.get(Number(producerId))
  }

  /** Begins with what a snapshot says. */
  load(entries: readonly ProducerStateEntry[]): void {
    for (const entry of entries) {
      const producerId = Number(entry.producerId)
      const currentTxnFirstOffset = Math.max(Number(entry.currentTxnFirstOffset), NO_OFFSET)
      if (currentTxnFirstOffset !== NO_OFFSET) this.#open.set(producerId, currentTxnFirstOffset)
      this.#put(producerId, {
        producerEpoch: entry.producerEpoch,
        lastSequence: entry.lastSequence,
        lastOffset: Number(entry.lastOffset),
        currentTxnFirstOffset,
        sawTxnBegin: false,
      })
    }
    this.isComplete = !this.hasForgotten
  }

  /** @param producerId of the batch, which has one  @param baseOffset of the batch */
  data(batch: BatchV2, producerId: number, baseOffset: number): void {
    const { lastOffsetDelta } = batch
    const known = this.#producers.get(producerId) ?? this.#create(producerId)
    if (known === undefined) return
    known.producerEpoch = batch.producerEpoch
    known.lastSequence = batch.lastSequence
    known.lastOffset = baseOffset + lastOffsetDelta
    if (batch.isTransactional && known.currentTxnFirstOffset === NO_OFFSET) {
      known.currentTxnFirstOffset = baseOffset
      this.#open.set(producerId, baseOffset)
    }
  }

  marker(batch: BatchV2): EndedTransaction {
    const { producerEpoch, baseOffset: markerOffset } = batch
    const producerId = Number(batch.producerId)
    const firstOffset = this.#open.get(producerId)
    this.#open.delete(producerId)
    const known = this.#producers.get(producerId) ?? this.#create(producerId)
    if (known !== undefined) {
      if (known.producerEpoch !== producerEpoch) {
        known.lastSequence = NO_SEQUENCE
        known.lastOffset = NO_OFFSET
      }
      known.producerEpoch = producerEpoch
      known.currentTxnFirstOffset = NO_OFFSET
      known.sawTxnBegin = true
    }
    let lastStableOffset = Number(markerOffset) + 1
    for (const first of this.#open.values()) if (first < lastStableOffset) lastStableOffset = first
    return {
      producerId: batch.producerId,
      firstOffset: firstOffset === undefined ? undefined : BigInt(firstOffset),
      markerOffset,
      lastStableOffset: BigInt(lastStableOffset),
    }
  }

  /** A producer that begins here; whether its open transaction does as well is known only if all is. */
  #create(producerId: number): TrackedProducer | undefined {
    if (!Number.isSafeInteger(producerId)) {
      this.hasForgotten = true
      return undefined
    }
    const producer = {
      producerEpoch: -1,
      lastSequence: NO_SEQUENCE,
      lastOffset: NO_OFFSET,
      currentTxnFirstOffset: NO_OFFSET,
      sawTxnBegin: this.isComplete,
    }
    this.#put(producerId, producer)
    return producer
  }

  #put(producerId: number, producer: TrackedProducer): void {
    this.#producers.set(producerId, producer)
    if (this.#producers.size <= TRACKED_MAX) return
    for (const oldest of this.#producers.keys()) {
      this.#producers.delete(oldest)
      this.#open.delete(oldest)
      break
    }
    this.hasForgotten = true
    this.isComplete = false
  }
}
