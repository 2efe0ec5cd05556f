/**
 * A line as Apache Kafka's console producer reads it, by the same properties; bytes stay what they are, where Kafka has
 * everything be UTF-8. `headers.separator` is a text here, not a regular expression; and what is to be true or false is
 * one of them, where Kafka takes any other word for false.
 *
 * Source: org.apache.kafka.tools.LineMessageReader
 */
import { CorruptDataError, UsageError } from '../../base/errors.ts'
import { quotedText } from '../../base/quoted-text.ts'
import { NO_HEADERS, type OutgoingRecord } from '../../client/outgoing-record.ts'
import type { RecordHeader } from '../../record/record-cursor.ts'
import type { LineParser } from './delimited-reader.ts'
import { indexOfBytes } from './index-of-bytes.ts'

interface KafkaLineOptions {
  readonly parseKey: boolean
  readonly parseHeaders: boolean
  readonly ignoreError: boolean
  readonly keySeparator: Buffer
  readonly headersDelimiter: Buffer
  readonly headersSeparator: Buffer
  readonly headersKeySeparator: Buffer
  readonly nullMarker: Buffer | undefined
}

const DEFAULTS = {
  'parse.key': 'false',
  'key.separator': '\t',
  'parse.headers': 'false',
  'headers.delimiter': '\t',
  'headers.separator': ',',
  'headers.key.separator': ':',
  'ignore.error': 'false',
  'null.marker': undefined,
} as const
type PropertyName = keyof typeof DEFAULTS

/** Of these, no two may be equal, as with Kafka. */
const UNLIKE: readonly (readonly [PropertyName, PropertyName])[] = [
  ['headers.delimiter', 'headers.separator'],
  ['headers.delimiter', 'headers.key.separator'],
  ['headers.separator', 'headers.key.separator'],
  ['null.marker', 'key.separator'],
  ['null.marker', 'headers.separator'],
  ['null.marker', 'headers.delimiter'],
  ['null.marker', 'headers.key.separator'],
]

/** @param properties each `name=value`; of two of one name, the last holds */
export function kafkaLineOf(properties: readonly string[]): KafkaLine {
  const given = new Map(properties.map(pairOf))
  const textOf = (name: PropertyName): string | undefined => given.get(name) ?? DEFAULTS[name]
  for (const [one, other] of UNLIKE) {
    if (textOf(one) === textOf(other)) throw new UsageError(`${one} and ${other} may not be equal`)
  }
  const isTrue = (name: PropertyName) => {
    const word = textOf(name)?.trim().toLowerCase()
    if (word === 'true' || word === 'false') return word === 'true'
    throw new UsageError(`--reader-property ${name}=${textOf(name)}: true or false is expected`)
  }
  const bytesOf = (name: PropertyName) => {
    const text = textOf(name) ?? ''
    if (text === '') throw new UsageError(`${name} may not be empty`)
    return Buffer.from(text)
  }
  const nullMarker = textOf('null.marker')
  return new KafkaLine({
    parseKey: isTrue('parse.key'),
    parseHeaders: isTrue('parse.headers'),
    ignoreError: isTrue('ignore.error'),
    keySeparator: bytesOf('key.separator'),
    headersDelimiter: bytesOf('headers.delimiter'),
    headersSeparator: bytesOf('headers.separator'),
    headersKeySeparator: bytesOf('headers.key.separator'),
    nullMarker: nullMarker === undefined ? undefined : Buffer.from(nullMarker),
  })
}

function pairOf(property: string): [PropertyName, string] {
  const split = property.indexOf('=')
  const name = split < 0 ? property : property.slice(0, split)
  if (split < 0) throw new UsageError(`--reader-property ${property}: expected name=value`)
  if (name in DEFAULTS) return [name as PropertyName, property.slice(split + 1)]
  const names = Object.keys(DEFAULTS).join(', ')
  throw new UsageError(`--reader-property ${name}: no such property; there are ${names}`)
}

export class KafkaLine implements LineParser {
  readonly #options: KafkaLineOptions

  constructor(options: KafkaLineOptions) {
    this.#options = options
  }

