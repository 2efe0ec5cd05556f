/**
 * A message of Kafka: its fields, the versions it has, and its bytes in each of them. A schema is
 * declared once and compiled when a version is first met; values are plain objects that hold every
 * field, in the order of declaration, with the default where the version lacks it.
 * Bytes and records in them are views of the bytes that were decoded, not copies.
 *
 *     const value = decodeMessage(offsetCommitValue, bytes, { version: 3, trailing: 'ignored' })
 *     const bytes = encodeMessage(offsetCommitValue, value, 3)
 *     const text = jsonText(messageJson(offsetCommitValue, value, 3))
 */
import { assert } from '../base/errors.ts'
import { ByteReader } from '../binary/reader.ts'
import { ByteWriter } from '../binary/writer.ts'
import { compileDecoder } from './compile-decoder.ts'
import { compileEncoder } from './compile-encoder.ts'
import { compileJson, type JsonObject } from './compile-json.ts'
import { fallbacksOf, type Fields, type StructValue } from './field.ts'
import { malformed } from './malformed-message.ts'
import type { MessageVersion } from './message-version.ts'

export interface Versions {
  readonly oldest: number
  readonly newest: number
  /** The first flexible version (KIP-482). */
  readonly flexible: number | 'never'
}

export interface Message<T> extends Versions {
  readonly fields: Fields
  /** Every field at its default. */
  readonly defaults: T
  /**
   * In a version above the newest as Kafka reads one it does not know: the top-level fields as in
   * the newest.
   */
  codec(version: number): Codec<T>
}

export interface Codec<T> {
  decode(reader: ByteReader): T
  encode(writer: ByteWriter, value: T): void
  json(value: T): JsonObject
}

export type ValueOf<M> = M extends Message<infer T> ? T : never

export function message<F extends Fields>(
  { oldest, newest, flexible }: Versions,
  fields: F,
): Message<StructValue<F>> {
  const compiled = new Map<number, Codec<StructValue<F>>>()
  const compile = (version: number): Codec<StructValue<F>> => {
    const known = version <= newest
    const codec = compileCodec<F>(fields, {
      version,
      flexible: isFlexible(flexible, version),
      known,
    })
    compiled.set(version, codec)
    return codec
  }
  return {
    oldest,
    newest,
    flexible,
    fields,
    defaults: fallbacksOf(fields),
    codec(version) {
      const met = Math.max(oldest, Math.min(version, newest + 1))
      return compiled.get(met) ?? compile(met)
    },
  }
}

/** Version 0 to `newest`, never flexible, unless said otherwise. */
export function versions(
  newest: number,
  { oldest = 0, flexible = 'never' }: Partial<Omit<Versions, 'newest'>> = {},
): Versions {
  return { oldest, newest, flexible }
}

export function hasVersion({ oldest, newest }: Versions, version: number): boolean {
  return version >= oldest && version <= newest
}

/**
 * @param trailing whether bytes after the message are damage, or what the caller expects or Kafka
 * overlooks.
 */
export function decodeMessage<T>(
  schema: Message<T>,
  bytes: Buffer,
  { version, trailing }: { readonly version: number; readonly trailing: 'refused' | 'ignored' },
): T {
  const reader = new ByteReader(bytes)
  const value = schema.codec(version).decode(reader)
  if (trailing === 'refused') refuseTrailing(reader)
  return value
}

export function refuseTrailing(reader: ByteReader): void {
  if (reader.remaining === 0) return
  throw malformed(reader, { kind: 'trailing-bytes', size: reader.remaining })
}

export function encodeMessage<T>(schema: Message<T>, value: T, version: number): Buffer {
  assert(hasVersion(schema, version), `the message has a version ${version}`)
  const writer = new ByteWriter()
  schema.codec(version).encode(writer, value)
  return writer.written()
}

export function messageJson<T>(schema: Message<T>, value: T, version: number): JsonObject {
  return schema.codec(version).json(value)
}

export function isFlexible(flexible: number | 'never', version: number): boolean {
  return flexible !== 'never' && version >= flexible
}

function compileCodec<F extends Fields>(fields: F, version: MessageVersion): Codec<StructValue<F>> {
  return {
    decode: compileDecoder(fields, version) as (reader: ByteReader) => StructValue<F>,
    encode: compileEncoder(fields, version),
    json: compileJson(fields, version),
  }
}
