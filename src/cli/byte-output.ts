/**
 * Text on its way out, built as bytes: a dump of a million records a second has no time for a string each. Everything
 * collects in one buffer that is handed on when full.
 *
 * What costs least was measured: a constant of a few bytes in words of four through a DataView (a third of moving
 * bytes), anything longer by `copyWithin`, which needs no view but has to find its source in the same buffer: a part
 * of it is the stage, where records wait to be written. The last word of a constant may reach beyond its end: what
 * comes next overwrites that.
 */
import { isUtf8 } from 'node:buffer'
import { javaUtf8 } from '../binary/java-text.ts'

/** Node 20 looks methods of a Buffer up anew at every call, which takes a third of the time of a short copy. */
const copyWithin = Reflect.get(Uint8Array.prototype, 'copyWithin') as (
  this: Uint8Array,
  target: number,
  start: number,
  end: number,
) => void

const CAPACITY = 256 * 1024
const FIRST_LIMIT = 4 * 1024
const WORD = 4
/** More than any single number or punctuation takes, so that these check for room once. */
const MARGIN = 64
/** Bytes that can wait to be written; a few of a producer's batches. */
export const STAGE_BYTES = 64 * 1024
const STAGE_AT = CAPACITY + WORD
const UNCHECKED_MAX = 8 * 1024

export class ByteOutput {
  readonly #sink: (bytes: Buffer) => void
  readonly #buffer = Buffer.allocUnsafe(STAGE_AT + STAGE_BYTES)
  readonly #view = viewOf(this.#buffer)
  #source: Buffer = this.#buffer
  #sourceView = this.#view
  #length = 0
  /**
   * Bytes that are handed on together; doubled each time. So the first come out soon, and V8 has seen the buffer run
   * full before it compiles what writes to it: otherwise it does so twice, and between the two all goes slowly.
   */
  #limit = FIRST_LIMIT
  /** Bytes handed on. */
  #flushed = 0
  /** What of its source lies on the stage: bytes from here to there. */
  #stagedFrom = 0
  #stagedTo = 0
  /** Beginning and end of every piece that came from the stage. */
  readonly #unchecked = new Int32Array(2 * UNCHECKED_MAX)
  #uncheckedLength = 0

  /** @param sink must have taken the bytes when it returns: they are overwritten. */
  constructor(sink: (bytes: Buffer) => void) {
    this.#sink = sink
  }

  flush(): void {
    if (this.#length === 0) return
    const length = this.#length
    this.#length = 0
    this.#limit = Math.min(2 * this.#limit, CAPACITY)
    this.#flushed += length
    const text = this.#buffer.subarray(0, length)
    const isText = this.#uncheckedLength === 0 || isUtf8(text)
    this.#sink(isText ? text : this.#repaired(text))
    this.#uncheckedLength = 0
  }

  /** A piece that is not UTF-8 stands between pieces that are: so it makes the whole text invalid, and shows up here. */
  #repaired(text: Buffer): Buffer {
    const pieces: Buffer[] = []
    let done = 0
    for (let at = 0; at < this.#uncheckedLength; at += 2) {
      const start = this.#unchecked[at]!
      const end = this.#unchecked[at + 1]!
      pieces.push(text.subarray(done, start), javaUtf8(text.subarray(start, end)))
      done = end
    }
    return Buffer.concat([...pieces, text.subarray(done)])
  }

  text(text: string): void {
    const bytesMax = text.length * 3
    if (bytesMax > CAPACITY - this.#length) {
      this.bytes(Buffer.from(text, 'utf8'))
      return
    }
    this.#length += this.#buffer.write(text, this.#length)
  }

  /** Bytes written since the beginning. */
  get position(): number {
    return this.#flushed + this.#length
  }

