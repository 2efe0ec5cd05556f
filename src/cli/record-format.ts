/** How a record is written, as parts one behind the other: what the languages of `-f` come to. */
import { UsageError } from '../base/errors.ts'
import type { DateText } from './date-layout.ts'
import type { UnpackStep } from './unpack-format.ts'

export type FormatPart =
  | { readonly kind: 'literal'; readonly bytes: Buffer }
  | { readonly kind: 'bytes'; readonly field: BytesField; readonly encoding: BytesEncoding }
  | { readonly kind: 'number'; readonly field: NumberField; readonly format: NumberFormat }
  | { readonly kind: 'date'; readonly text: DateText }
  | { readonly kind: 'codec' }
  | { readonly kind: 'headers'; readonly parts: readonly FormatPart[] }
  /** kcat's: name=value, with commas between. */
  | { readonly kind: 'header-list' }

export type BytesField = 'topic' | 'key' | 'value'

export type BytesEncoding =
  | { readonly kind: 'plain' | 'hex' | 'base64' | 'base64raw' }
  /** As it is, and other bytes in place of null. */
  | { readonly kind: 'nullable'; readonly nullText: Buffer }
  | { readonly kind: 'unpack'; readonly steps: readonly UnpackStep[] }

export type NumberField =
  | 'topicSize'
  | 'keySize'
  | 'valueSize'
  /** −1 for null. */
  | 'nullableKeySize'
  | 'nullableValueSize'
  | 'headerCount'
  | 'partition'
  | 'offset'
  | 'leaderEpoch'
  | 'timestamp'
  | 'producerId'
  | 'producerEpoch'
  | 'logStartOffset'
  | 'lastStableOffset'
  | 'highWatermark'
  | 'iteration'
  | 'nulls'
  | 'batchBaseOffset'
  | 'batchPosition'
  | 'codecId'
  | 'timestampType'
  | 'isTransactional'
  | 'isControl'

export const NUMBER_FORMATS = [
  'ascii',
  'number',
  'hex64',
  'hex32',
  'hex16',
  'hex8',
  'hex4',
  'hex',
  'big64',
  'big32',
  'big16',
  'big8',
  'little64',
  'little32',
  'little16',
  'little8',
  'byte',
  'bool',
] as const
export type NumberFormat = (typeof NUMBER_FORMATS)[number]

/** What escapes stand for: the byte, and the characters behind the backslash. Undefined for none. */
export function parseEscape(text: string, at: number): { byte: number; size: number } | undefined {
  const escaped = text[at] ?? ''
  if (escaped === 'x') {
    const [, digits] = /^([0-9a-f]{2})/i.exec(text.slice(at + 1)) ?? []
    return digits === undefined ? undefined : { byte: parseInt(digits, 16), size: 3 }
  }
  const byte = ESCAPES[escaped]
  return byte === undefined ? undefined : { byte, size: 1 }
}

/** Undefined where a backslash stands before nothing known. */
export function unescaped(text: string): Buffer | undefined {
  const pieces: Buffer[] = []
  for (let at = 0; at < text.length;) {
    const next = text.indexOf('\\', at)
    const end = next === -1 ? text.length : next
    pieces.push(Buffer.from(text.slice(at, end)))
    if (next === -1) break
    const escape = parseEscape(text, next + 1)
    if (escape === undefined) return undefined
    pieces.push(Buffer.of(escape.byte))
    at = next + 1 + escape.size
  }
  return Buffer.concat(pieces)
}

export function formatError(text: string, at: number, what: string): UsageError {
  return new UsageError(`-f ${JSON.stringify(text)}: ${what}, at character ${at + 1}`)
}

const ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, '\\': 0x5c }