  parse(record: OutgoingRecord, bytes: Buffer, start: number, end: number): void {
    const { parseKey, parseHeaders, keySeparator, headersDelimiter } = this.#options
    record.setKey(null)
    record.headers = NO_HEADERS
    let at = start
    if (parseHeaders) {
      const headersEnd = this.#find('headers delimiter', headersDelimiter, {
        bytes,
        start,
        at,
        end,
      })
      if (headersEnd >= 0) {
        record.headers = this.#headers(bytes, start, headersEnd)
        at = headersEnd + headersDelimiter.length
      }
    }
    if (parseKey) {
      const keyEnd = this.#find('key separator', keySeparator, { bytes, start, at, end })
      if (keyEnd >= 0) {
        record.keyBytes = bytes
        record.keyStart = at
        record.keySize = this.#sizeOf(bytes, at, keyEnd)
        at = keyEnd + keySeparator.length
      }
    }
    record.valueBytes = bytes
    record.valueStart = at
    record.valueSize = this.#sizeOf(bytes, at, end)
  }

  /** −1 where errors are ignored. */
  #find(what: string, wanted: Buffer, { bytes, start, at, end }: Rest): number {
    const found = indexOfBytes(bytes, wanted, at, end)
    if (found >= 0 || this.#options.ignoreError) return found
    throw new CorruptDataError({
      position: at - start,
      reason: `no ${what}`,
      found: shown(bytes.subarray(at, end)),
      expected: `${shown(wanted)} in it`,
    })
  }

  /** As in Java's split, empty ones at the end count for nothing, unless there is no separator at all. */
  #headers(bytes: Buffer, start: number, end: number): readonly RecordHeader[] {
    if (this.#sizeOf(bytes, start, end) < 0) return NO_HEADERS
    const { headersSeparator } = this.#options
    const pairs: Pair[] = []
    let at = start
    for (let found = start; found >= 0; at = found + headersSeparator.length) {
      found = indexOfBytes(bytes, headersSeparator, at, end)
      pairs.push({ lineStart: start, start: at, end: found < 0 ? end : found })
    }
    if (pairs.length > 1) while (isEmpty(pairs.at(-1))) pairs.pop()
    return pairs.map(pair => this.#header(bytes, pair))
  }

  #header(bytes: Buffer, { lineStart, start, end }: Pair): RecordHeader {
    const { headersKeySeparator, ignoreError, nullMarker } = this.#options
    const keyEnd = indexOfBytes(bytes, headersKeySeparator, start, end)
    if (keyEnd < 0) {
      if (ignoreError) return { key: bytes.subarray(start, end), value: null }
      throw new CorruptDataError({
        position: start - lineStart,
        reason: 'a header without a header key separator',
        found: shown(bytes.subarray(start, end)),
        expected: `${shown(headersKeySeparator)} in it`,
      })
    }
    const key = bytes.subarray(start, keyEnd)
    if (nullMarker?.equals(key) === true) {
      throw new CorruptDataError({
        position: start - lineStart,
        reason: "a header's key can't be null",
        found: `the null marker ${shown(nullMarker)}`,
        expected: 'anything else',
      })
    }
    const valueStart = keyEnd + headersKeySeparator.length
    const isNull = this.#sizeOf(bytes, valueStart, end) < 0
    return { key, value: isNull ? null : bytes.subarray(valueStart, end) }
  }

  /** −1 for the null marker. */
  #sizeOf(bytes: Buffer, start: number, end: number): number {
    const { nullMarker } = this.#options
    const size = end - start
    if (nullMarker?.length !== size) return size
    return nullMarker.compare(bytes, start, end) === 0 ? -1 : size
  }
}

interface Rest {
  readonly bytes: Buffer
  /** Of the line. */
  readonly start: number
  readonly at: number
  readonly end: number
}

interface Pair {
  readonly lineStart: number
  readonly start: number
  readonly end: number
}

function isEmpty(pair: Pair | undefined): boolean {
  return pair?.start === pair?.end && pair !== undefined
}

const SHOWN_MAX = 40

function shown(bytes: Buffer): string {
  const text = quotedText(bytes.subarray(0, SHOWN_MAX).toString('utf8'))
  return bytes.length > SHOWN_MAX ? `${text}…` : text
}
