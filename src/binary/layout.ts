/**
 * A fixed structure, declared once: from the declaration follow its size, where each field lies, and a decoder.
 * Hot paths read single fields at `offsetOf`; everything that shows or checks a whole structure decodes it.
 */
import { int16At, int32At, int64At, int8At, uint32At } from './big-endian.ts'
export interface FieldType<T> {
  readonly name: string
  readonly size: number
  read(buffer: Buffer, position: number): T
  write(buffer: Buffer, position: number, value: T): void
}

type FieldTypes = Record<string, FieldType<unknown>>
type Values<F extends FieldTypes> = {
  readonly [K in keyof F]: F[K] extends FieldType<infer V> ? V : never
}

export interface PlacedField {
  readonly name: string
  readonly type: FieldType<unknown>
  /** Bytes from the beginning of the structure. */
  readonly offset: number
}

export interface Layout<F extends FieldTypes> {
  readonly size: number
  readonly offsetOf: { readonly [K in keyof F]: number }
  readonly fields: readonly PlacedField[]
  decode(buffer: Buffer, position: number): Values<F>
  encode(value: Values<F>): Buffer
}

/** What a layout decodes to. */
export type Decoded<L> = L extends Layout<infer F> ? Values<F> : never

export function layout<F extends FieldTypes>(types: F): Layout<F> {
  const fields = place(types)
  const size = fields.reduce((sum, field) => sum + field.type.size, 0)
  const offsets = fields.map(({ name, offset }) => [name, offset])
  return {
    size,
    fields,
    offsetOf: Object.fromEntries(offsets) as Layout<F>['offsetOf'],
    decode(buffer, position) {
      const value: Record<string, unknown> = {}
      for (const { name, type, offset } of fields)
        value[name] = type.read(buffer, position + offset)
      return value as Values<F>
    },
    encode(value) {
      const buffer = Buffer.alloc(size)
      for (const { name, type, offset } of fields) type.write(buffer, offset, value[name])
      return buffer
    },
  }
}

function place(types: FieldTypes): PlacedField[] {
  let offset = 0
  return Object.entries(types).map(([name, type]) => {
    const field = { name, type, offset }
    offset += type.size
    return field
  })
}

export const int8: FieldType<number> = {
  name: 'int8',
  size: 1,
  read: (buffer, position) => int8At(buffer, position),
  write: (buffer, position, value) => void buffer.writeInt8(value, position),
}

export const int16: FieldType<number> = {
  name: 'int16',
  size: 2,
  read: (buffer, position) => int16At(buffer, position),
  write: (buffer, position, value) => void buffer.writeInt16BE(value, position),
}

export const int32: FieldType<number> = {
  name: 'int32',
  size: 4,
  read: (buffer, position) => int32At(buffer, position),
  write: (buffer, position, value) => void buffer.writeInt32BE(value, position),
}

export const uint32: FieldType<number> = {
  name: 'uint32',
  size: 4,
  read: (buffer, position) => uint32At(buffer, position),
  write: (buffer, position, value) => void buffer.writeUInt32BE(value, position),
}

export const int64: FieldType<bigint> = {
  name: 'int64',
  size: 8,
  read: (buffer, position) => int64At(buffer, position),
  write: (buffer, position, value) => void buffer.writeBigInt64BE(value, position),
}
