/**
 * A batch of which some records are left, or which gets a delete horizon: written anew in format v2, with its codec, its
 * offsets, its producer and its leader epoch. And one of which no record is left.
 *
 * | field           | some records                                                | none                      |
 * |-----------------|-------------------------------------------------------------|---------------------------|
 * | baseOffset      | as before; of v0/v1 the first record's                      | as before                 |
 * | lastOffsetDelta | as before; of v0/v1 the last record's                       | as before                 |
 * | baseTimestamp   | the delete horizon, if there is one, else the first record's | −1                        |
 * | maxTimestamp    | the greatest of the records; the append time as before      | as before                 |
 * | codec           | as before                                                   | none                      |
 * | delete horizon  | a new one, or as before                                     | none                      |
 *
 * Source: org.apache.kafka.common.record.internal.MemoryRecords#buildRetainedRecordsInto,
 * DefaultRecordBatch#writeEmptyHeader
 */
import { assert } from '../../base/errors.ts'
import { codecById } from '../../compression/codecs.ts'
import { none } from '../../compression/none.ts'
import {
  CONTROL_BIT,
  DELETE_HORIZON_BIT,
  TIMESTAMP_TYPE_BIT,
  TRANSACTIONAL_BIT,
} from '../../record/attributes.ts'
import { LOG_OVERHEAD, MAGIC_V2, NO_TIMESTAMP, type RecordBatch } from '../../record/batch.ts'
import { timestampDelta, writeCrc } from '../../record/batch-builder.ts'
import { BATCH_HEADER, BATCH_OVERHEAD, BatchV2 } from '../../record/batch-v2.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { RecordWriter } from '../../record/record-writer.ts'

const SIZE_HINT = 65_536

export class BatchRewriter {
  readonly #writer = new RecordWriter(BATCH_OVERHEAD, SIZE_HINT)
  #batch: RecordBatch | undefined
  #horizon: bigint | undefined
  #baseOffset = 0n
  #lastOffset = 0n
  #baseTimestamp: number | bigint = 0
  #maxTimestamp: number | bigint = 0
  #count = 0

  /** @param horizon until which its tombstones, or its marker, are kept */
  begin(batch: RecordBatch, horizon: bigint | undefined): void {
    this.#writer.clear()
    this.#batch = batch
    this.#horizon = horizon
    this.#count = 0
    this.#maxTimestamp = -1
  }

  /** @param record of the batch, behind those before it */
  add(record: RecordCursor): void {
    const { timestampNumber } = record
    const timestamp = Number.isNaN(timestampNumber) ? record.timestamp : timestampNumber
    if (this.#count === 0) this.#beginAt(record, timestamp)
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    this.#lastOffset = record.offset
    this.#count++
    const isWritten = this.#writer.tryWrite(
      {
        timestamp,
        keyBytes: record.bytes,
        keyStart: record.keyStart,
        keySize: record.keySize,
        valueBytes: record.bytes,
        valueStart: record.valueStart,
        valueSize: record.valueSize,
        headers: record.headerCount === 0 ? NO_HEADERS : record.headers(),
      },
      timestampDelta(timestamp, this.#baseTimestamp),
      Number(record.offset - this.#baseOffset),
      Infinity,
    )
    assert(isWritten, 'there is always room for one more where nothing bounds it')
  }

  /** Valid until the next one begins. */
  finish(): Buffer {
    const batch = this.#batch
    assert(batch !== undefined && this.#count > 0, 'a batch that is written anew has a record')
    const bytes = this.#encoded(batch.codecId)
    const isAppendTime = batch.timestampType === 'append'
    const lastOffset = batch instanceof BatchV2 ? batch.lastOffset : this.#lastOffset
    return withHeader(bytes, batch, {
      codecId: batch.codecId,
      horizonBit: this.#horizon === undefined ? 0 : DELETE_HORIZON_BIT,
      baseOffset: this.#baseOffset,
      lastOffset,
      baseTimestamp: BigInt(this.#baseTimestamp),
      maxTimestamp: isAppendTime ? batch.maxTimestamp : BigInt(this.#maxTimestamp),
      recordsCount: this.#count,
    })
  }

  #beginAt(record: RecordCursor, timestamp: number | bigint): void {
    const batch = this.#batch!
    this.#baseOffset = batch instanceof BatchV2 ? batch.baseOffset : record.offset
    this.#baseTimestamp = this.#horizon === undefined ? timestamp : Number(this.#horizon)
  }

  /** With room for the header. */
  #encoded(codecId: number): Buffer {
    const codec = codecById(codecId)
    assert(codec !== undefined, 'what was decompressed has a codec')
    if (codec === none) return this.#writer.all()
    const payload = codec.compress(this.#writer.records(), { magic: MAGIC_V2 })
    const bytes = Buffer.allocUnsafeSlow(BATCH_OVERHEAD + payload.length)
    bytes.set(payload, BATCH_OVERHEAD)
    return bytes
  }
}

/** The header alone: what is kept of a producer, or of an offset. */
export function emptiedBatch(batch: RecordBatch): Buffer {
  return withHeader(Buffer.allocUnsafeSlow(BATCH_OVERHEAD), batch, {
    codecId: none.id,
    horizonBit: 0,
    baseOffset: batch.baseOffset,
    lastOffset: batch.lastOffset,
    baseTimestamp: NO_TIMESTAMP,
    maxTimestamp: batch.maxTimestamp,
    recordsCount: 0,
  })
}

interface NewHeader {
  readonly codecId: number
  readonly horizonBit: number
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  readonly baseTimestamp: bigint
  readonly maxTimestamp: bigint
  readonly recordsCount: number
}

function withHeader(bytes: Buffer, batch: RecordBatch, header: NewHeader): Buffer {
  const { codecId, horizonBit, baseOffset, lastOffset, ...fields } = header
  const attributes =
    codecId |
    horizonBit |
    (batch.timestampType === 'append' ? TIMESTAMP_TYPE_BIT : 0) |
    (batch.isTransactional ? TRANSACTIONAL_BIT : 0) |
    (batch.isControl ? CONTROL_BIT : 0)
  const encoded = BATCH_HEADER.encode({
    ...fields,
    baseOffset,
    batchLength: bytes.length - LOG_OVERHEAD,
    partitionLeaderEpoch: batch.partitionLeaderEpoch,
    magic: MAGIC_V2,
    crc: 0,
    attributes,
    lastOffsetDelta: Number(lastOffset - baseOffset),
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
  })
  bytes.set(encoded)
  writeCrc(bytes)
  return bytes
}

const NO_HEADERS: readonly never[] = []
