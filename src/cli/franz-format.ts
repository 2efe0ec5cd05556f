/**
 * franz-go's language of `-f`, which kcl and rpk speak:
 *
 * | verb            | prints                                                                               |
 * |-----------------|--------------------------------------------------------------------------------------|
 * | `%t %k %v`      | topic, key, value; `{hex}`, `{base64}`, `{base64raw}`, `{unpack[>iq$]}`              |
 * | `%T %K %V %H`   | their sizes in bytes, 0 for null, and the number of headers                          |
 * | `%h{…}`         | what is in the braces for each header: `%k %v %K %V`                                 |
 * | `%p %o %e`      | partition, offset, leader epoch                                                      |
 * | `%d`            | timestamp in ms; `{go[2006-01-02]}`, `{strftime[%F %T]}` in UTC                      |
 * | `%a{…}`         | `compression`, `timestamp-type`, `transactional-bit`, `control-bit`; `;number`       |
 * | `%x %y`         | producer id and epoch                                                                |
 * | `%[ %| %]`      | of the partition: log start offset, last stable offset, high watermark               |
 * | `%i`            | 1, 2, 3…: which record it is                                                         |
 * | `%n`            | what is null: 0 nothing, 1 the key, 2 the value, 3 both (not in franz-go)            |
 * | `%B %P`         | of its batch: base offset, and position in the log's file (not in franz-go)          |
 * | `%% %{ %}`      | themselves; `\t \n \r \\ \xNN` are what they are everywhere                          |
 *
 * Numbers take `{ascii}` or `{number}`, `{hex64}`…`{hex4}`, `{hex}`, `{big64}`…`{big8}`, `{little64}`…`{little8}`,
 * `{byte}` and `{bool}`.
 *
 * Source: github.com/twmb/franz-go/pkg/kgo#NewRecordFormatter
 */
import type { UsageError } from '../base/errors.ts'
import { goLayout, strftimeLayout } from './date-layout.ts'
import {
  formatError,
  NUMBER_FORMATS,
  parseEscape,
  type BytesEncoding,
  type BytesField,
  type FormatPart,
  type NumberField,
  type NumberFormat,
} from './record-format.ts'
import { parseUnpack } from './unpack-format.ts'

/** @throws UsageError that says where it is wrong */
export function parseFranzFormat(text: string): FormatPart[] {
  return new FormatParser(text, RECORD_VERBS).parse()
}

type Verb = BytesField | NumberField | 'date' | 'attribute' | 'headers'
type Verbs = Readonly<Record<string, Verb>>

const RECORD_VERBS: Verbs = {
  t: 'topic',
  k: 'key',
  v: 'value',
  T: 'topicSize',
  K: 'keySize',
  V: 'valueSize',
  h: 'headers',
  H: 'headerCount',
  p: 'partition',
  o: 'offset',
  e: 'leaderEpoch',
  d: 'date',
  a: 'attribute',
  x: 'producerId',
  y: 'producerEpoch',
  '[': 'logStartOffset',
  '|': 'lastStableOffset',
  ']': 'highWatermark',
  i: 'iteration',
  n: 'nulls',
  B: 'batchBaseOffset',
  P: 'batchPosition',
}
const HEADER_VERBS: Verbs = { k: 'key', v: 'value', K: 'keySize', V: 'valueSize' }

const ATTRIBUTES: Readonly<Record<string, NumberField>> = {
  compression: 'codecId',
  'timestamp-type': 'timestampType',
  'transactional-bit': 'isTransactional',
  'control-bit': 'isControl',
}

class FormatParser {
  readonly #text: string
  readonly #verbs: Verbs
  readonly #end: number
  #at: number
  readonly #parts: FormatPart[] = []
  #literal: Buffer[] = []

  constructor(text: string, verbs: Verbs, start = 0, end = text.length) {
    this.#text = text
    this.#verbs = verbs
    this.#at = start
    this.#end = end
  }

  parse(): FormatPart[] {
    while (this.#at < this.#end) {
      const character = String.fromCodePoint(this.#text.codePointAt(this.#at)!)
      if (character === '%') this.#percent()
      else if (character === '\\') this.#escape()
      else {
        this.#literal.push(Buffer.from(character))
        this.#at += character.length
      }
    }
    this.#endLiteral()
    return this.#parts
  }

  #escape(): void {
    const escape = parseEscape(this.#text, this.#at + 1)
    if (escape === undefined || this.#at + escape.size >= this.#end) {
      throw this.#error(this.#at, 'after \\ one of t, n, r, \\ and xNN is expected')
    }
    this.#literal.push(Buffer.of(escape.byte))
    this.#at += 1 + escape.size
  }

  #percent(): void {
    const start = this.#at
    const verb = start + 1 < this.#end ? this.#text[start + 1]! : ''
    this.#at += 2
    if (verb === '%' || verb === '{' || verb === '}') {
      this.#literal.push(Buffer.from(verb))
      return
    }
    const meant = Object.hasOwn(this.#verbs, verb) ? this.#verbs[verb] : undefined
    if (meant === undefined) {
      const known = Object.keys(this.#verbs).join(' ')
      throw this.#error(
        start,
        verb === '' ? 'a verb is missing' : `%${verb} is none of % { } ${known}`,
      )
    }
    this.#endLiteral()
    this.#parts.push(this.#part(meant, start))
  }

  #part(meant: Verb, start: number): FormatPart {
    switch (meant) {
      case 'topic':
      case 'key':
      case 'value':
        return { kind: 'bytes', field: meant, encoding: this.#encoding() }
      case 'date':
        return this.#date()
      case 'attribute':
        return this.#attribute(start)
      case 'headers':
        return this.#headers(start)
      default:
        return { kind: 'number', field: meant, format: this.#numberFormat() }
    }
  }

  /** Steps behind a brace that opens here, if one does. */
  #opensBrace(): boolean {
    if (this.#at >= this.#end || this.#text[this.#at] !== '{') return false
    this.#at++
    return true
  }

  /** What is in the braces, and behind them. */
  #word(): string {
    const start = this.#at
    const close = this.#text.indexOf('}', start)
    if (close === -1 || close >= this.#end) throw this.#error(start - 1, 'the brace is not closed')
    this.#at = close + 1
    return this.#text.slice(start, close)
  }

  #numberFormat(): NumberFormat {
    const start = this.#at
    return this.#opensBrace() ? this.#asNumberFormat(this.#word(), start) : 'ascii'
  }

  #asNumberFormat(word: string, at: number): NumberFormat {
    const format = NUMBER_FORMATS.find(each => each === word)
    if (format !== undefined) return format
    throw this.#error(at, `{${word}} is no way to print a number: ${NUMBER_FORMATS.join(' ')}`)
  }

