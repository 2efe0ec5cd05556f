/** Any value that a message can hold in one of its versions. */
import fc from 'fast-check'
import type { Field, Fields, PrimitiveKind } from '../../src/protocol/field.ts'
import type { Message } from '../../src/protocol/message.ts'
import { hasField, isNullable, type MessageVersion } from '../../src/protocol/message-version.ts'

export function valuesOf(message: Message<unknown>, version: number): fc.Arbitrary<unknown> {
  const flexible = message.flexible !== 'never' && version >= message.flexible
  return structs(message.fields, { version, flexible, known: true })
}

function structs(fields: Fields, version: MessageVersion): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, fieldValues(field, version)]),
  )
  const known = fc.record(values, { noNullPrototype: true })
  if (!version.flexible) return known
  return fc.tuple(known, unknownTaggedFields()).map(([value, unknown]) => ({
    ...value,
    ...(unknown.length === 0 ? {} : { unknownTaggedFields: unknown }),
  }))
}

function unknownTaggedFields() {
  const field = fc.record({ tag: fc.integer({ min: 100, max: 0x7fffffff }), data: buffers() })
  return fc
    .uniqueArray(field, { maxLength: 2, selector: ({ tag }) => tag })
    .map(fields => fields.sort((one, other) => one.tag - other.tag))
}

function fieldValues(field: Field<unknown>, version: MessageVersion): fc.Arbitrary<unknown> {
  if (!hasField(field, version)) return fc.constant(field.attributes.fallback)
  const present = fc.oneof(
    { weight: 1, arbitrary: fc.constant(field.attributes.fallback) },
    { weight: 4, arbitrary: typeValues(field, version) },
  )
  return isNullable(field, version) ? fc.option(present) : present
}

function typeValues({ type }: Field<unknown>, version: MessageVersion): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'array':
      return fc.array(typeValues(type.element, version), { maxLength: 4 })
    case 'struct':
      return structs(type.fields, version)
    default:
      return PRIMITIVES[type.kind]()
  }
}

const PRIMITIVES: Readonly<Record<PrimitiveKind, () => fc.Arbitrary<unknown>>> = {
  bool: () => fc.boolean(),
  int8: () => fc.integer({ min: -0x80, max: 0x7f }),
  int16: () => fc.integer({ min: -0x8000, max: 0x7fff }),
  uint16: () => fc.integer({ min: 0, max: 0xffff }),
  int32: () => fc.integer(),
  uint32: () => fc.integer({ min: 0, max: 0xffffffff }),
  int64: () => fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  float64: () => fc.double(),
  uuid: () =>
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map(b => Buffer.from(b).toString('base64url')),
  string: () => fc.string({ unit: 'binary', maxLength: 200 }),
  bytes: buffers,
  records: buffers,
}

function buffers(): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes))
}
