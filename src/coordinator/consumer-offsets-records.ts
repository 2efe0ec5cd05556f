/**
 * `__consumer_offsets`: what groups of every kind are, and how far they have read. A compacted
 * topic: the newest record of a key holds.
 *
 * Source: org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde,
 * GroupCoordinatorRecordHelpers; DumpLogSegments.OffsetsMessageParser
 */
import { CorruptDataError } from '../base/errors.ts'
import {
  type Assignment,
  assignmentJson,
  CONSUMER_PROTOCOL_TYPE,
  decodeAssignment,
  decodeSubscription,
  type Subscription,
  subscriptionJson,
} from '../protocol/consumer-protocol.ts'
import type { DumpedRecord, StoredRecord } from '../protocol/dumped-record.ts'
import type { Json } from '../protocol/json.ts'
import type { ValueOf } from '../protocol/message.ts'
import { CLASSIC_GROUP_RECORDS } from './classic-group-record-types.ts'
import { CONSUMER_GROUP_RECORDS } from './consumer-group-record-types.ts'
import {
  type CoordinatorRecord,
  coordinatorSerde,
  type UnknownCoordinatorRecord,
} from './coordinator-record.ts'
import { dumpCoordinatorRecord } from './dump-coordinator-record.ts'
import { SHARE_GROUP_RECORDS } from './share-group-record-types.ts'
import { STREAMS_GROUP_RECORDS } from './streams-group-record-types.ts'

export const CONSUMER_OFFSETS_RECORDS = {
  ...CLASSIC_GROUP_RECORDS,
  ...CONSUMER_GROUP_RECORDS,
  ...SHARE_GROUP_RECORDS,
  ...STREAMS_GROUP_RECORDS,
} as const

export type GroupRecord = CoordinatorRecord<typeof CONSUMER_OFFSETS_RECORDS>

export type OffsetCommitValue = ValueOf<typeof CLASSIC_GROUP_RECORDS.OffsetCommit.value>
export type GroupMetadataValue = ValueOf<typeof CLASSIC_GROUP_RECORDS.GroupMetadata.value>

export const consumerOffsetsSerde = coordinatorSerde(CONSUMER_OFFSETS_RECORDS)

/** @throws RefusedRecordError */
export function decodeGroupRecord(
  key: Buffer,
  value: Buffer | null,
): GroupRecord | UnknownCoordinatorRecord {
  return consumerOffsetsSerde.decode(key, value)
}

/** A member of a classic group, with what its bytes say where the group is one of consumers. */
export type ClassicMember = GroupMetadataValue['members'][number] & {
  readonly decodedSubscription: Subscription | null
  readonly decodedAssignment: Assignment | null
}

/**
 * Bytes that are not what consumers write, or empty as before the first rebalance, decode to null.
 */
export function classicMembers({ protocolType, members }: GroupMetadataValue): ClassicMember[] {
  const ofConsumers = protocolType === CONSUMER_PROTOCOL_TYPE
  return members.map(member => ({
    ...member,
    decodedSubscription: ofConsumers ? decoded(member.subscription, decodeSubscription) : null,
    decodedAssignment: ofConsumers ? decoded(member.assignment, decodeAssignment) : null,
  }))
}

function decoded<T>(bytes: Buffer, decode: (bytes: Buffer) => T): T | null {
  try {
    return decode(bytes)
  } catch (error) {
    if (error instanceof CorruptDataError) return null
    throw error
  }
}

/** As `--offsets-decoder` prints it. */
export function dumpGroupRecord(record: StoredRecord): DumpedRecord {
  return dumpCoordinatorRecord(consumerOffsetsSerde, record, (type, json) =>
    type === 'GroupMetadata' ? withDecodedMembers(json) : json,
  )
}

/**
 * In a group of consumers, the members' subscription and assignment are shown in place of their
 * bytes.
 */
function withDecodedMembers(group: Json): Json {
  if (!isObject(group) || group['protocolType'] !== CONSUMER_PROTOCOL_TYPE) return group
  const members = (group['members'] as readonly Json[]).map(member =>
    isObject(member) ? { ...member, ...decodedParts(member) } : member,
  )
  return { ...group, members }
}

function decodedParts(member: JsonObject): JsonObject {
  const subscription = subscriptionJson(member['subscription'] as Buffer)
  const assignment = assignmentJson(member['assignment'] as Buffer)
  return {
    ...(subscription === undefined ? {} : { subscription }),
    ...(assignment === undefined ? {} : { assignment }),
  }
}

type JsonObject = Readonly<Record<string, Json>>

function isObject(json: Json): json is JsonObject {
  return typeof json === 'object' && json !== null && !Buffer.isBuffer(json) && !Array.isArray(json)
}
