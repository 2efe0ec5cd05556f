/**
 * Reads JSON out of bytes, value by value, for lines of a known shape: a string without escapes is a slice of the line,
 * integers keep all their digits, and an error knows its byte.
 *
 * RFC 8259, with one more rule: a string must be text, so that half of a surrogate pair is refused.
 */
import { isUtf8 } from 'node:buffer'
import { CorruptDataError } from '../../base/errors.ts'
import { numberIfExact } from '../../binary/big-endian.ts'
import { quotedText } from '../../base/quoted-text.ts'
import { escapeAt } from './json-escape.ts'

const [QUOTE, BACKSLASH, SPACE, MINUS, PLUS, DOT] = [0x22, 0x5c, 0x20, 0x2d, 0x2b, 0x2e]
const [COMMA, COLON, OPEN_BRACE, CLOSE_BRACE] = [0x2c, 0x3a, 0x7b, 0x7d]
const [OPEN_BRACKET, CLOSE_BRACKET, ZERO, NINE, A] = [0x5b, 0x5d, 0x30, 0x39, 0x61]
/** Arrays and objects within each other, in values that nobody wants. */
const DEPTH_MAX = 200
const FOUND_TEXT_MAX = 20
/** A number of so many characters is exact. */
const EXACT_DIGITS = 15

export class JsonScanner {
  #bytes: Buffer = NO_BYTES
  #at = 0
  #start = 0
  #end = 0
  /** Where strings with escapes are put together: all those of one line. */
  #unescaped: Buffer = NO_BYTES
  #unescapedSize = 0
  /** The last string: a slice of these bytes, valid until the next line. */
  stringBytes: Buffer = NO_BYTES
  stringStart = 0
  stringSize = 0

  /** Where the name of the last member began, for an error about it. */
  nameAt = 0

  /** Begins with what lies between two positions. */
  begin(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes
    this.#at = this.#start = start
    this.#end = end
    this.#unescapedSize = 0
  }

