/**
 * Control records: what brokers and controllers write into a log beside the data.
 *
 *     key   = version int16, type int16
 *     value = types 0 and 1: version int16, coordinator epoch int32
 *             types 2 to 6: a flexible message, read in version 0 whatever its version field says
 *
 * A key or marker of a later version reads as version 0, one of a negative version is refused;
 * bytes after the message are overlooked. Messages are rendered in the version that their version
 * field states.
 *
 * Source: org.apache.kafka.common.record.internal.ControlRecordType, EndTransactionMarker,
 * ControlRecordUtils; LeaderChangeMessage.json … VotersRecord.json;
 * DumpLogSegments#printControlRecord
 */
import { assertNever, CorruptDataError } from '../base/errors.ts'
import { ByteReader } from '../binary/reader.ts'
import { ByteWriter } from '../binary/writer.ts'
import { RefusedRecordError } from './dumped-record.ts'
import { array, int16, int32, int64, string, struct, uint16, uuid } from './field.ts'
import { jsonText } from './json.ts'
import { javaMessage } from './malformed-message.ts'
import {
  encodeMessage,
  type Message,
  message,
  messageJson,
  type ValueOf,
  versions,
} from './message.ts'

const V0 = versions(0, { flexible: 0 })

export const controlRecordKey = message(versions(0), { type: int16 })

export const endTxnMarker = message(versions(0), { coordinatorEpoch: int32 })

const voter = struct({ voterId: int32, voterDirectoryId: uuid.since(1) })

export const leaderChangeMessage = message(versions(1, { flexible: 0 }), {
  version: int16,
  leaderId: int32,
  voters: array(voter),
  grantingVoters: array(voter),
})

export const snapshotHeaderRecord = message(V0, {
  version: int16,
  lastContainedLogTimestamp: int64,
})

export const snapshotFooterRecord = message(V0, { version: int16 })

export const kRaftVersionRecord = message(V0, { version: int16, kRaftVersion: int16 })

export const votersRecord = message(V0, {
  version: int16,
  voters: array(
    struct({
      voterId: int32,
      voterDirectoryId: uuid,
      endpoints: array(struct({ name: string, host: string, port: uint16 })),
      kRaftVersionFeature: struct({ minSupportedVersion: int16, maxSupportedVersion: int16 }),
    }),
  ),
})

export type ControlRecord =
  | { readonly type: 'ABORT' | 'COMMIT'; readonly coordinatorEpoch: number }
  | { readonly type: 'LEADER_CHANGE'; readonly value: ValueOf<typeof leaderChangeMessage> }
  | { readonly type: 'SNAPSHOT_HEADER'; readonly value: ValueOf<typeof snapshotHeaderRecord> }
  | { readonly type: 'SNAPSHOT_FOOTER'; readonly value: ValueOf<typeof snapshotFooterRecord> }
  | { readonly type: 'KRAFT_VERSION'; readonly value: ValueOf<typeof kRaftVersionRecord> }
  | { readonly type: 'KRAFT_VOTERS'; readonly value: ValueOf<typeof votersRecord> }
  | { readonly type: 'UNKNOWN'; readonly typeId: number }

/** @throws RefusedRecordError */
export function decodeControlRecord(key: Buffer | null, value: Buffer | null): ControlRecord {
  const typeId = controlTypeOf(key)
  switch (typeId) {
    case 0:
      return { type: 'ABORT', coordinatorEpoch: coordinatorEpochOf(value) }
    case 1:
      return { type: 'COMMIT', coordinatorEpoch: coordinatorEpochOf(value) }
    case 2:
      return { type: 'LEADER_CHANGE', value: decodeValue(leaderChangeMessage, value) }
    case 3:
      return { type: 'SNAPSHOT_HEADER', value: decodeValue(snapshotHeaderRecord, value) }
    case 4:
      return { type: 'SNAPSHOT_FOOTER', value: decodeValue(snapshotFooterRecord, value) }
    case 5:
      return { type: 'KRAFT_VERSION', value: decodeValue(kRaftVersionRecord, value) }
    case 6:
      return { type: 'KRAFT_VOTERS', value: decodeValue(votersRecord, value) }
    default:
      return { type: 'UNKNOWN', typeId }
  }
}

