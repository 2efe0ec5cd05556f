/** Reads what follows the header of a record frame (see record-frame.ts): key, value and headers. */
import { CorruptDataError } from '../base/errors.ts'
import { int32At } from '../binary/big-endian.ts'
import type { RecordHeader } from './record-cursor.ts'

export interface BodyPlace {
  /** In the buffer. */
  readonly start: number
  readonly end: number
  /** Of the start, for errors. */
  readonly streamPosition: number
}

const INT32_SIZE = 4
/** Two sizes. */
export const HEADER_SIZE_MIN = 2 * INT32_SIZE

export class FrameBodyReader {
  readonly #buffer: Buffer
  readonly #end: number
  /** From positions in the buffer to those in the stream. */
  readonly #toStream: number
  #at: number

  constructor(buffer: Buffer, { start, end, streamPosition }: BodyPlace) {
    this.#buffer = buffer
    this.#end = end
    this.#at = start
    this.#toStream = streamPosition - start
  }

  bytes(what: string): Buffer | null {
    const size = this.#int32(what)
    const start = this.#at
    if (size < -1 || size > this.#end - start) {
      throw this.#corrupt(`${what} size`, size, `-1 to ${this.#end - start}`)
    }
    if (size === -1) return null
    this.#at += size
    return this.#buffer.subarray(start, this.#at)
  }

  headers(): RecordHeader[] {
    const count = this.#int32('header')
    const most = Math.floor((this.#end - this.#at) / HEADER_SIZE_MIN)
    if (count < 0 || count > most) throw this.#corrupt('count of headers', count, `0 to ${most}`)
    if (count === 0) return NO_HEADERS
    const headers: RecordHeader[] = []
    for (let left = count; left > 0; left--) {
      const key = this.bytes('header name')
      if (key === null) throw this.#corrupt('header name size', -1, '0 or more')
      headers.push({ key, value: this.bytes('header value') })
    }
    return headers
  }

  finish(): void {
    const left = this.#end - this.#at
    if (left === 0) return
    throw new CorruptDataError({
      position: this.#at + this.#toStream,
      reason: 'a record frame has bytes left behind its last header',
      found: `${left}`,
      expected: 'none',
    })
  }

  #int32(what: string): number {
    const left = this.#end - this.#at
    if (left < INT32_SIZE) {
      this.#at += INT32_SIZE
      throw this.#corrupt(`${what} size`, `${left} bytes`, `${INT32_SIZE}`)
    }
    const value = int32At(this.#buffer, this.#at)
    this.#at += INT32_SIZE
    return value
  }

  /** Of the int32 before. */
  #corrupt(what: string, found: number | string, expected: string): CorruptDataError {
    return new CorruptDataError({
      position: this.#at - INT32_SIZE + this.#toStream,
      reason: `impossible ${what} in a record frame`,
      found: `${found}`,
      expected,
    })
  }
}

const NO_HEADERS: RecordHeader[] = []
