/**
 * Records on their way into batches, by partition. A batch goes to the sink when the next record doesn't fit into it, or
 * when its owner says that it has waited long enough. Everything is decided at once; only the sink takes time.
 *
 * Memory is bounded by what the sink has not acknowledged: when `hasRoom` is false, the owner awaits `room()` before it
 * adds more.
 *
 * The first failed append ends it: nothing more goes to the sink, and every call from then on throws what was wrong.
 *
 * Source: org.apache.kafka.clients.producer.internals.RecordAccumulator, MemoryRecordsBuilder#hasRoomFor
 */
import { assert } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { Codec } from '../compression/codec.ts'
import { none } from '../compression/none.ts'
import { BatchBuilder, type BatchOptions } from '../record/batch-builder.ts'
import { BATCH_OVERHEAD } from '../record/batch-v2.ts'
import type { AppendedBatch, BatchSink } from './batch-sink.ts'
import { CompressionRatio } from './compression-ratio.ts'
import type { OutgoingRecord } from './outgoing-record.ts'
import { DefaultPartitioner } from './partitioner.ts'
import { ProduceCounts } from './produce-counts.ts'

export interface AccumulatorOptions {
  /** Bytes of a batch, its header included; under compression as far as that can be foreseen. */
  readonly batchSize: number
  /** Bytes of a batch before compression, where the topic bounds them; a record that takes more goes alone. */
  readonly plainSizeMax?: number
  /** Bytes not acknowledged, in batches open or under way. */
  readonly memoryMax: number
  readonly codec: Codec
  /** Whose sequence numbers the batches carry, from 0 on in every partition. */
  readonly producer: ProducerIdentity | undefined
  readonly random: Random
  /** Told once a batch is counted. Does not throw. */
  readonly onAppended?: (partition: number, appended: AppendedBatch) => void
}

export interface ProducerIdentity {
  readonly producerId: bigint
  readonly producerEpoch: number
}

/** However well records compress: before compression, a batch takes no more than Kafka takes of a request. */
const PLAIN_SIZE_MAX = 1024 * 1024

interface OpenBatch {
  readonly partition: number
  readonly builder: BatchBuilder
  /** Bytes before compression, as was foreseen when it was begun. */
  sizeMax: number
  begunMs: number
}

export class Accumulator {
  readonly counts = new ProduceCounts()
  readonly #sink: BatchSink
  readonly #options: AccumulatorOptions
  readonly #batchSize: number
  readonly #plainSizeMax: number
  readonly #partitioner: DefaultPartitioner
  readonly #ratio = new CompressionRatio()
  /** Of every partition that got a record. */
  readonly #batches: (OpenBatch | undefined)[] = []
  /** Those that hold records, the oldest first. */
  readonly #open = new Set<OpenBatch>()
  #openBytes = 0
  #sentBytes = 0
  #failure: Error | undefined
  #onChange: (() => void) | undefined
  #onFailure: () => void = () => undefined

  constructor(sink: BatchSink, options: AccumulatorOptions) {
    this.#sink = sink
    this.#options = options
    const { batchSize, plainSizeMax = Infinity } = options
    this.#batchSize = Math.min(batchSize, plainSizeMax)
    this.#plainSizeMax = Math.min(plainSizeMax, Math.max(batchSize, PLAIN_SIZE_MAX))
    this.#partitioner = new DefaultPartitioner(sink.partitionCount, options.random)
  }

  /** Called at once when an append fails, so that nobody goes on waiting for input. */
  set onFailure(listener: () => void) {
    this.#onFailure = listener
  }

  get hasRoom(): boolean {
    return this.#openBytes + this.#sentBytes < this.#options.memoryMax
  }

