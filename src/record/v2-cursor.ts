/**
 * Record of format v2, inside a batch or its decompressed payload. Integers are zig-zag varints.
 *
 * | field          | type    | meaning                                      |
 * |----------------|---------|----------------------------------------------|
 * | length         | varint  | bytes behind this field                      |
 * | attributes     | int8    | unused                                       |
 * | timestampDelta | varlong | to the batch's base timestamp                |
 * | offsetDelta    | varint  | to the batch's base offset                   |
 * | keyLength, key | varint, bytes | −1 for null                            |
 * | valueLength, value | varint, bytes | −1 for null: a tombstone           |
 * | headerCount    | varint  |                                              |
 * | headers        |         | keyLength ≥ 0, key, valueLength (−1 null), value |
 *
 * Source: org.apache.kafka.common.record.internal.DefaultRecord
 */
import { CorruptDataError } from '../base/errors.ts'
import type { DecodeLimits } from '../base/limits.ts'
import { exactOrNaN } from '../binary/big-endian.ts'
import { addSequence } from './batch.ts'
import { BATCH_HEADER, BATCH_OVERHEAD, type BatchV2 } from './batch-v2.ts'
import { decompressPayload } from './payload.ts'
import type { RecordCursor, RecordHeader } from './record-cursor.ts'

/** Length, attributes, both deltas, two sizes and a header count take at least a byte each. */
const RECORD_SIZE_MIN = 7

export class V2Cursor implements RecordCursor {
  readonly bytes: Buffer
  readonly count: number
  keyStart = 0
  keySize = -1
  valueStart = 0
  valueSize = -1
  headerCount = 0
  size = 0
  offsetDelta = 0
  #index = 0
  #position: number
  readonly #firstPosition: number
  #recordStart = 0
  readonly #end: number
  #headersStart = 0
  #timestampDelta = 0
  #wideTimestampDelta: bigint | undefined
  readonly #compressed: boolean
  readonly #batchStart: number
  readonly #baseOffset: bigint
  readonly #baseOffsetNumber: number
  readonly #baseTimestamp: bigint
  readonly #baseTimestampNumber: number
  readonly #appendTimestamp: bigint | undefined
  readonly #baseSequence: number

  constructor(batch: BatchV2, limits: DecodeLimits) {
    this.#compressed = batch.codecId !== 0
    this.#batchStart = batch.start
    this.bytes = this.#compressed ? decompressPayload(batch, batch.payload, limits) : batch.buffer
    this.#firstPosition = this.#compressed ? 0 : batch.start + BATCH_OVERHEAD
    this.#position = this.#firstPosition
    this.#end = this.#compressed ? this.bytes.length : batch.start + batch.size
    this.count = batch.recordCount
    this.#baseOffset = batch.baseOffset
    this.#baseOffsetNumber = exactOrNaN(Number(batch.baseOffset))
    this.#appendTimestamp = batch.timestampType === 'append' ? batch.maxTimestamp : undefined
    this.#baseTimestamp = this.#appendTimestamp ?? batch.baseTimestamp
    this.#baseTimestampNumber = exactOrNaN(Number(this.#baseTimestamp))
    this.#baseSequence = batch.baseSequence
    this.#checkCount()
  }

