/**
 * The frame around the records of `__cluster_metadata` and `__remote_log_metadata`: they have no
 * key, their value is
 *
 *     frame version (1), type, version: unsigned varints; message in that version, to the end
 *
 * Kafka reads a version above those it knows like the newest of them, and refuses it only where the
 * message holds structures; so does this.
 *
 * Source: org.apache.kafka.server.common.serialization.AbstractApiMessageSerde
 */
import { CorruptDataError } from '../base/errors.ts'
import { ByteReader } from '../binary/reader.ts'
import { ByteWriter } from '../binary/writer.ts'
import { RefusedRecordError } from '../protocol/dumped-record.ts'
import { encodeMessage, type Message, type ValueOf } from '../protocol/message.ts'

export interface FramedRecordType {
  readonly id: number
  readonly message: Message<unknown>
}

export type FramedRecordTypes = Readonly<Record<string, FramedRecordType>>

/** One of the records of a topic: `type` says which, and so what `value` holds. */
export type FramedRecord<Types extends FramedRecordTypes> = {
  readonly [Name in keyof Types]: {
    readonly type: Name
    readonly version: number
    readonly value: ValueOf<Types[Name]['message']>
  }
}[keyof Types]

export interface FramedSerde<Types extends FramedRecordTypes> {
  readonly types: Types
  /** @throws RefusedRecordError */
  decode(value: Buffer | null): FramedRecord<Types>
  encode(record: FramedRecord<Types>): Buffer
}

const FRAME_VERSION = 1
const INT16_MAX = 0x7fff

export function framedSerde<Types extends FramedRecordTypes>(types: Types): FramedSerde<Types> {
  const byId = new Map(Object.entries(types).map(([name, type]) => [type.id, { name, type }]))
  return {
    types,
    decode(bytes) {
      const reader = new ByteReader(bytes ?? Buffer.alloc(0))
      refuseOtherFrame(unsignedInt16(reader, 'frame version'))
      const id = unsignedInt16(reader, 'type')
      const version = unsignedInt16(reader, 'version')
      const known = byId.get(id)
      if (known === undefined) throw unknownType(reader, id)
      const value = decodeWhole(known.type, reader, version)
      return { type: known.name, version, value } as unknown as FramedRecord<Types>
    },
    encode({ type, version, value }) {
      const { id, message } = types[type]!
      const writer = new ByteWriter()
      for (const part of [FRAME_VERSION, id, version]) writer.unsignedVarint(part)
      writer.bytes(encodeMessage(message, value, version))
      return writer.written()
    },
  }
}

/** An unsigned varint that Java holds in an int and casts to a short. */
function unsignedInt16(reader: ByteReader, name: string): number {
  const start = reader.position
  const value = reading(`Error while reading ${name}`, () => reader.unsignedVarint() | 0)
  if (value > INT16_MAX) {
    throw new RefusedRecordError(
      { position: start, reason: name, found: String(value), expected: `at most ${INT16_MAX}` },
      `Value for ${name} was too large.`,
    )
  }
  return (value << 16) >> 16
}

function refuseOtherFrame(frameVersion: number): void {
  if (frameVersion === FRAME_VERSION) return
  const words =
    frameVersion === 0
      ? 'Could not deserialize metadata record with frame version 0. Note that upgrades from the ' +
        'preview release of KRaft in 2.8 to newer versions are not supported.'
      : `Could not deserialize metadata record due to unknown frame version ${frameVersion}` +
        `(only frame version ${FRAME_VERSION} is supported)`
  throw new RefusedRecordError(
    {
      position: 0,
      reason: 'frame version',
      found: String(frameVersion),
      expected: String(FRAME_VERSION),
    },
    words,
  )
}

function unknownType(reader: ByteReader, id: number): RefusedRecordError {
  const exception = 'org.apache.kafka.common.errors.UnsupportedVersionException'
  return new RefusedRecordError(
    {
      position: reader.position,
      reason: 'record type',
      found: String(id),
      expected: 'a known one',
    },
    `${exception}: Unknown metadata id ${id}`,
  )
}

function decodeWhole(type: FramedRecordType, reader: ByteReader, version: number): unknown {
  const value = reading(`Failed to deserialize record with type ${type.id}`, () =>
    type.message.codec(version).decode(reader),
  )
  const left = reader.remaining
  if (left === 0) return value
  throw new RefusedRecordError(
    {
      position: reader.position,
      reason: 'bytes after the message',
      found: `${left} bytes`,
      expected: 'none',
    },
    `Found ${left} byte(s) of garbage after ${type.id}`,
  )
}

function reading<T>(words: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error
    throw new RefusedRecordError(error.damage, words)
  }
}
