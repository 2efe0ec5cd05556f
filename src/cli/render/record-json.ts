/** The record line of every command (see recordMembers), written as bytes: for those who write a million a second. */
import type { TimestampType } from '../../record/attributes.ts'
import { keyOf, valueOf, type RecordCursor } from '../../record/record-cursor.ts'
import { constantOf, type ByteOutput, type Constant } from '../byte-output.ts'
import { bytesMember, headersText } from '../json-text.ts'

export class RecordJson {
  readonly #out: ByteOutput
  readonly #plain = new PlainJson()
  #start = constantOf('')

  constructor(out: ByteOutput) {
    this.#out = out
  }

  /** Where the records to come are. */
  in({ topic, partition }: { readonly topic: string; readonly partition: number }): void {
    this.#start = constantOf(`{"topic":${asciiJson(topic)},"partition":${partition},"offset":`)
  }

  /** The whole line; more members, each behind a comma, go before its end. */
  line(timestampType: TimestampType, record: RecordCursor, more = ''): void {
    const out = this.#out
    const { offsetNumber, timestampNumber } = record
    out.constant(this.#start)
    if (offsetNumber === offsetNumber) out.integer(offsetNumber)
    else out.bigint(record.offset)
    out.constant(TIMESTAMP[timestampType])
    if (timestampNumber === timestampNumber) out.integer(timestampNumber)
    else out.bigint(record.timestamp)
    if (record.headerCount === 0) out.constant(NO_HEADERS)
    else out.text(`,"headers":[${headersText(record)}]`)
    this.#key(record)
    this.#value(record)
    if (more !== '') out.text(more)
    out.constant(LINE_END)
  }

  #key(record: RecordCursor): void {
    const { bytes, keyStart, keySize } = record
    if (keySize < 0) this.#out.constant(NULL_KEY)
    else if (this.#plain.holds(bytes, keyStart, keySize)) {
      this.#quoted(KEY, bytes, keyStart, keySize)
    } else this.#out.text(`,${bytesMember('key', keyOf(record))}`)
  }

  #value(record: RecordCursor): void {
    const { bytes, valueStart, valueSize } = record
    if (valueSize < 0) this.#out.constant(NULL_VALUE)
    else if (this.#plain.holds(bytes, valueStart, valueSize)) {
      this.#quoted(VALUE, bytes, valueStart, valueSize)
    } else this.#out.text(`,${bytesMember('value', valueOf(record))}`)
  }

  #quoted(name: Constant, bytes: Buffer, start: number, size: number): void {
    const out = this.#out
    out.constant(name)
    if (!out.shortAscii(bytes, start, size)) out.bytes(bytes.subarray(start, start + size))
    out.byte(QUOTE)
  }
}

/** Tells bytes that stand for themselves in a JSON string: ASCII, no control character, no quote, no backslash. */
class PlainJson {
  #bytes: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))

  holds(bytes: Buffer, start: number, size: number): boolean {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    const view = this.#view
    const end = start + size
    let at = start
    for (; at <= end - WORD; at += WORD) if (!arePlain(view.getInt32(at))) return false
    for (; at < end; at++) if (!isPlain(bytes[at]!)) return false
    return true
  }
}

/** Four bytes at once: in each, the highest bit tells. Borrows and carries only ever say no where yes would do. */
function arePlain(word: number): boolean {
  const quotes = word ^ (QUOTE * EACH)
  const backslashes = word ^ (BACKSLASH * EACH)
  const below = ((word - SPACE * EACH) | (quotes - EACH) | (backslashes - EACH)) & ~word
  return ((below | word) & HIGHEST_BITS) === 0
}

function isPlain(byte: number): boolean {
  return byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH
}

function asciiJson(text: string): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(text).replace(/[^\0-\x7f]/g, escaped)
}

const WORD = 4
const EACH = 0x01010101
const HIGHEST_BITS = 0x80808080
const SPACE = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c

const TIMESTAMP: Readonly<Record<TimestampType, Constant>> = {
  none: constantOf(',"timestampType":"none","timestamp":'),
  create: constantOf(',"timestampType":"create","timestamp":'),
  append: constantOf(',"timestampType":"append","timestamp":'),
}
const NO_HEADERS = constantOf(',"headers":[]')
const KEY = constantOf(',"key":"')
const NULL_KEY = constantOf(',"key":null')
const VALUE = constantOf(',"value":"')
const NULL_VALUE = constantOf(',"value":null')
const LINE_END = constantOf('}\n')
