/** Records with a delimiter behind each; the last may go without. */
import { CorruptDataError, LimitError } from '../../base/errors.ts'
import type { OutgoingRecord } from '../../client/outgoing-record.ts'
import type { InputWindow } from './input-window.ts'
import { RECORD_SIZE_MAX_FLAG, type RecordReader } from './record-reader.ts'

export interface LineParser {
  /**
   * What the line holds is put into the record, as slices of it or of bytes of the parser's own.
   *
   * @throws CorruptDataError whose position counts from the line's first byte
   */
  parse(record: OutgoingRecord, bytes: Buffer, start: number, end: number): void
}

export interface DelimiterOptions {
  readonly delimiter: Buffer
  /** Bytes that a line may have. */
  readonly sizeMax: number
  /** Whether lines of nothing but blanks are none; the delimiter is a line feed then. */
  readonly skipsBlank?: boolean
}

export class DelimitedReader implements RecordReader {
  readonly #parser: LineParser
  readonly #delimiter: Buffer
  /** The same; a single byte as a number, which is found faster. */
  readonly #wanted: Buffer | number
  readonly #sizeMax: number
  readonly #skipsBlank: boolean
  #line = 0
  #position = 0
  /** Bytes of the window that hold no delimiter. */
  #searchedSize = 0

  constructor(parser: LineParser, { delimiter, sizeMax, skipsBlank = false }: DelimiterOptions) {
    this.#parser = parser
    this.#delimiter = delimiter
    this.#wanted = delimiter.length === 1 ? delimiter[0]! : delimiter
    this.#sizeMax = sizeMax
    this.#skipsBlank = skipsBlank
  }

  get place(): string {
    return `line ${this.#line}`
  }

  get position(): number {
    return this.#position
  }

  next(window: InputWindow, record: OutgoingRecord): boolean {
    if (this.#skipsBlank) this.#skipBlank(window)
    const { bytes, start, end } = window
    const delimiterSize = this.#delimiter.length
    const found = this.#find(window)
    if (found < 0) {
      this.#searchedSize = Math.max(0, end - start - delimiterSize + 1)
      if (this.#searchedSize > this.#sizeMax) throw this.#tooLong(window)
      if (!window.isEnded || start === end) return false
    }
    const lineEnd = found < 0 ? end : found
    this.#line++
    this.#position = window.positionOf(start)
    this.#searchedSize = 0
    if (lineEnd - start > this.#sizeMax) throw this.#tooLong(window, lineEnd - start)
    try {
      this.#parser.parse(record, bytes, start, lineEnd)
    } catch (error) {
      throw error instanceof CorruptDataError ? this.#inLine(error, window) : error
    }
    window.start = found < 0 ? end : found + delimiterSize
    return true
  }

  #skipBlank(window: InputWindow): void {
    const { bytes, end } = window
    for (let at = window.start; at < end; at++) {
      const byte = bytes[at]!
      if (byte === LINE_FEED) {
        this.#line++
        this.#searchedSize = 0
        window.start = at + 1
      } else if (byte !== SPACE && byte !== TAB && byte !== CARRIAGE_RETURN) return
    }
    if (window.isEnded) window.start = end
  }

  /** −1 where there is none yet: what lies behind the window's end is of no account. */
  #find({ bytes, start, end }: InputWindow): number {
    const found = bytes.indexOf(this.#wanted, start + this.#searchedSize)
    return found + this.#delimiter.length > end ? -1 : found
  }

  /** @param size where the line's end is known */
  #tooLong(window: InputWindow, size?: number): LimitError {
    const line = size === undefined ? this.#line + 1 : this.#line
    return new LimitError({
      what: `${window.name}, line ${line}`,
      needed: size === undefined ? `more than ${this.#sizeMax} bytes` : `${size} bytes`,
      allowed: `${this.#sizeMax} bytes`,
      flag: RECORD_SIZE_MAX_FLAG,
    })
  }

  #inLine({ damage }: CorruptDataError, window: InputWindow): CorruptDataError {
    const { bytes, start } = window
    const column = Array.from(bytes.toString('utf8', start, start + damage.position)).length + 1
    return new CorruptDataError({
      ...damage,
      file: window.name,
      position: window.positionOf(start + damage.position),
      reason: `line ${this.#line}, column ${column}: ${damage.reason}`,
    })
  }
}

const [TAB, LINE_FEED, CARRIAGE_RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20]
