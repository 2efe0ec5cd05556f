/**
 * Message formats v0 (Kafka 0.8) and v1 (0.10, KIP-32). Each uncompressed message is an entry of the log of its own; a
 * compressed one wraps others: its value is their compressed concatenation, its offset that of the last of them.
 *
 * | bytes        | field       | type   | meaning                                          |
 * |--------------|-------------|--------|--------------------------------------------------|
 * | 0–7          | offset      | int64  | in a wrapper that of the last inner message      |
 * | 8–11         | messageSize | int32  | size − 12; at least 14 (v0) or 22 (v1)           |
 * | 12–15        | crc         | uint32 | CRC-32 of bytes 16 to the end                    |
 * | 16           | magic       | int8   | 0 or 1                                           |
 * | 17           | attributes  | int8   | see attributes.ts                                |
 * | 18–25        | timestamp   | int64  | v1 only, milliseconds since 1970                 |
 * | 18 or 26     | key         | bytes  | int32 size, −1 for null, then the bytes          |
 * | after it     | value       | bytes  | likewise                                         |
 *
 * Source: org.apache.kafka.common.record.internal.LegacyRecord, AbstractLegacyRecordBatch
 */
import { int32At, int64At, int8At, uint32At } from '../binary/big-endian.ts'
import { crc32 } from '../binary/checksum.ts'
import { int64, int8, int32, layout, uint32 } from '../binary/layout.ts'
import { codecIdOf, timestampTypeOf, type TimestampType } from './attributes.ts'
import {
  LOG_OVERHEAD,
  NO_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  SIZE_MIN,
  type RecordBatch,
} from './batch.ts'

const HEADER_V0 = { offset: int64, messageSize: int32, crc: uint32, magic: int8, attributes: int8 }
export const MESSAGE_V0_HEADER = layout(HEADER_V0)
export const MESSAGE_V1_HEADER = layout({ ...HEADER_V0, timestamp: int64 })

const AT = MESSAGE_V1_HEADER.offsetOf

export class LegacyMessage implements RecordBatch {
  readonly isTransactional = false
  readonly isControl = false
  readonly producerId = NO_PRODUCER_ID
  readonly producerEpoch = NO_EPOCH
  readonly baseSequence = NO_SEQUENCE
  readonly lastSequence = NO_SEQUENCE
  readonly partitionLeaderEpoch = NO_EPOCH
  readonly recordCount = undefined
  readonly deleteHorizonMs = undefined
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
    return LOG_OVERHEAD + int32At(this.buffer, this.start + AT.messageSize)
  }

  get baseOffset(): bigint {
    return this.lastOffset
  }

  get lastOffset(): bigint {
    return int64At(this.buffer, this.start + AT.offset)
  }

  get attributes(): number {
    return int8At(this.buffer, this.start + AT.attributes)
  }

  get codecId(): number {
    return codecIdOf(this.attributes)
  }

  get timestampType(): TimestampType {
    return this.magic === 0 ? 'none' : timestampTypeOf(this.attributes)
  }

  get maxTimestamp(): bigint {
    if (this.magic === 0) return NO_TIMESTAMP
    return int64At(this.buffer, this.start + AT.timestamp)
  }

  get storedCrc(): number {
    return uint32At(this.buffer, this.start + AT.crc)
  }

  computeCrc(): number {
    return crc32(this.buffer.subarray(this.start + AT.magic, this.start + this.size))
  }

  isValid(): boolean {
    return this.size >= LOG_OVERHEAD + SIZE_MIN && this.storedCrc === this.computeCrc()
  }

  /** Where the key's size field lies, from the message's beginning. */
  get keySizeAt(): number {
    return (this.magic === 0 ? MESSAGE_V0_HEADER : MESSAGE_V1_HEADER).size
  }
}