  #encoding(): BytesEncoding {
    const start = this.#at
    if (!this.#opensBrace()) return { kind: 'plain' }
    if (this.#text.startsWith('unpack', this.#at)) {
      const { inner, at } = this.#enclosed('unpack')
      const steps = parseUnpack(inner, (place, what) => this.#error(at + place, what))
      return { kind: 'unpack', steps }
    }
    const word = this.#word()
    if (word === '') return { kind: 'plain' }
    if (word === 'hex' || word === 'base64' || word === 'base64raw') return { kind: word }
    throw this.#error(start, `{${word}} is none of {hex} {base64} {base64raw} {unpack[…]}`)
  }

  #date(): FormatPart {
    const start = this.#at
    if (!this.#opensBrace()) return { kind: 'number', field: 'timestamp', format: 'ascii' }
    if (this.#text.startsWith('strftime', this.#at)) {
      const { inner, at } = this.#enclosed('strftime')
      return {
        kind: 'date',
        text: strftimeLayout(inner, (place, what) => this.#error(at + place, what)),
      }
    }
    if (this.#text.startsWith('go', this.#at)) {
      return { kind: 'date', text: goLayout(this.#enclosed('go').inner) }
    }
    const word = this.#word()
    if (NUMBER_FORMATS.every(each => each !== word)) {
      throw this.#error(start, `{${word}} is neither {go[…]}, {strftime[…]} nor a number's`)
    }
    return { kind: 'number', field: 'timestamp', format: this.#asNumberFormat(word, start) }
  }

  #attribute(start: number): FormatPart {
    const names = Object.keys(ATTRIBUTES).join(' ')
    if (!this.#opensBrace()) throw this.#error(start, `%a wants {…} with one of ${names}`)
    const [name = '', ...formats] = this.#word().split(';')
    const field = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined
    if (field === undefined) throw this.#error(start, `{${name}} is none of ${names}`)
    if (formats.length > 0) {
      const format = this.#asNumberFormat(formats.join(';'), start)
      return { kind: 'number', field, format }
    }
    return field === 'codecId' ? { kind: 'codec' } : { kind: 'number', field, format: 'ascii' }
  }

  #headers(start: number): FormatPart {
    if (!this.#opensBrace()) throw this.#error(start, '%h wants {…}: what to print of each header')
    const from = this.#at
    let depth = 1
    for (; this.#at < this.#end && depth > 0; this.#at++) {
      if (this.#text[this.#at - 1] === '%' && this.#at > from) continue
      if (this.#text[this.#at] === '{') depth++
      if (this.#text[this.#at] === '}') depth--
    }
    if (depth > 0) throw this.#error(from - 1, 'the brace is not closed')
    const parts = new FormatParser(this.#text, HEADER_VERBS, from, this.#at - 1).parse()
    return { kind: 'headers', parts }
  }

  /** `name` with its argument in any number of brackets, braces or pounds, and the brace that closes it all. */
  #enclosed(name: string): { readonly inner: string; readonly at: number } {
    const start = this.#at + name.length
    const opener = this.#text[start] ?? ''
    let count = 0
    while (start + count < this.#end && this.#text[start + count] === opener) count++
    const closing = (CLOSING[opener] ?? opener).repeat(count)
    const at = start + count
    const close = count === 0 ? -1 : this.#text.indexOf(closing, at)
    if (close === -1 || close + count >= this.#end || this.#text[close + count] !== '}') {
      throw this.#error(start, `${name} wants its argument enclosed, as in {${name}[…]}`)
    }
    this.#at = close + count + 1
    return { inner: this.#text.slice(at, close), at }
  }

  #endLiteral(): void {
    if (this.#literal.length === 0) return
    this.#parts.push({ kind: 'literal', bytes: Buffer.concat(this.#literal) })
    this.#literal = []
  }

  #error(at: number, what: string): UsageError {
    return formatError(this.#text, at, what)
  }
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' }