  /** When the oldest batch that isn't sent was begun. */
  get oldestMs(): number | undefined {
    for (const { begunMs } of this.#open) return begunMs
    return undefined
  }

  /** Takes a copy of the record. Its partition, if it has one, is one of the sink's. */
  add(record: OutgoingRecord, nowMs: number): void {
    if (this.#failure !== undefined) throw this.#failure
    const batch = this.#batchFor(this.#partitioner.partitionOf(record))
    if (this.#isAdded(batch, record, nowMs)) return
    this.#send(batch)
    const isFree = this.#partitioner.isFree(record)
    const next = isFree ? this.#batchFor(this.#partitioner.moveOn()) : batch
    if (this.#isAdded(next, record, nowMs)) return
    // Where it moved on to there was an open batch, too.
    this.#send(next)
    const isAdded = this.#isAdded(next, record, nowMs)
    assert(isAdded, 'an empty batch takes any record')
  }

  /** Sends the batches that were begun at that time or before. */
  sendBegunBy(timeMs: number): void {
    for (const batch of this.#open) {
      if (batch.begunMs > timeMs) break
      this.#send(batch)
    }
  }

  /** Waits until there is room again; throws what the sink failed with. */
  async room(): Promise<void> {
    if (this.#openBytes > this.#options.memoryMax / 2) this.sendBegunBy(Infinity)
    while (!this.hasRoom && this.#sentBytes > 0) await this.#change()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Sends all there is and waits until it is acknowledged; throws what the sink failed with. */
  async finish(): Promise<void> {
    this.sendBegunBy(Infinity)
    while (this.#sentBytes > 0) await this.#change()
    if (this.#failure !== undefined) throw this.#failure
  }

  #batchFor(partition: number): OpenBatch {
    return (this.#batches[partition] ??= {
      partition,
      builder: this.#newBuilder(),
      sizeMax: 0,
      begunMs: 0,
    })
  }

  #newBuilder(): BatchBuilder {
    const { codec, producer } = this.#options
    const options: BatchOptions =
      producer === undefined ? { codec } : { codec, producer: { ...producer, baseSequence: 0 } }
    return new BatchBuilder(options, this.#batchSize)
  }

  #isAdded(batch: OpenBatch, record: OutgoingRecord, nowMs: number): boolean {
    const sizeBefore = batch.builder.uncompressedSize
    if (!batch.builder.tryAdd(record, batch.sizeMax)) return false
    this.#openBytes += batch.builder.uncompressedSize - sizeBefore
    if (batch.builder.recordCount === 1) this.#begin(batch, nowMs)
    return true
  }

  #begin(batch: OpenBatch, nowMs: number): void {
    const plainSize =
      this.#options.codec.id === none.id
        ? this.#batchSize
        : BATCH_OVERHEAD + this.#ratio.plainSizeFor(this.#batchSize - BATCH_OVERHEAD)
    batch.sizeMax = Math.min(plainSize, this.#plainSizeMax)
    batch.begunMs = nowMs
    this.#open.add(batch)
  }

  #send(batch: OpenBatch): void {
    this.#open.delete(batch)
    const { partition, builder } = batch
    const [records, size] = [builder.recordCount, builder.uncompressedSize]
    this.#openBytes -= size - BATCH_OVERHEAD
    if (this.#failure !== undefined || records === 0) return
    const bytes = builder.build()
    const sentBytes = bytes.length
    const fullness = Math.min(1, sentBytes / this.#batchSize)
    this.#ratio.observe({
      storedSize: sentBytes - BATCH_OVERHEAD,
      plainSize: size - BATCH_OVERHEAD,
    })
    this.#sentBytes += sentBytes
    this.#sink.append(partition, bytes).then(
      appended => {
        const { storedSize: storedBytes } = appended
        const share = { records, batches: 1, plainBytes: size, storedBytes, fullness }
        this.counts.add(partition, share)
        this.#options.onAppended?.(partition, appended)
        this.#settled(sentBytes)
      },
      (error: unknown) => {
        if (this.#failure === undefined) {
          this.#failure = error instanceof Error ? error : new Error(String(error))
          this.#onFailure()
        }
        this.#settled(sentBytes)
      },
    )
  }

  #settled(bytes: number): void {
    this.#sentBytes -= bytes
    const wake = this.#onChange
    this.#onChange = undefined
    wake?.()
  }

  #change(): Promise<void> {
    return new Promise(resolve => (this.#onChange = resolve))
  }
}