  /** The next byte that is no blank, or 0 at the end. */
  peek(): number {
    const bytes = this.#bytes
    for (; this.#at < this.#end; this.#at++) {
      const byte = bytes[this.#at]!
      if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte
    }
    return 0
  }

  /** Where the next token is, for an error about it. */
  get position(): number {
    this.peek()
    return this.#at
  }

  /** Walks the members of an object: `member` reads the value of the name that is the scanner's string. */
  object(member: () => void): void {
    this.#expect(OPEN_BRACE, 'an object: {')
    if (this.#skipped(CLOSE_BRACE)) return
    do {
      if (this.peek() !== QUOTE) throw this.unexpected('a name in quotes')
      this.nameAt = this.#at
      this.string()
      this.#expect(COLON, ':')
      member()
    } while (this.#skipped(COMMA))
    this.#expect(CLOSE_BRACE, ', or }')
  }

  array(element: () => void): void {
    this.#expect(OPEN_BRACKET, 'an array: [')
    if (this.#skipped(CLOSE_BRACKET)) return
    do element()
    while (this.#skipped(COMMA))
    this.#expect(CLOSE_BRACKET, ', or ]')
  }

  /** Whether the next value is null; if so, goes on behind it. */
  isNull(): boolean {
    return this.peek() === 0x6e && this.#word('null')
  }

  string(): void {
    this.#expect(QUOTE, 'a string')
    const bytes = this.#bytes
    const start = this.#at
    let seen = 0
    for (let at = start; at < this.#end; at++) {
      const byte = bytes[at]!
      if (byte === QUOTE) {
        this.#checkText(seen, start, at)
        this.stringBytes = bytes
        this.stringStart = start
        this.stringSize = at - start
        this.#at = at + 1
        return
      }
      if (byte === BACKSLASH) return this.#escapedString(start, at)
      if (byte < SPACE) throw this.#control(at)
      seen |= byte
    }
    throw this.#unended()
  }

  /** Of 64 bits; a bigint only where no number is exact. */
  integer(expected: string): number | bigint {
    this.peek()
    const start = this.#at
    if (this.#bytes[start] === MINUS) this.#at++
    this.#digits(start, expected)
    const next = this.#at < this.#end ? this.#bytes[this.#at]! : 0
    const value = this.#integerFrom(start)
    if (next !== DOT && (next | 0x20) !== 0x65 && value !== undefined) return value
    this.#at = start
    throw this.unexpected(expected)
  }

  #integerFrom(start: number): number | bigint | undefined {
    const bytes = this.#bytes
    if (this.#at - start > EXACT_DIGITS) {
      const value = BigInt(bytes.toString('latin1', start, this.#at))
      return BigInt.asIntN(64, value) === value ? numberIfExact(value) : undefined
    }
    const isNegative = bytes[start] === MINUS
    let value = 0
    for (let at = isNegative ? start + 1 : start; at < this.#at; at++) {
      value = value * 10 + bytes[at]! - ZERO
    }
    return isNegative && value !== 0 ? -value : value
  }

  /** Goes on behind a value of any kind. */
  skip(depth = 0): void {
    const byte = this.peek()
    if (byte === QUOTE) this.string()
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (depth === DEPTH_MAX) throw this.unexpected(`no more than ${DEPTH_MAX} levels`)
      if (byte === OPEN_BRACE) this.object(() => this.skip(depth + 1))
      else this.array(() => this.skip(depth + 1))
    } else if (byte < A || !this.#isWord()) this.#skipNumber()
  }

  /** Nothing may be left. */
  finish(): void {
    this.peek()
    if (this.#at < this.#end) throw this.unexpected('the end of the line')
  }

  /** An error about what comes next, or about `position`. */
  unexpected(expected: string, position = this.position, reason = 'this is no JSON record'): Error {
    return this.#error(position, reason, this.#textAt(position), expected)
  }

  /** The last string as bytes of base64. */
  base64(position: number): Buffer {
    const start = this.stringStart
    const text = this.stringBytes.toString('latin1', start, start + this.stringSize)
    const bytes = Buffer.from(text, 'base64')
    if (bytes.toString('base64') === text) return bytes
    throw this.unexpected('base64, padded with =', position, 'bytes that are not base64')
  }

  #escapedString(start: number, firstEscape: number): void {
    const bytes = this.#bytes
    const into = this.#roomForLine()
    const begin = this.#unescapedSize
    let [at, size, seen] = [start, begin, 0]
    for (let escape = firstEscape; ;) {
      bytes.copy(into, size, at, escape)
      size += escape - at
      const escaped = escapeAt(bytes, escape + 1, this.#end)
      if (escaped.text === undefined) throw this.unexpected(escaped.expected, escape)
      size += into.write(escaped.text, size)
      for (at = escape = escape + 1 + escaped.size; escape < this.#end; escape++) {
        const byte = bytes[escape]!
        if (byte === QUOTE || byte === BACKSLASH) break
        if (byte < SPACE) throw this.#control(escape)
        seen |= byte
      }
      if (escape >= this.#end) throw this.#unended()
      if (bytes[escape] === BACKSLASH) continue
      bytes.copy(into, size, at, escape)
      size += escape - at
      this.#checkText(seen | 0x80, start, escape)
      this.#at = escape + 1
      break
    }
    this.stringBytes = into
    this.stringStart = begin
    this.stringSize = size - begin
    this.#unescapedSize = size
  }

  /** What is unescaped is never longer than it was. */
  #roomForLine(): Buffer {
    const size = this.#end - this.#start
    if (this.#unescapedSize === 0 && this.#unescaped.length < size) {
      this.#unescaped = Buffer.allocUnsafeSlow(2 * size)
    }
    return this.#unescaped
  }

  #checkText(seen: number, start: number, end: number): void {
    if (seen < 0x80 || isUtf8(this.#bytes.subarray(start, end))) return
    const found = `0x${this.#bytes.toString('hex', start, Math.min(end, start + FOUND_TEXT_MAX))}`
    throw this.#error(start, 'a string that is no text', found, 'UTF-8, or a name with _b64')
  }

  #skipNumber(): void {
    const start = this.#at
    if (this.#bytes[start] === MINUS) this.#at++
    this.#digits(start, 'a value')
    if (this.#at < this.#end && this.#bytes[this.#at] === DOT) {
      this.#at++
      this.#digits(start, 'a number', true)
    }
    if (this.#at < this.#end && (this.#bytes[this.#at]! | 0x20) === 0x65) {
      this.#at++
      const sign = this.#bytes[this.#at]
      if (sign === PLUS || sign === MINUS) this.#at++
      this.#digits(start, 'a number', true)
    }
  }

  /** One at least; in front of others no zero, unless it is a fraction's or an exponent's. */
  #digits(tokenStart: number, expected: string, mayBeginWithZero = false): void {
    const start = this.#at
    const bytes = this.#bytes
    while (this.#at < this.#end && bytes[this.#at]! >= ZERO && bytes[this.#at]! <= NINE) this.#at++
    const count = this.#at - start
    if (count === 0 || (count > 1 && bytes[start] === ZERO && !mayBeginWithZero)) {
      this.#at = tokenStart
      throw this.unexpected(expected)
    }
  }

  /** Goes on behind the word if it comes next. */
  #word(word: string): boolean {
    const end = this.#at + word.length
    if (end > this.#end || this.#bytes.toString('latin1', this.#at, end) !== word) return false
    this.#at = end
    return true
  }

  /** Goes on behind one of JSON's three words, if it comes next. */
  #isWord(): boolean {
    return this.#word('null') || this.#word('true') || this.#word('false')
  }

  #skipped(byte: number): boolean {
    if (this.peek() !== byte) return false
    this.#at++
    return true
  }

  #expect(byte: number, expected: string): void {
    if (!this.#skipped(byte)) throw this.unexpected(expected)
  }

  #control(at: number): Error {
    return this.unexpected('an escape: control characters have one', at)
  }

  #unended(): Error {
    return this.#error(this.#end, 'this is no JSON record', END_OF_LINE, 'the end of the string: "')
  }

  #textAt(position: number): string {
    if (position >= this.#end) return END_OF_LINE
    const bytes = this.#bytes.subarray(position, Math.min(this.#end, position + FOUND_TEXT_MAX))
    return quotedText(bytes.toString('utf8'))
  }

  #error(at: number, reason: string, found: string, expected: string): CorruptDataError {
    return new CorruptDataError({ position: at - this.#start, reason, found, expected })
  }
}

const NO_BYTES = Buffer.alloc(0)
const END_OF_LINE = 'the end of the line'
