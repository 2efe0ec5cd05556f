/**
 * Value → bytes: closures that write one schema in one version. What a version can't say is a bug
 * of the caller, unless the field may be ignored there.
 *
 * Source: the `write` methods of Kafka's generated messages
 */
import { assert } from '../base/errors.ts'
import { uuidBytes } from '../binary/uuid.ts'
import { type BytesElsewhere, ByteWriter } from '../binary/writer.ts'
import type { Field, Fields, UnknownTaggedField } from './field.ts'
import { hasField, isCompact, isNullable, type MessageVersion } from './message-version.ts'
import { sameValue } from './same-value.ts'

type Encode = (writer: ByteWriter, value: never) => void
type Values = Readonly<Record<string, unknown>>

const STRING_BYTES_MAX = 0x7fff

export function compileEncoder(
  fields: Fields,
  version: MessageVersion,
): (writer: ByteWriter, values: Values) => void {
  const steps = Object.entries(fields)
    .filter(([, field]) => !hasField(field, version) || field.attributes.tag === undefined)
    .map(([name, field]) => ({
      name,
      encode: hasField(field, version)
        ? fieldEncoder(name, field, version)
        : absentEncoder(name, field, version),
    }))
  const encodeTagged = version.flexible
    ? taggedFieldsEncoder(fields, version)
    : refuseTagged(version)
  return (writer, values) => {
    for (const { name, encode } of steps) encode(writer, values[name] as never)
    encodeTagged(writer, values)
  }
}

function absentEncoder(name: string, field: Field<unknown>, { version }: MessageVersion): Encode {
  const { ignorable, fallback } = field.attributes
  return (_writer, value) => {
    const sayable = ignorable || sameValue(value, fallback)
    assert(sayable, `${name} has no place in version ${version}, and is not its default`)
  }
}

function fieldEncoder(name: string, field: Field<unknown>, version: MessageVersion): Encode {
  const encode = valueEncoder(name, field, version)
  const { nothing, something } = nullMarkers(field, version)
  if (isNullable(field, version)) {
    return (writer, value: unknown) => {
      if (value === null) return nothing(writer)
      something(writer)
      encode(writer, value as never)
    }
  }
  return (writer, value: unknown) => {
    assert(value !== null, `${name} is never null in version ${version.version}`)
    encode(writer, value as never)
  }
}

function valueEncoder(name: string, field: Field<unknown>, version: MessageVersion): Encode {
  const { type } = field
  switch (type.kind) {
    case 'string':
      return stringEncoder(name, isCompact(field, version))
    case 'bytes':
      return bytesEncoder(isCompact(field, version))
    case 'records':
      return recordsEncoder(isCompact(field, version))
    case 'array':
      return arrayEncoder(fieldEncoder(name, type.element, version), version.flexible)
    case 'struct':
      return compileEncoder(type.fields, version)
    default:
      return PRIMITIVES[type.kind]
  }
}

const PRIMITIVES = {
  bool: (writer, value: boolean) => writer.int8(value ? 1 : 0),
  int8: (writer, value: number) => writer.int8(value),
  int16: (writer, value: number) => writer.int16(value),
  uint16: (writer, value: number) => writer.uint16(value),
  int32: (writer, value: number) => writer.int32(value),
  uint32: (writer, value: number) => writer.uint32(value),
  int64: (writer, value: bigint) => writer.int64(value),
  float64: (writer, value: number) => writer.float64(value),
  uuid: (writer, value: string) => {
    const id = uuidBytes(value)
    assert(id !== undefined, `${value} is an id of 22 characters`)
    writer.bytes(id)
  },
} as const satisfies Record<string, Encode>

interface NullMarkers {
  readonly nothing: (writer: ByteWriter) => void
  readonly something: (writer: ByteWriter) => void
}

function nullMarkers(field: Field<unknown>, version: MessageVersion): NullMarkers {
  const { kind } = field.type
  const none = () => undefined
  if (kind === 'struct' && field.attributes.tag === undefined) {
    return { nothing: writer => writer.int8(-1), something: writer => writer.int8(1) }
  }
  if (kind === 'struct') {
    return { nothing: writer => writer.unsignedVarint(0), something: w => w.unsignedVarint(1) }
  }
  if (kind === 'array' ? version.flexible : isCompact(field, version)) {
    return { nothing: writer => writer.unsignedVarint(0), something: none }
  }
  return {
    nothing: kind === 'string' ? writer => writer.int16(-1) : writer => writer.int32(-1),
    something: none,
  }
}

function stringEncoder(name: string, compact: boolean): Encode {
  return (writer, value: string) => {
    const utf8 = Buffer.from(value, 'utf8')
    assert(utf8.length <= STRING_BYTES_MAX, `${name} takes at most ${STRING_BYTES_MAX} bytes`)
    if (compact) writer.unsignedVarint(utf8.length + 1)
    else writer.int16(utf8.length)
    writer.bytes(utf8)
  }
}

function bytesEncoder(compact: boolean): Encode {
  return (writer, value: Buffer) => {
    if (compact) writer.unsignedVarint(value.length + 1)
    else writer.int32(value.length)
    writer.bytes(value)
  }
}

function recordsEncoder(compact: boolean): Encode {
  return (writer, value: Buffer | BytesElsewhere) => {
    const size = Buffer.isBuffer(value) ? value.length : value.size
    if (compact) writer.unsignedVarint(size + 1)
    else writer.int32(size)
    if (Buffer.isBuffer(value)) writer.bytes(value)
    else writer.elsewhere(value)
  }
}

function arrayEncoder(encodeElement: Encode, compact: boolean): Encode {
  return (writer, values: readonly never[]) => {
    if (compact) writer.unsignedVarint(values.length + 1)
    else writer.int32(values.length)
    for (const value of values) encodeElement(writer, value)
  }
}

/**
 * Tagged fields go in ascending order of their tags, known and unknown ones alike; defaults are
 * left out.
 */
function taggedFieldsEncoder(fields: Fields, version: MessageVersion) {
  const known = Object.entries(fields).flatMap(([name, field]) => {
    const { tag, fallback } = field.attributes
    if (tag === undefined || !hasField(field, version)) return []
    return [{ name, tag, fallback, encode: fieldEncoder(name, field, version) }]
  })
  return (writer: ByteWriter, values: Values) => {
    const sections = [...unknownTaggedFieldsOf(values)]
    for (const { name, tag, fallback, encode } of known) {
      if (sameValue(values[name], fallback)) continue
      const section = new ByteWriter()
      encode(section, values[name] as never)
      sections.push({ tag, data: section.written() })
    }
    sections.sort((one, other) => one.tag - other.tag)
    writer.unsignedVarint(sections.length)
    for (const { tag, data } of sections) {
      writer.unsignedVarint(tag)
      writer.unsignedVarint(data.length)
      writer.bytes(data)
    }
  }
}

function refuseTagged({ version }: MessageVersion) {
  return (_writer: ByteWriter, values: Values) => {
    const none = unknownTaggedFieldsOf(values).length === 0
    assert(none, `version ${version} has no tagged fields`)
  }
}

function unknownTaggedFieldsOf(values: Values): readonly UnknownTaggedField[] {
  return (values['unknownTaggedFields'] ?? []) as readonly UnknownTaggedField[]
}
