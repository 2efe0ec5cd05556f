/**
 * JSON as every command prints it: one object a line, keys in the order given, int64 as exact digits, bytes that are no
 * UTF-8 under `<name>_b64`, C1 control characters escaped. Undefined members are left out, null stays null.
 */
import { isUtf8 } from 'node:buffer'
import { quotedText } from '../base/quoted-text.ts'
import { keyOf, valueOf, type RecordCursor } from '../record/record-cursor.ts'
import type { TimestampType } from '../record/attributes.ts'

export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

export function jsonText(value: JsonValue): string {
  if (typeof value === 'bigint') return String(value)
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return quotedText(value)
  if (typeof value !== 'object') return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(jsonText).join(',')}]`
  return `{${membersText(value)}}`
}

/** The members of an object without its braces, to be put together with others. */
export function membersText(object: { readonly [key: string]: JsonValue }): string {
  let text = ''
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${jsonText(value)}`
  }
  return text
}

export interface RecordPlace {
  /** Null, and the partition too, where the file's folder doesn't tell. */
  readonly topic: string | null
  readonly partition: number | null
  readonly timestampType: TimestampType
}

/**
 * The record line of every command, without its braces:
 * `"topic","partition","offset","timestampType","timestamp","headers":[{"key","value"}],"key","value"`.
 */
export function recordMembers(place: RecordPlace, record: RecordCursor): string {
  const headers = record.headerCount === 0 ? '' : headersText(record)
  return (
    `"topic":${jsonText(place.topic)},"partition":${place.partition}` +
    `,"offset":${record.offset},"timestampType":"${place.timestampType}"` +
    `,"timestamp":${record.timestamp},"headers":[${headers}],` +
    `${bytesMember('key', keyOf(record))},${bytesMember('value', valueOf(record))}`
  )
}

export function headersText(record: RecordCursor): string {
  const texts = record
    .headers()
    .map(({ key, value }) => `{${bytesMember('key', key)},${bytesMember('value', value)}}`)
  return texts.join(',')
}

/** `"name":"text"`, `"name":null`, or `"name_b64":"…"` where the bytes are no UTF-8. */
export function bytesMember(name: string, bytes: Buffer | null): string {
  if (bytes === null) return `"${name}":null`
  if (isUtf8(bytes)) {
    const text = bytes.toString('utf8')
    const isAscii = text.length === bytes.length
    return `"${name}":${isAscii ? JSON.stringify(text) : quotedText(text)}`
  }
  return `"${name}_b64":"${bytes.toString('base64')}"`
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
