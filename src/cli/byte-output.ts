/**
 * Text on its way out, built as bytes: a dump of a million records a second has no time for a string each. Everything
 * collects in one buffer that is handed on when full.
 *
 * Short pieces are moved in words of four bytes through a DataView, which costs a third of moving bytes. The last word
 * of a constant may reach beyond its end: what comes next overwrites that.
 */
const CAPACITY = 256 * 1024
const WORD = 4
/** More than any single number or punctuation takes, so that these check for room once. */
const MARGIN = 64

export class ByteOutput {
  readonly #sink: (bytes: Buffer) => void
  readonly #buffer = Buffer.allocUnsafe(CAPACITY + WORD)
  readonly #view = viewOf(this.#buffer)
  #source: Buffer = this.#buffer
  #sourceView = this.#view
  #length = 0
  /** Bytes handed on. */
  #flushed = 0

  /** @param sink must have taken the bytes when it returns: they are overwritten. */
  constructor(sink: (bytes: Buffer) => void) {
    this.#sink = sink
  }

  flush(): void {
    if (this.#length === 0) return
    const length = this.#length
    this.#length = 0
    this.#flushed += length
    this.#sink(this.#buffer.subarray(0, length))
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
    this.#buffer.copyWithin(this.#length, from, from + size)
    this.#length += size
    return true
  }

  line(text: string): void {
    this.text(text)
    this.byte(0x0a)
  }

  byte(byte: number): void {
    if (this.#length === CAPACITY) this.flush()
    this.#buffer[this.#length++] = byte
  }

  /** A piece of text that is written over and over; made by {@link constantOf}. */
  constant({ words, size }: Constant): void {
    if (size > CAPACITY - this.#length) this.flush()
    const view = this.#view
    let at = this.#length
    for (let i = 0; i < words.length; i++, at += WORD) view.setUint32(at, words[i]!)
    this.#length += size
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length > CAPACITY - this.#length) {
      this.flush()
      if (bytes.length > CAPACITY) {
        this.#flushed += bytes.length
        this.#sink(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
        return
      }
    }
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /**
   * Copies the bytes if all of them are ASCII and few; otherwise writes nothing and returns false, and the caller takes
   * a view of them for a closer look. (Making a view costs more than copying a short key.)
   */
  shortAscii(source: Buffer, start: number, size: number): boolean {
    if (size > SHORT || size > CAPACITY - this.#length) return false
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
    if ((seen & NOT_ASCII) !== 0) return false
    this.#length = to
    return true
  }

  /**
   * Writes `prefix`, the bytes and a quote, if the bytes are few and stand for themselves in a JSON string: printable
   * ASCII, no quote, no backslash. Otherwise writes nothing and returns false.
   */
  plainJson(prefix: Constant, source: Buffer, start: number, size: number): boolean {
    if (size > SHORT) return false
    if (prefix.size + size + 1 > CAPACITY - this.#length) this.flush()
    const before = this.#length
    this.constant(prefix)
    const buffer = this.#buffer
    const to = this.#length - start
    for (let at = start; at < start + size; at++) {
      const byte = source[at]!
      if (byte < 0x20 || byte >= 0x7f || byte === QUOTE || byte === BACKSLASH) {
        this.#length = before
        return false
      }
      buffer[to + at] = byte
    }
    buffer[to + start + size] = QUOTE
    this.#length += size + 1
    return true
  }

  /** A safe integer in decimal. */
  integer(value: number): void {
    if (this.#length > CAPACITY - MARGIN) this.flush()
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

export function constantOf(text: string): Constant {
  const size = Buffer.byteLength(text)
  const bytes = Buffer.alloc(Math.ceil(size / WORD) * WORD)
  bytes.write(text)
  const words: number[] = []
  for (let at = 0; at < bytes.length; at += WORD) words.push(bytes.readUInt32BE(at))
  return { size, words }
}

const SHORT = 256
const NOT_ASCII = 0x80808080
const QUOTE = 0x22
const BACKSLASH = 0x5c
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
