/**
 * The records that Kafka's coordinators keep in their own topics: a type by id, a key and a value
 * that are messages.
 *
 *     key   = type int16, message in version 0
 *     value = version int16, message in that version; or null: what the key names is gone
 *
 * Bytes after a message are overlooked, as by Kafka.
 *
 * Source: org.apache.kafka.coordinator.common.runtime.CoordinatorRecordSerde
 */
import { CorruptDataError } from '../base/errors.ts'
import { int16At } from '../binary/big-endian.ts'
import { RefusedRecordError } from '../protocol/dumped-record.ts'
import { javaMessage } from '../protocol/malformed-message.ts'
import {
  decodeMessage,
  encodeMessage,
  hasVersion,
  type Message,
  type ValueOf,
} from '../protocol/message.ts'

export interface CoordinatorRecordType {
  readonly id: number
  readonly key: Message<unknown>
  readonly value: Message<unknown>
}

export type CoordinatorRecordTypes = Readonly<Record<string, CoordinatorRecordType>>

/** One of the records of a topic: `type` says which, and so what `key` and `value` hold. */
export type CoordinatorRecord<Types extends CoordinatorRecordTypes> = {
  readonly [Name in keyof Types]: {
    readonly type: Name
    readonly key: ValueOf<Types[Name]['key']>
    /** Null in a tombstone. */
    readonly value: ValueOf<Types[Name]['value']> | null
    /** Of the value; 0 in a tombstone. */
    readonly version: number
  }
}[keyof Types]

/** A type that a later Kafka knows, or damage. */
export interface UnknownCoordinatorRecord {
  readonly type: 'unknown'
  readonly id: number
}

/** For callers that know the table only as a type parameter; others switch on `type`. */
export function isUnknown(
  record: { readonly type: PropertyKey } | UnknownCoordinatorRecord,
): record is UnknownCoordinatorRecord {
  return 'id' in record
}

export interface CoordinatorSerde<Types extends CoordinatorRecordTypes> {
  readonly types: Types
  /** @throws RefusedRecordError */
  decode(key: Buffer, value: Buffer | null): CoordinatorRecord<Types> | UnknownCoordinatorRecord
  encode(record: CoordinatorRecord<Types>): {
    readonly key: Buffer
    readonly value: Buffer | null
  }
}

export function coordinatorSerde<Types extends CoordinatorRecordTypes>(
  types: Types,
): CoordinatorSerde<Types> {
  const byId = new Map(Object.entries(types).map(([name, type]) => [type.id, { name, type }]))
  return {
    types,
    decode(keyBytes, valueBytes) {
      const id = readPrefix(keyBytes, 'key')
      const known = byId.get(id)
      if (known === undefined) return { type: 'unknown', id }
      const { name, type } = known
      const key = readMessage(type.key, keyBytes, { name: 'key', version: id })
      const value = valueBytes === null ? null : readValue(type, valueBytes)
      const version = valueBytes === null ? 0 : int16At(valueBytes, 0)
      return { type: name, key, value, version } as unknown as CoordinatorRecord<Types>
    },
    encode({ type, key, value, version }) {
      const { id, key: keySchema, value: valueSchema } = types[type]!
      const keyBytes = prefixed(id, encodeMessage(keySchema, key, 0))
      if (value === null) return { key: keyBytes, value: null }
      return { key: keyBytes, value: prefixed(version, encodeMessage(valueSchema, value, version)) }
    },
  }
}

function readValue(type: CoordinatorRecordType, bytes: Buffer): unknown {
  const version = readPrefix(bytes, 'value')
  if (!hasVersion(type.value, version)) {
    const { oldest, newest } = type.value
    throw new RefusedRecordError(
      {
        position: 0,
        reason: `version of a value of type ${type.id}`,
        found: String(version),
        expected: `${oldest} to ${newest}`,
      },
      `Found an unknown record version ${version} for ${type.id} type`,
    )
  }
  return readMessage(type.value, bytes, { name: 'value', version })
}

function readPrefix(bytes: Buffer, name: 'key' | 'value'): number {
  if (bytes.length >= PREFIX_SIZE) return int16At(bytes, 0)
  throw new RefusedRecordError(
    {
      position: 0,
      reason: `${name} is too short`,
      found: `${bytes.length} bytes`,
      expected: `${PREFIX_SIZE} or more`,
    },
    `Could not read version from ${name}'s buffer.`,
  )
}

const PREFIX_SIZE = 2

function readMessage(
  schema: Message<unknown>,
  bytes: Buffer,
  { name, version }: { readonly name: 'key' | 'value'; readonly version: number },
): unknown {
  const body = bytes.subarray(PREFIX_SIZE)
  // A key is version 0 of its message, whatever its type.
  const read = name === 'key' ? 0 : version
  try {
    return decodeMessage(schema, body, { version: read, trailing: 'ignored' })
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error
    const damage = { ...error.damage, position: error.damage.position + PREFIX_SIZE }
    const cause = javaMessage(error, body)
    throw new RefusedRecordError(
      damage,
      `Could not read record with version ${version} from ${name}'s buffer due to: ${cause}.`,
    )
  }
}

function prefixed(prefix: number, message: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX_SIZE + message.length)
  bytes.writeInt16BE(prefix, 0)
  message.copy(bytes, PREFIX_SIZE)
  return bytes
}