  get offset(): bigint {
    return BigInt.asIntN(64, this.#baseOffset + BigInt(this.offsetDelta))
  }

  get offsetNumber(): number {
    return exactOrNaN(this.#baseOffsetNumber + this.offsetDelta)
  }

  get timestamp(): bigint {
    if (this.#appendTimestamp !== undefined) return this.#appendTimestamp
    const delta = this.#wideTimestampDelta ?? BigInt(this.#timestampDelta)
    return BigInt.asIntN(64, this.#baseTimestamp + delta)
  }

  get timestampNumber(): number {
    if (this.#appendTimestamp !== undefined) return this.#baseTimestampNumber
    if (this.#wideTimestampDelta !== undefined) return NaN
    return exactOrNaN(this.#baseTimestampNumber + this.#timestampDelta)
  }

  get sequence(): number {
    return this.#baseSequence < 0 ? -1 : addSequence(this.#baseSequence, this.offsetDelta)
  }

  next(): boolean {
    if (this.#index >= this.count) return false
    this.#recordStart = this.#position
    const bodySize = this.#varint()
    const bodyStart = this.#position
    if (bodySize < 0 || bodySize > this.#end - bodyStart) {
      throw this.#corrupt('record length', bodySize, `at most ${this.#end - bodyStart}`)
    }
    this.#readFields(bodyStart + bodySize)
    if (this.#position !== bodyStart + bodySize) {
      throw this.#corrupt('record fields take', this.#position - bodyStart, `${bodySize} bytes`)
    }
    this.size = this.#position - this.#recordStart
    this.#index++
    if (this.#index === this.count && this.#position !== this.#end) {
      const left = this.#end - this.#position
      throw this.#corrupt('bytes left behind the last record', left, 'none')
    }
    return true
  }

  rewind(): void {
    this.#index = 0
    this.#position = this.#firstPosition
  }

  headers(): RecordHeader[] {
    const headers: RecordHeader[] = []
    const resumeAt = this.#position
    this.#position = this.#headersStart
    for (let left = this.headerCount; left > 0; left--) {
      const keySize = this.#varint()
      const key = this.bytes.subarray(this.#position, (this.#position += keySize))
      const valueSize = this.#varint()
      const value =
        valueSize < 0 ? null : this.bytes.subarray(this.#position, (this.#position += valueSize))
      headers.push({ key, value })
    }
    this.#position = resumeAt
    return headers
  }

  checksum(): undefined {
    return undefined
  }

  #checkCount(): void {
    const most = Math.floor((this.#end - this.#position) / RECORD_SIZE_MIN)
    if (this.count < 0 || this.count > most) {
      throw new CorruptDataError({
        position: BATCH_HEADER.offsetOf.recordsCount,
        reason: 'impossible count of records in a batch',
        found: String(this.count),
        expected: `0 to ${most}, all that fits`,
      })
    }
  }

  #readFields(end: number): void {
    this.#position++
    this.#readTimestampDelta()
    this.offsetDelta = this.#varint()
    this.keySize = this.#sizeWithin('key', end)
    this.keyStart = this.#position
    if (this.keySize > 0) this.#position += this.keySize
    this.valueSize = this.#sizeWithin('value', end)
    this.valueStart = this.#position
    if (this.valueSize > 0) this.#position += this.valueSize
    this.headerCount = this.#varint()
    this.#headersStart = this.#position
    if (this.headerCount !== 0) this.#skipHeaders(end)
  }

  #skipHeaders(end: number): void {
    const { headerCount } = this
    if (headerCount < 0 || headerCount > end - this.#position) {
      throw this.#corrupt('header count', headerCount, `0 to ${end - this.#position}`)
    }
    for (let left = headerCount; left > 0; left--) {
      const keySize = this.#sizeWithin('header key', end)
      if (keySize < 0) throw this.#corrupt('header key size', keySize, '0 or more')
      this.#position += keySize
      const valueSize = this.#sizeWithin('header value', end)
      if (valueSize > 0) this.#position += valueSize
    }
  }

  /** A size prefix: −1 for null (as any negative one), else no more than what is left of the record. */
  #sizeWithin(what: string, end: number): number {
    const size = this.#varint()
    if (size > end - this.#position) {
      throw this.#corrupt(`${what} size`, size, `at most ${end - this.#position}`)
    }
    return size < 0 ? -1 : size
  }

  /** Reads past the end come out as zeros and leave the position behind it, which `next` then refuses. */
  #varint(): number {
    const { bytes } = this
    let byte = bytes[this.#position++]!
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1)
    let raw = byte & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      byte = bytes[this.#position++]!
      raw |= (byte & 0x7f) << shift
      if (!(byte >= 0x80)) return (raw >>> 1) ^ -(raw & 1)
    }
    throw this.#corrupt('varint', 'more than 5 bytes', 'at most 5')
  }

  #readTimestampDelta(): void {
    const { bytes } = this
    const start = this.#position
    let raw = 0
    let scale = 1
    for (let length = 1; length <= 7; length++) {
      const byte = bytes[this.#position++]!
      raw += (byte & 0x7f) * scale
      if (!(byte >= 0x80)) {
        this.#timestampDelta = raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2
        this.#wideTimestampDelta = undefined
        return
      }
      scale *= 128
    }
    this.#position = start
    this.#readWideTimestampDelta()
  }

  #readWideTimestampDelta(): void {
    let raw = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.#position++] ?? 0
      raw |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) {
        const bits = BigInt.asUintN(64, raw)
        this.#wideTimestampDelta = BigInt.asIntN(64, (bits >> 1n) ^ -(bits & 1n))
        return
      }
    }
    throw this.#corrupt('timestamp delta', 'more than 10 bytes', 'at most 10')
  }

  #corrupt(what: string, found: number | string, expected: string): CorruptDataError {
    const at = this.#recordStart
    const where = this.#compressed ? ` at byte ${at} of the decompressed records` : ''
    return new CorruptDataError({
      position: this.#compressed ? BATCH_OVERHEAD : at - this.#batchStart,
      reason: `${what} of record ${this.#index + 1} of ${this.count}${where} is impossible`,
      found: String(found),
      expected,
    })
  }
}