  /** Writes the bytes between two positions once more, if they are still at hand; otherwise returns false. */
  again(start: number, end: number): boolean {
    const from = start - this.#flushed
    const size = end - start
    if (from < 0 || size > CAPACITY - this.#length) return false
    copyWithin.call(this.#buffer, this.#length, from, from + size)
    this.#length += size
    return true
  }

  /** Adds one to the decimal number whose last digit is the byte before `end`, which doesn't make it longer. */
  increment(end: number): void {
    const buffer = this.#buffer
    let at = end - this.#flushed - 1
    for (; buffer[at] === NINE; at--) buffer[at] = ZERO
    buffer[at]!++
  }

  line(text: string): void {
    this.text(text)
    this.byte(0x0a)
  }

  byte(byte: number): void {
    this.#makeRoom(1)
    this.#buffer[this.#length++] = byte
  }

  /** A piece of text that is written over and over; made by {@link constantOf}. */
  constant({ words, size }: Constant): void {
    this.#makeRoom(size)
    const view = this.#view
    let at = this.#length
    for (let i = 0; i < words.length; i++, at += WORD) view.setUint32(at, words[i]!)
    this.#length += size
  }

  bytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length)
    if (bytes.length > CAPACITY) {
      this.#flushed += bytes.length
      this.#sink(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      return
    }
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Lays bytes aside, from `start` on as many as there is room for, so that `staged` can write pieces of them. */
  stage(source: Buffer, start: number, end: number): void {
    this.#stagedFrom = start
    this.#stagedTo = Math.min(end, start + STAGE_BYTES)
    this.#buffer.set(source.subarray(start, this.#stagedTo), STAGE_AT)
  }

  /** To be called when the source's bytes change. */
  clearStage(): void {
    this.#stagedTo = 0
  }

  /**
   * Writes bytes of the stage's source, as Java prints UTF-8: whether they are is looked at for all pieces at once, when
   * they are handed on. Returns false if they are not on the stage.
   */
  staged(start: number, size: number): boolean {
    if (start < this.#stagedFrom || start + size > this.#stagedTo) return false
    if (this.#uncheckedLength === this.#unchecked.length) this.flush()
    this.#makeRoom(size)
    const from = STAGE_AT + start - this.#stagedFrom
    copyWithin.call(this.#buffer, this.#length, from, from + size)
    this.#unchecked[this.#uncheckedLength++] = this.#length
    this.#length += size
    this.#unchecked[this.#uncheckedLength++] = this.#length
    return true
  }

  /**
   * Copies the bytes if all of them are ASCII and few; otherwise writes nothing and returns false, and the caller takes
   * a view of them for a closer look. (Making a view costs more than copying a short key.)
   */
  shortAscii(source: Buffer, start: number, size: number): boolean {
    if (size > SHORT || size > CAPACITY - this.#length) return false
    const seen = this.#copyWords(source, start, size)
    if ((seen & NOT_ASCII) !== 0) return false
    this.#length += size
    return true
  }

  /** Copies bytes as they are, whatever they are. */
  raw(source: Buffer, start: number, size: number): void {
    if (size > SHORT) {
      this.bytes(source.subarray(start, start + size))
      return
    }
    this.#makeRoom(size)
    this.#copyWords(source, start, size)
    this.#length += size
  }

  /** Returns all bytes in one, by bits. */
  #copyWords(source: Buffer, start: number, size: number): number {
    if (source !== this.#source) {
      this.#source = source
      this.#sourceView = viewOf(source)
    }
    const buffer = this.#buffer
    const view = this.#view
    const sourceView = this.#sourceView
    const end = start + size
    let seen = 0
    let at = start
    let to = this.#length
    for (; at <= end - WORD; at += WORD, to += WORD) {
      const word = sourceView.getUint32(at)
      seen |= word
      view.setUint32(to, word)
    }
    for (; at < end; at++, to++) {
      const byte = source[at]!
      seen |= byte
      buffer[to] = byte
    }
    return seen
  }

  /** A safe integer in decimal. */
  integer(value: number): void {
    this.#makeRoom(MARGIN)
    let rest = value
    if (value < 0) {
      this.#buffer[this.#length++] = 0x2d
      rest = -value
    }
    if (rest < BILLION) {
      this.#digits(rest, digitCount(rest))
      return
    }
    const high = Math.floor(rest / BILLION)
    if (high < BILLION) this.#digits(high, digitCount(high))
    else this.text(String(high))
    this.#digits(rest - high * BILLION, 9)
  }

  bigint(value: bigint): void {
    const number = Number(value)
    if (Number.isSafeInteger(number)) this.integer(number)
    else this.text(String(value))
  }

  #makeRoom(size: number): void {
    if (size > this.#limit - this.#length) this.flush()
  }

  /** `value` has `count` digits or fewer; zeros stand in front. */
  #digits(value: number, count: number): void {
    const buffer = this.#buffer
    let rest = value | 0
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const tenth = (rest / 10) | 0
      buffer[at] = 0x30 + rest - tenth * 10
      rest = tenth
    }
    this.#length += count
  }
}

export interface Constant {
  readonly size: number
  /** Its bytes, big-endian, the last filled up with zeros. */
  readonly words: readonly number[]
}

export function constantOf(content: string | Uint8Array): Constant {
  const plain = typeof content === 'string' ? Buffer.from(content) : content
  const size = plain.length
  const bytes = Buffer.alloc(Math.ceil(size / WORD) * WORD)
  bytes.set(plain)
  const words: number[] = []
  for (let at = 0; at < bytes.length; at += WORD) words.push(bytes.readUInt32BE(at))
  return { size, words }
}

const SHORT = 256
const NOT_ASCII = 0x80808080
const ZERO = 0x30
const NINE = 0x39
const BILLION = 1_000_000_000

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

function digitCount(value: number): number {
  if (value < 10) return 1
  if (value < 100) return 2
  if (value < 1_000) return 3
  if (value < 10_000) return 4
  if (value < 100_000) return 5
  if (value < 1_000_000) return 6
  if (value < 10_000_000) return 7
  if (value < 100_000_000) return 8
  return 9
}
