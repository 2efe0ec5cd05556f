/**
 * Record batch, format v2 (since Kafka 0.11, KIP-98).
 *
 * | bytes | field                | type   | meaning                                                          |
 * |-------|----------------------|--------|------------------------------------------------------------------|
 * | 0–7   | baseOffset           | int64  | offset of the first record, before compaction                    |
 * | 8–11  | batchLength          | int32  | size − 12; at least 49                                           |
 * | 12–15 | partitionLeaderEpoch | int32  | set by the leader; −1 unknown                                    |
 * | 16    | magic                | int8   | 2                                                                |
 * | 17–20 | crc                  | uint32 | CRC-32C of bytes 21 to the end                                   |
 * | 21–22 | attributes           | int16  | see attributes.ts; readers look at the low byte only             |
 * | 23–26 | lastOffsetDelta      | int32  | last offset − base offset; survives compaction                   |
 * | 27–34 | baseTimestamp        | int64  | what the records' deltas add to; the delete horizon under bit 6  |
 * | 35–42 | maxTimestamp         | int64  | of the records; the append time under LogAppendTime              |
 * | 43–50 | producerId           | int64  | −1 none                                                          |
 * | 51–52 | producerEpoch        | int16  | −1 none                                                          |
 * | 53–56 | baseSequence         | int32  | −1 none                                                          |
 * | 57–60 | recordsCount         | int32  | records present; 0 in a batch that compaction emptied            |
 * | 61–   | records              |        | plain, or as one compressed stream                               |
 *
 * The first 17 bytes lie outside the checksum, so that a leader assigns offsets and its epoch in place.
 *
 * Source: org.apache.kafka.common.record.internal.DefaultRecordBatch
 */
import { int16At, int32At, int64At, int64NumberAt, int8At, uint32At } from '../binary/big-endian.ts'
import { crc32c } from '../binary/checksum.ts'
import { int16, int32, int64, int8, layout, uint32 } from '../binary/layout.ts'
import {
  codecIdOf,
  hasDeleteHorizonIn,
  isControlIn,
  isTransactionalIn,
  timestampTypeOf,
} from './attributes.ts'
import { addSequence, LOG_OVERHEAD, NO_SEQUENCE, type RecordBatch } from './batch.ts'

export const BATCH_HEADER = layout({
  baseOffset: int64,
  batchLength: int32,
  partitionLeaderEpoch: int32,
  magic: int8,
  crc: uint32,
  attributes: int16,
  lastOffsetDelta: int32,
  baseTimestamp: int64,
  maxTimestamp: int64,
  producerId: int64,
  producerEpoch: int16,
  baseSequence: int32,
  recordsCount: int32,
})

const AT = BATCH_HEADER.offsetOf
export const BATCH_OVERHEAD = BATCH_HEADER.size

export class BatchV2 implements RecordBatch {
  /** Holds the whole batch from `start` on, or at least its header. */
  readonly buffer: Buffer
  readonly start: number

  constructor(buffer: Buffer, start = 0) {
    this.buffer = buffer
    this.start = start
  }

  get magic(): number {
    return int8At(this.buffer, this.start + AT.magic)
  }

  get size(): number {
    return LOG_OVERHEAD + int32At(this.buffer, this.start + AT.batchLength)
  }

  get baseOffset(): bigint {
    return int64At(this.buffer, this.start + AT.baseOffset)
  }

  /** As a number, here and below: exact up to 2⁵³, the nearest beyond. */
  get baseOffsetNumber(): number {
    return int64NumberAt(this.buffer, this.start + AT.baseOffset)
  }

  get lastOffset(): bigint {
    return BigInt.asIntN(64, this.baseOffset + BigInt(this.lastOffsetDelta))
  }

  get lastOffsetDelta(): number {
    return int32At(this.buffer, this.start + AT.lastOffsetDelta)
  }

  get partitionLeaderEpoch(): number {
    return int32At(this.buffer, this.start + AT.partitionLeaderEpoch)
  }

  get attributes(): number {
    return int16At(this.buffer, this.start + AT.attributes)
  }

  get codecId(): number {
    return codecIdOf(this.attributes)
  }

  get timestampType(): 'create' | 'append' {
    return timestampTypeOf(this.attributes)
  }

  get isTransactional(): boolean {
    return isTransactionalIn(this.attributes)
  }

  get isControl(): boolean {
    return isControlIn(this.attributes)
  }

  get baseTimestamp(): bigint {
    return int64At(this.buffer, this.start + AT.baseTimestamp)
  }

  get maxTimestamp(): bigint {
    return int64At(this.buffer, this.start + AT.maxTimestamp)
  }

  get maxTimestampNumber(): number {
    return int64NumberAt(this.buffer, this.start + AT.maxTimestamp)
  }

  get deleteHorizonMs(): bigint | undefined {
    return hasDeleteHorizonIn(this.attributes) ? this.baseTimestamp : undefined
  }

  get producerId(): bigint {
    return int64At(this.buffer, this.start + AT.producerId)
  }

  get producerIdNumber(): number {
    return int64NumberAt(this.buffer, this.start + AT.producerId)
  }

  get producerEpoch(): number {
    return int16At(this.buffer, this.start + AT.producerEpoch)
  }

  get baseSequence(): number {
    return int32At(this.buffer, this.start + AT.baseSequence)
  }

  get lastSequence(): number {
    const first = this.baseSequence
    return first === NO_SEQUENCE ? NO_SEQUENCE : addSequence(first, this.lastOffsetDelta)
  }

  get recordCount(): number {
    return int32At(this.buffer, this.start + AT.recordsCount)
  }

  get storedCrc(): number {
    return uint32At(this.buffer, this.start + AT.crc)
  }

  computeCrc(): number {
    return crc32c(this.buffer.subarray(this.start + AT.attributes, this.start + this.size))
  }

  isValid(): boolean {
    return this.size >= BATCH_OVERHEAD && this.storedCrc === this.computeCrc()
  }

  /** The records as stored: compressed, where the codec says so. */
  get payload(): Buffer {
    return this.buffer.subarray(this.start + BATCH_OVERHEAD, this.start + this.size)
  }
}
