/**
 * Builds one v2 batch, record by record. Offsets count from 0: the log that takes the batch assigns them in place.
 *
 * Source: org.apache.kafka.common.record.internal.MemoryRecordsBuilder, DefaultRecord#writeTo
 */
import { assert } from '../base/errors.ts'
import { crc32c } from '../binary/checksum.ts'
import { ByteWriter } from '../binary/writer.ts'
import type { Codec } from '../compression/codec.ts'
import { none } from '../compression/none.ts'
import { CONTROL_BIT, TRANSACTIONAL_BIT } from './attributes.ts'
import { LOG_OVERHEAD, MAGIC_V2, NO_EPOCH, NO_PRODUCER_ID, NO_SEQUENCE } from './batch.ts'
import { BATCH_HEADER, BATCH_OVERHEAD } from './batch-v2.ts'
import type { RecordHeader } from './record-cursor.ts'

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
  readonly #records: ByteWriter
  /** One record's body, whose size has to stand before it. */
  readonly #body = new ByteWriter(256)
  #count = 0
  #baseTimestamp = 0n
  #maxTimestamp = 0n

  constructor(options: BatchOptions = {}, sizeHint = 16_384) {
    this.#options = options
    this.#records = new ByteWriter(sizeHint)
  }

  get recordCount(): number {
    return this.#count
  }

  /** Bytes of the batch as it would be without compression. */
  get uncompressedSize(): number {
    return BATCH_OVERHEAD + this.#records.size
  }

  add({ timestamp, key, value, headers }: NewRecord): void {
    if (this.#count === 0) this.#baseTimestamp = this.#maxTimestamp = timestamp
    else if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    const body = this.#body
    body.clear()
    body.int8(0)
    body.varlong(timestamp - this.#baseTimestamp)
    body.varint(this.#count)
    writeSized(body, key)
    writeSized(body, value)
    body.varint(headers.length)
    for (const header of headers) {
      writeSized(body, header.key)
      writeSized(body, header.value)
    }
    this.#records.varint(body.size)
    this.#records.bytes(body.written())
    this.#count++
  }

  /** The batch, in bytes of its own. The builder goes on empty, with the options it has. */
  build(): Buffer {
    assert(this.#count > 0, 'a batch has a record')
    const { codec = none, isTransactional = false, isControl = false } = this.#options
    const { producer = NO_PRODUCER, partitionLeaderEpoch = NO_EPOCH } = this.#options
    const payload = codec.compress(this.#records.written(), { magic: MAGIC_V2 })
    const header = BATCH_HEADER.encode({
      baseOffset: 0n,
      batchLength: BATCH_OVERHEAD - LOG_OVERHEAD + payload.length,
      partitionLeaderEpoch,
      magic: MAGIC_V2,
      crc: 0,
      attributes:
        codec.id | (isTransactional ? TRANSACTIONAL_BIT : 0) | (isControl ? CONTROL_BIT : 0),
      lastOffsetDelta: this.#count - 1,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: this.#maxTimestamp,
      ...producer,
      recordsCount: this.#count,
    })
    const bytes = Buffer.concat([header, payload])
    writeCrc(bytes)
    this.#records.clear()
    this.#count = 0
    return bytes
  }
}

/** After a change of anything behind it. @param start of the batch */
export function writeCrc(bytes: Buffer, start = 0, size = bytes.length - start): void {
  const { crc, attributes } = BATCH_HEADER.offsetOf
  bytes.writeUInt32BE(crc32c(bytes.subarray(start + attributes, start + size)), start + crc)
}

function writeSized(writer: ByteWriter, bytes: Buffer | null): void {
  if (bytes === null) return writer.varint(-1)
  writer.varint(bytes.length)
  writer.bytes(bytes)
}