const TYPE_IDS = {
  ABORT: 0,
  COMMIT: 1,
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const

export interface ControlRecordBytes {
  readonly key: Buffer
  readonly value: Buffer
}

export const leaderChangeRecord = encoderOf('LEADER_CHANGE', leaderChangeMessage)
export const snapshotHeader = encoderOf('SNAPSHOT_HEADER', snapshotHeaderRecord)
export const snapshotFooter = encoderOf('SNAPSHOT_FOOTER', snapshotFooterRecord)

function encoderOf<T extends { readonly version: number }>(
  type: keyof typeof TYPE_IDS,
  schema: Message<T>,
): (value: T) => ControlRecordBytes {
  return value => ({ key: controlKey(type), value: encodeMessage(schema, value, value.version) })
}

function controlKey(type: keyof typeof TYPE_IDS): Buffer {
  const writer = new ByteWriter(KEY_SIZE)
  writer.int16(0)
  controlRecordKey.codec(0).encode(writer, { type: TYPE_IDS[type] })
  return writer.written()
}

const KEY_SIZE = 4

function controlTypeOf(key: Buffer | null): number {
  const size = key?.length ?? 0
  if (key === null || size < KEY_SIZE) {
    throw new RefusedRecordError(
      {
        position: 0,
        reason: 'control record key is too short',
        found: `${size} bytes`,
        expected: `${KEY_SIZE}`,
      },
      'Invalid value size found for control record key. ' +
        `Must have at least ${KEY_SIZE} bytes, but found only ${size}`,
    )
  }
  const reader = new ByteReader(key)
  refuseNegative(reader.int16(), 'control record')
  return controlRecordKey.codec(0).decode(reader).type
}

function coordinatorEpochOf(value: Buffer | null): number {
  return reading(value, reader => {
    refuseNegative(reader.int16(), 'end transaction marker')
    return endTxnMarker.codec(0).decode(reader).coordinatorEpoch
  })
}

function decodeValue<T>(schema: Message<T>, value: Buffer | null): T {
  return reading(value, reader => schema.codec(0).decode(reader))
}

function reading<T>(value: Buffer | null, read: (reader: ByteReader) => T): T {
  const bytes = value ?? Buffer.alloc(0)
  try {
    return read(new ByteReader(bytes))
  } catch (error) {
    if (!(error instanceof CorruptDataError) || error instanceof RefusedRecordError) throw error
    throw new RefusedRecordError(error.damage, javaMessage(error, bytes))
  }
}

function refuseNegative(version: number, what: string): void {
  if (version >= 0) return
  throw new RefusedRecordError(
    { position: 0, reason: `version of ${what}`, found: String(version), expected: '0 or more' },
    `Invalid version found for ${what}: ${version}. May indicate data corruption`,
  )
}

/**
 * What `kafka-dump-log` prints behind the metadata of a control record, from its leading blank on.
 */
export function controlRecordText(record: ControlRecord): string {
  switch (record.type) {
    case 'ABORT':
    case 'COMMIT':
      return ` endTxnMarker: ${record.type} coordinatorEpoch: ${record.coordinatorEpoch}`
    case 'LEADER_CHANGE':
      return ` LeaderChange: ${textOf(leaderChangeMessage, record.value)}`
    case 'SNAPSHOT_HEADER':
      return ` SnapshotHeader ${textOf(snapshotHeaderRecord, record.value)}`
    case 'SNAPSHOT_FOOTER':
      return ` SnapshotFooter ${textOf(snapshotFooterRecord, record.value)}`
    case 'KRAFT_VERSION':
      return ` KRaftVersion ${textOf(kRaftVersionRecord, record.value)}`
    case 'KRAFT_VOTERS':
      return ` KRaftVoters ${textOf(votersRecord, record.value)}`
    case 'UNKNOWN':
      return ` controlType: UNKNOWN(${record.typeId})`
    default:
      return assertNever(record)
  }
}

function textOf<T extends { readonly version: number }>(schema: Message<T>, value: T): string {
  return jsonText(messageJson(schema, value, value.version))
}

export interface DumpedControlRecord {
  readonly text: string
  /**
   * What is wrong, in our own words. Apache Kafka's tool ends at this record with a stack trace; the text names its
   * exception's message.
   */
  readonly refusal?: string
}

export function dumpControlRecord(key: Buffer | null, value: Buffer | null): DumpedControlRecord {
  try {
    return { text: controlRecordText(decodeControlRecord(key, value)) }
  } catch (error) {
    if (!(error instanceof RefusedRecordError)) throw error
    const text = ` unreadable control record: ${error.javaMessage}`
    return { text, refusal: error.message }
  }
}
