/**
 * The records of a v0/v1 entry: the message itself, or the messages inside a compressed wrapper.
 *
 * | wrapper | inner offsets    | absolute offset of an inner message                   |
 * |---------|------------------|-------------------------------------------------------|
 * | v0      | absolute         | as stored                                             |
 * | v1      | relative, 0…n−1  | wrapper's offset − last inner offset + its own        |
 *
 * A v1 wrapper with offset exactly 0 counts from 0: old librdkafka versions wrote that. With LogAppendTime the
 * wrapper's timestamp is that of every inner message. A torn last inner message is dropped, as Kafka does.
 *
 * Source: org.apache.kafka.common.record.internal.AbstractLegacyRecordBatch.DeepRecordsIterator
 */
import { CorruptDataError } from '../base/errors.ts'
import type { DecodeLimits } from '../base/limits.ts'
import { exactOrNaN, int32At } from '../binary/big-endian.ts'
import { LOG_OVERHEAD, SIZE_AT, SIZE_MIN } from './batch.ts'
import { LegacyMessage } from './legacy-message.ts'
import { decompressPayload } from './payload.ts'
import type { MessageChecksum, RecordCursor, RecordHeader } from './record-cursor.ts'

const ZSTD = 4

export class LegacyCursor implements RecordCursor {
  readonly sequence = -1
  readonly headerCount = 0
  bytes: Buffer
  keyStart = 0
  keySize = -1
  valueStart = 0
  valueSize = -1
  size = 0
  offset = 0n
  timestamp = -1n
  readonly #wrapper: LegacyMessage
  readonly #inner: readonly number[] | undefined
  readonly #offsetBase: bigint
  #index = 0
  #message: LegacyMessage

  constructor(wrapper: LegacyMessage, limits: DecodeLimits) {
    this.#wrapper = wrapper
    this.#message = wrapper
    this.bytes = wrapper.buffer
    this.#offsetBase = 0n
    if (wrapper.codecId === 0) return
    this.bytes = decompressPayload(wrapper, this.#wrapperValue(), limits)
    this.#inner = this.#positionsOfInner()
    if (wrapper.magic === 1) this.#offsetBase = this.#baseOfInner(this.#inner)
  }

  get offsetNumber(): number {
    return exactOrNaN(Number(this.offset))
  }

  get timestampNumber(): number {
    return exactOrNaN(Number(this.timestamp))
  }

  next(): boolean {
    if (this.#index >= (this.#inner?.length ?? 1)) return false
    if (this.#inner !== undefined) {
      this.#message = new LegacyMessage(this.bytes, this.#inner[this.#index])
      this.#checkInner()
    }
    const message = this.#message
    const { key, value } = fieldsOf(message, this.#positionInBatch(message))
    this.keyStart = key.start
    this.keySize = key.size
    this.valueStart = value.start
    this.valueSize = value.size
    this.size = message.size
    this.offset = this.#offsetBase + message.lastOffset
    this.timestamp = this.#timestampOf(message)
    this.#index++
    return true
  }

  rewind(): void {
    this.#index = 0
  }

  headers(): RecordHeader[] {
    return []
  }

  checksum(): MessageChecksum {
    return { stored: this.#message.storedCrc, isValid: this.#message.isValid() }
  }

  #timestampOf(message: LegacyMessage): bigint {
    const wrapped = this.#inner !== undefined && message.magic !== 0
    if (wrapped && this.#wrapper.timestampType === 'append') return this.#wrapper.maxTimestamp
    return message.maxTimestamp
  }

  #wrapperValue(): Buffer {
    const wrapper = this.#wrapper
    if (wrapper.codecId === ZSTD) {
      throw this.#corrupt('codec of a v0/v1 message', 'zstd', 'gzip, snappy or lz4')
    }
    const { value } = fieldsOf(wrapper, 0)
    if (value.size < 0) {
      throw this.#corrupt('compressed message without messages inside', 'a null value', 'messages')
    }
    return wrapper.buffer.subarray(value.start, value.start + value.size)
  }

  #positionsOfInner(): number[] {
    const positions: number[] = []
    for (let at = 0; at + LOG_OVERHEAD <= this.bytes.length;) {
      const size = int32At(this.bytes, at + SIZE_AT)
      if (size < SIZE_MIN) {
        throw this.#corrupt(
          `size of an inner message at ${at}`,
          String(size),
          `${SIZE_MIN} or more`,
        )
      }
      if (size > this.bytes.length - at - LOG_OVERHEAD) break
      positions.push(at)
      at += LOG_OVERHEAD + size
    }
    if (positions.length === 0) throw this.#corrupt('inner messages', 'none', 'at least one')
    return positions
  }

  #baseOfInner(positions: readonly number[]): bigint {
    const wrapperOffset = this.#wrapper.lastOffset
    if (wrapperOffset === 0n) return 0n
    const lastInner = new LegacyMessage(this.bytes, positions.at(-1)).lastOffset
    if (wrapperOffset < lastInner) {
      throw this.#corrupt('wrapper offset', String(wrapperOffset), `0, or ${lastInner} or more`)
    }
    return wrapperOffset - lastInner
  }

  #checkInner(): void {
    if (this.#message.codecId !== 0) {
      throw this.#corrupt('inner message', 'compressed again', 'not compressed')
    }
  }

  #positionInBatch(message: LegacyMessage): number {
    return message === this.#wrapper ? 0 : this.#wrapper.keySizeAt
  }

  #corrupt(reason: string, found: string, expected: string): CorruptDataError {
    return new CorruptDataError({ position: this.#wrapper.keySizeAt, reason, found, expected })
  }
}

interface Field {
  readonly start: number
  /** −1 for null. */
  readonly size: number
}

function fieldsOf(message: LegacyMessage, position: number): { key: Field; value: Field } {
  const key = fieldAt(message, message.keySizeAt, 'key', position)
  const value = fieldAt(message, message.keySizeAt + 4 + Math.max(0, key.size), 'value', position)
  return { key, value }
}

/** @param at where the field's size lies, from the message's beginning. */
function fieldAt(message: LegacyMessage, at: number, what: string, position: number): Field {
  const left = message.size - at - 4
  if (left < 0) throw sizeError(what, `${left + 4} bytes left`, '4 for its size', position)
  const size = int32At(message.buffer, message.start + at)
  if (size > left) throw sizeError(what, `size ${size}`, `at most ${left}`, position)
  return { start: message.start + at + 4, size: size < 0 ? -1 : size }
}

function sizeError(
  what: string,
  found: string,
  expected: string,
  position: number,
): CorruptDataError {
  return new CorruptDataError({ position, reason: `${what} of a message`, found, expected })
}
