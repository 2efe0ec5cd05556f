/**
 * How the fields of Kafka's messages and records are declared: what a value is, in which versions
 * it exists, and what it is where it does not. Declarations are data; `compile-*.ts` turn them into
 * code, one schema and version at a time.
 *
 *     leaderEpoch: int32.since(3).or(-1),                 from version 3 on, elsewhere -1
 *     expireTimestamp: int64.only(1).or(-1n),             in version 1 alone
 *     protocol: string.nullable(),                        may be null, but defaults to ''
 *     isr: array(int32).nullable().tagged(0).or(null),    tagged (KIP-482), left out when null
 *     members: array(struct({ … })),
 *
 * Kafka's definitions write the default null as a string, "null"; a bare null there leaves the
 * type's own default in force.
 *
 * A field is a value: every method returns another one.
 *
 * Source: org.apache.kafka.message.FieldSpec, the `*.json` message definitions
 */
import { ZERO_UUID } from '../binary/uuid.ts'
import type { BytesElsewhere } from '../binary/writer.ts'

/** What a field holds, without versions. */
export type FieldType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: 'array'; readonly element: Field<unknown> }
  | { readonly kind: 'struct'; readonly fields: Fields }

export type PrimitiveKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'records'

export type Fields = Readonly<Record<string, Field<unknown>>>

/** A tagged field that no schema names: kept, so that writing it again loses nothing. */
export interface UnknownTaggedField {
  readonly tag: number
  readonly data: Buffer
}

/**
 * The fields in the order of their declaration, and what came tagged but unknown, if anything did.
 */
export type StructValue<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer Value> ? Value : never
} & { readonly unknownTaggedFields?: readonly UnknownTaggedField[] }

interface Attributes<T> {
  /** The versions that have the field, both inclusive. */
  readonly from: number
  readonly to: number
  /** The first version in which null is allowed. */
  readonly nullableFrom: number
  /** Tagged in every version that has the field. */
  readonly tag: number | undefined
  /** False for the one string that keeps its int16 length in flexible headers: the client id. */
  readonly compactable: boolean
  /**
   * Silently dropped when written in a version without it; other fields must then hold their
   * default.
   */
  readonly ignorable: boolean
  readonly fallback: T
}

export class Field<T> {
  readonly type: FieldType
  readonly attributes: Attributes<T>

  constructor(type: FieldType, attributes: Attributes<T>) {
    this.type = type
    this.attributes = attributes
  }

  since(version: number): Field<T> {
    return this.#with({ from: version })
  }

  until(version: number): Field<T> {
    return this.#with({ to: version })
  }

  only(version: number): Field<T> {
    return this.#with({ from: version, to: version })
  }

  nullable(fromVersion = 0): Field<T | null> {
    return new Field<T | null>(this.type, { ...this.attributes, nullableFrom: fromVersion })
  }

  tagged(tag: number): Field<T> {
    return this.#with({ tag })
  }

  or(fallback: T): Field<T> {
    return this.#with({ fallback })
  }

  ignorable(): Field<T> {
    return this.#with({ ignorable: true })
  }

  neverCompact(): Field<T> {
    return this.#with({ compactable: false })
  }

  #with(change: Partial<Attributes<T>>): Field<T> {
    return new Field(this.type, { ...this.attributes, ...change })
  }
}

export const bool = field<boolean>({ kind: 'bool' }, false)
export const int8 = field<number>({ kind: 'int8' }, 0)
export const int16 = field<number>({ kind: 'int16' }, 0)
export const uint16 = field<number>({ kind: 'uint16' }, 0)
export const int32 = field<number>({ kind: 'int32' }, 0)
export const uint32 = field<number>({ kind: 'uint32' }, 0)
export const int64 = field<bigint>({ kind: 'int64' }, 0n)
export const float64 = field<number>({ kind: 'float64' }, 0)
export const uuid = field<string>({ kind: 'uuid' }, ZERO_UUID)
export const string = field<string>({ kind: 'string' }, '')
export const bytes = field<Buffer>({ kind: 'bytes' }, Buffer.alloc(0))
/** Record batches: opaque bytes to this floor. */
export const records = field<Buffer>({ kind: 'records' }, Buffer.alloc(0))

/** The same in an answer, where they may lie elsewhere. */
export const storedRecords = field<Buffer | BytesElsewhere>({ kind: 'records' }, Buffer.alloc(0))

export function array<T>(element: Field<T>): Field<readonly T[]> {
  return field<readonly T[]>({ kind: 'array', element }, [])
}

/** A structure within a message. Where it is the default, its fields are theirs. */
export function struct<F extends Fields>(fields: F): Field<StructValue<F>> {
  return field({ kind: 'struct', fields }, fallbacksOf(fields))
}

export function fallbacksOf<F extends Fields>(fields: F): StructValue<F> {
  const values = Object.entries(fields).map(([name, { attributes }]) => [name, attributes.fallback])
  return Object.fromEntries(values) as StructValue<F>
}

function field<T>(type: FieldType, fallback: T): Field<T> {
  const everywhere = { from: 0, to: Infinity, nullableFrom: Infinity, tag: undefined }
  return new Field(type, { ...everywhere, compactable: true, ignorable: false, fallback })
}
