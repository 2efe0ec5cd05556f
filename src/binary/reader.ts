/**
 * Reads big-endian primitives one after another and refuses to leave its bytes: every length is compared with what is
 * left before it is used, so that hostile input costs no more than its own size.
 *
 * Source: org.apache.kafka.common.protocol.ByteBufferAccessor, org.apache.kafka.common.utils.ByteUtils
 */
import { CorruptDataError } from '../base/errors.ts'
import { int16At, int32At, int64At, int8At, uint32At } from './big-endian.ts'

export class ByteReader {
  readonly buffer: Buffer
  position: number
  readonly end: number

  constructor(buffer: Buffer, position = 0, end = buffer.length) {
    this.buffer = buffer
    this.position = position
    this.end = end
  }

  get remaining(): number {
    return this.end - this.position
  }

  int8(): number {
    return int8At(this.buffer, this.#advance(1, 'int8'))
  }

  int16(): number {
    return int16At(this.buffer, this.#advance(2, 'int16'))
  }

  uint16(): number {
    return this.buffer.readUInt16BE(this.#advance(2, 'uint16'))
  }

  int32(): number {
    return int32At(this.buffer, this.#advance(4, 'int32'))
  }

  uint32(): number {
    return uint32At(this.buffer, this.#advance(4, 'uint32'))
  }

  int64(): bigint {
    return int64At(this.buffer, this.#advance(8, 'int64'))
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.#advance(8, 'float64'))
  }

  /** A view, not a copy. */
  bytes(size: number): Buffer {
    const start = this.#advance(size, `${size} bytes`)
    return this.buffer.subarray(start, start + size)
  }

  /** Unsigned LEB128 of at most 32 bits, as in flexible messages (KIP-482): no zig-zag. */
  unsignedVarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer[this.#advance(1, 'unsigned varint')]!
      value = (value | ((byte & 0x7f) << shift)) >>> 0
      if (byte < 0x80) return value
    }
    throw this.corrupt('malformed unsigned varint', 'more than 5 bytes', 'at most 5')
  }

  /** Zig-zag varint of 32 bits, as in records. */
  varint(): number {
    const raw = this.unsignedVarint()
    return (raw >>> 1) ^ -(raw & 1)
  }

  /** Zig-zag varint of 64 bits, as in records. */
  varlong(): bigint {
    let raw = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.buffer[this.#advance(1, 'varlong')]!
      raw |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) {
        const bits = BigInt.asUintN(64, raw)
        return BigInt.asIntN(64, (bits >> 1n) ^ -(bits & 1n))
      }
    }
    throw this.corrupt('malformed varlong', 'more than 10 bytes', 'at most 10')
  }

  /** What is wrong at the current position, as an error to throw. */
  corrupt(reason: string, found: string, expected: string): CorruptDataError {
    return new CorruptDataError({ position: this.position, reason, found, expected })
  }

  #advance(size: number, what: string): number {
    const start = this.position
    if (size < 0 || size > this.end - start) {
      throw this.corrupt(`${what} does not fit`, `${this.end - start} bytes left`, `${size} bytes`)
    }
    this.position = start + size
    return start
  }
}
