/**
 * Bytes → value: closures that read one schema in one version. A length or count is compared with
 * the bytes that are left before anything is allocated for it.
 *
 * Source: the `read` methods of Kafka's generated messages
 */
import type { ByteReader } from '../binary/reader.ts'
import { javaString } from '../binary/java-text.ts'
import { uuidText } from '../binary/uuid.ts'
import type { Field, Fields, UnknownTaggedField } from './field.ts'
import { malformed } from './malformed-message.ts'
import { hasField, isCompact, isNullable, type MessageVersion } from './message-version.ts'

type Decode = (reader: ByteReader) => unknown
type Values = Record<string, unknown>

const STRING_BYTES_MAX = 0x7fff

export function compileDecoder(fields: Fields, version: MessageVersion): (r: ByteReader) => Values {
  const steps = Object.entries(fields).map(([name, field]) => ({
    name,
    decode: isInline(field, version)
      ? fieldDecoder(name, field, version)
      : () => field.attributes.fallback,
  }))
  const decodeTagged = version.flexible ? taggedFieldsDecoder(fields, version) : undefined
  return reader => {
    const values: Values = {}
    for (const { name, decode } of steps) values[name] = decode(reader)
    decodeTagged?.(reader, values)
    return values
  }
}

function isInline(field: Field<unknown>, version: MessageVersion): boolean {
  return hasField(field, version) && field.attributes.tag === undefined
}

function fieldDecoder(name: string, field: Field<unknown>, version: MessageVersion): Decode {
  const { type } = field
  const nullable = isNullable(field, version)
  switch (type.kind) {
    case 'string':
      return stringDecoder(name, nullable, isCompact(field, version))
    case 'bytes':
    case 'records':
      return bytesDecoder(name, nullable, isCompact(field, version))
    case 'array':
      return arrayDecoder(name, fieldDecoder(name, type.element, version), nullable, version)
    case 'struct':
      return nestedDecoder(type.fields, field, version)
    default:
      return PRIMITIVES[type.kind]
  }
}

const PRIMITIVES = {
  bool: reader => reader.int8() !== 0,
  int8: reader => reader.int8(),
  int16: reader => reader.int16(),
  uint16: reader => reader.uint16(),
  int32: reader => reader.int32(),
  uint32: reader => reader.uint32(),
  int64: reader => reader.int64(),
  float64: reader => reader.float64(),
  uuid: reader => uuidText(reader.bytes(16)),
} as const satisfies Record<string, Decode>

function stringDecoder(name: string, nullable: boolean, compact: boolean): Decode {
  const readLength = compact ? compactLength : (reader: ByteReader) => reader.int16()
  return reader => {
    const length = readLength(reader)
    if (length < 0) return nullOf(name, nullable, reader)
    if (length > STRING_BYTES_MAX) {
      throw malformed(reader, { kind: 'string-too-long', field: name, length })
    }
    return javaString(sizedBytes(reader, length))
  }
}

function bytesDecoder(name: string, nullable: boolean, compact: boolean): Decode {
  const readLength = compact ? compactLength : (reader: ByteReader) => reader.int32()
  return reader => {
    const length = readLength(reader)
    return length < 0 ? nullOf(name, nullable, reader) : sizedBytes(reader, length)
  }
}

function arrayDecoder(
  name: string,
  decodeElement: Decode,
  nullable: boolean,
  { flexible }: MessageVersion,
): Decode {
  const readCount = flexible ? compactLength : (reader: ByteReader) => reader.int32()
  return reader => {
    const count = readCount(reader)
    if (count < 0) return nullOf(name, nullable, reader)
    const { remaining } = reader
    if (count > remaining) throw malformed(reader, { kind: 'elements-missing', count, remaining })
    const elements: unknown[] = []
    for (let left = count; left > 0; left--) elements.push(decodeElement(reader))
    return elements
  }
}

/**
 * A nullable structure begins with a marker: an int8, or an unsigned varint where the field is
 * tagged.
 */
function nestedDecoder(fields: Fields, field: Field<unknown>, version: MessageVersion): Decode {
  if (!version.known) {
    return reader => {
      throw malformed(reader, { kind: 'future-structure', version: version.version })
    }
  }
  const decode = compileDecoder(fields, version)
  if (!isNullable(field, version)) return decode
  if (field.attributes.tag === undefined) {
    return reader => (reader.int8() < 0 ? null : decode(reader))
  }
  return reader => ((reader.unsignedVarint() | 0) <= 0 ? null : decode(reader))
}

function taggedFieldsDecoder(
  fields: Fields,
  version: MessageVersion,
): (reader: ByteReader, values: Values) => void {
  const byTag = new Map<number, { readonly name: string; readonly decode: Decode }>()
  for (const [name, field] of Object.entries(fields)) {
    const { tag } = field.attributes
    if (tag === undefined) continue
    const decode = hasField(field, version)
      ? fieldDecoder(name, field, version)
      : tagRefuser(tag, version.version)
    byTag.set(tag, { name, decode })
  }
  return (reader, values) => {
    for (let left = reader.unsignedVarint() | 0; left > 0; left--) {
      const tag = reader.unsignedVarint()
      const size = reader.unsignedVarint() | 0
      const known = byTag.get(tag)
      if (known === undefined) keepUnknown(values, { tag, data: sizedBytes(reader, size) })
      else values[known.name] = decodeSized(reader, { tag, size, decode: known.decode })
    }
  }
}

function tagRefuser(tag: number, version: number): Decode {
  return reader => {
    throw malformed(reader, { kind: 'tag-not-in-version', tag, version })
  }
}

/**
 * Kafka does not look at the stated size of a tag it knows; where it is wrong, what follows is
 * misread.
 */
function decodeSized(
  reader: ByteReader,
  { tag, size, decode }: { readonly tag: number; readonly size: number; readonly decode: Decode },
): unknown {
  const start = reader.position
  const value = decode(reader)
  const taken = reader.position - start
  if (taken !== size) throw malformed(reader, { kind: 'tag-size', tag, stated: size, taken })
  return value
}

function keepUnknown(values: Values, field: UnknownTaggedField): void {
  const kept = (values['unknownTaggedFields'] ??= []) as UnknownTaggedField[]
  kept.push(field)
}

function nullOf(field: string, nullable: boolean, reader: ByteReader): null {
  if (!nullable) throw malformed(reader, { kind: 'null', field })
  return null
}

/** Length + 1 as an unsigned varint of 32 bits, which Java holds in an int: it wraps like one. */
function compactLength(reader: ByteReader): number {
  return (reader.unsignedVarint() - 1) | 0
}

function sizedBytes(reader: ByteReader, size: number): Buffer {
  const { remaining } = reader
  if (size < 0) throw malformed(reader, { kind: 'negative-size', size })
  if (size > remaining) throw malformed(reader, { kind: 'bytes-missing', size, remaining })
  return reader.bytes(size)
}
