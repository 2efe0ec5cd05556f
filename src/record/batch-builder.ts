/**
 * Builds v2 batches, record by record. Offsets count from 0: the log that takes a batch assigns them in place.
 *
 * Source: org.apache.kafka.common.record.internal.MemoryRecordsBuilder, DefaultRecord#writeTo
 */
import { assert } from '../base/errors.ts'
import { numberIfExact } from '../binary/big-endian.ts'
import { crc32c } from '../binary/checksum.ts'
import type { Codec } from '../compression/codec.ts'
import { none } from '../compression/none.ts'
import { CONTROL_BIT, TRANSACTIONAL_BIT } from './attributes.ts'
import {
  addSequence,
  LOG_OVERHEAD,
  MAGIC_V2,
  NO_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
} from './batch.ts'
import { BATCH_HEADER, BATCH_OVERHEAD } from './batch-v2.ts'
import type { RecordHeader } from './record-cursor.ts'
import type { RecordSlices } from './record-slices.ts'
import { RecordWriter } from './record-writer.ts'

export interface NewRecord {
  /** Milliseconds since 1970; −1 none. */
  readonly timestamp: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

export interface BatchProducer {
  readonly producerId: bigint
  readonly producerEpoch: number
  /** −1 in control batches. */
  readonly baseSequence: number
}

export interface BatchOptions {
  readonly codec?: Codec
  /** Of the first batch; the sequence of the next goes on behind it. */
  readonly producer?: BatchProducer
  readonly isTransactional?: boolean
  readonly isControl?: boolean
  readonly partitionLeaderEpoch?: number
}

const NO_PRODUCER: BatchProducer = {
  producerId: NO_PRODUCER_ID,
  producerEpoch: NO_EPOCH,
  baseSequence: NO_SEQUENCE,
}

export class BatchBuilder {
  readonly #options: BatchOptions
  readonly #writer: RecordWriter
  #baseSequence: number
  #count = 0
  #baseTimestamp: number | bigint = 0
  #maxTimestamp: number | bigint = 0

  /** @param sizeHint bytes that a batch is expected to take before compression */
  constructor(options: BatchOptions = {}, sizeHint = 16_384) {
    this.#options = options
    this.#writer = new RecordWriter(BATCH_OVERHEAD, sizeHint)
    this.#baseSequence = (options.producer ?? NO_PRODUCER).baseSequence
  }

  get recordCount(): number {
    return this.#count
  }

  /** Bytes of the batch as it would be without compression. */
  get uncompressedSize(): number {
    return this.#writer.size
  }

  add({ timestamp, key, value, headers }: NewRecord): void {
    const record: RecordSlices = {
      timestamp: numberIfExact(timestamp),
      keyBytes: key ?? NO_BYTES,
      keyStart: 0,
      keySize: key?.length ?? -1,
      valueBytes: value ?? NO_BYTES,
      valueStart: 0,
      valueSize: value?.length ?? -1,
      headers,
    }
    const isAdded = this.tryAdd(record, Infinity)
    assert(isAdded, 'there is always room for one more where nothing bounds it')
  }

  /**
   * Adds the record unless the batch, uncompressed, would then take more than `sizeMax`; returns whether it did. The
   * first record always finds room.
   */
  tryAdd(record: RecordSlices, sizeMax: number): boolean {
    const { timestamp } = record
    const isFirst = this.#count === 0
    const base = isFirst ? timestamp : this.#baseTimestamp
    const roomSize = isFirst ? Infinity : sizeMax - this.#writer.size
    if (!this.#writer.tryWrite(record, timestampDelta(timestamp, base), this.#count, roomSize))
      return false
    if (isFirst) this.#baseTimestamp = this.#maxTimestamp = timestamp
    else if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    this.#count++
    return true
  }

  /** The batch, in bytes of its own. The builder goes on empty, with the options it has. */
  build(): Buffer {
    assert(this.#count > 0, 'a batch has a record')
    const { codec = none } = this.#options
    const bytes = codec.id === none.id ? this.#writer.copy() : this.#compressed(codec)
    this.#writer.clear()
    bytes.set(this.#header(codec, bytes.length))
    writeCrc(bytes)
    if (this.#baseSequence !== NO_SEQUENCE) {
      this.#baseSequence = addSequence(this.#baseSequence, this.#count)
    }
    this.#count = 0
    return bytes
  }

  /** With room for the header. */
  #compressed(codec: Codec): Buffer {
    const payload = codec.compress(this.#writer.records(), { magic: MAGIC_V2 })
    const bytes = Buffer.allocUnsafeSlow(BATCH_OVERHEAD + payload.length)
    bytes.set(payload, BATCH_OVERHEAD)
    return bytes
  }

  #header(codec: Codec, size: number): Buffer {
    const { isTransactional = false, isControl = false } = this.#options
    const { producer = NO_PRODUCER, partitionLeaderEpoch = NO_EPOCH } = this.#options
    return BATCH_HEADER.encode({
      baseOffset: 0n,
      batchLength: size - LOG_OVERHEAD,
      partitionLeaderEpoch,
      magic: MAGIC_V2,
      crc: 0,
      attributes:
        codec.id | (isTransactional ? TRANSACTIONAL_BIT : 0) | (isControl ? CONTROL_BIT : 0),
      lastOffsetDelta: this.#count - 1,
      baseTimestamp: BigInt(this.#baseTimestamp),
      maxTimestamp: BigInt(this.#maxTimestamp),
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      baseSequence: this.#baseSequence,
      recordsCount: this.#count,
    })
  }
}

/** After a change of anything behind it. @param start of the batch */
export function writeCrc(bytes: Buffer, start = 0, size = bytes.length - start): void {
  const { crc, attributes } = BATCH_HEADER.offsetOf
  bytes.writeUInt32BE(crc32c(bytes.subarray(start + attributes, start + size)), start + crc)
}

/** A number where that is exact, else in Java's arithmetic. */
export function timestampDelta(timestamp: number | bigint, base: number | bigint): number | bigint {
  if (typeof timestamp === 'number' && typeof base === 'number') {
    const delta = timestamp - base
    if (Number.isSafeInteger(delta)) return delta
  }
  return numberIfExact(BigInt.asIntN(64, BigInt(timestamp) - BigInt(base)))
}

const NO_BYTES = Buffer.alloc(0)
