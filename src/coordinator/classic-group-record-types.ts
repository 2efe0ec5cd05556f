/**
 * Records of `__consumer_offsets` that every kind of group writes (commits), or the classic protocol
 * (the group itself): types 0 to 2. Type 0 is an older form of type 1.
 *
 * Source: OffsetCommitKey.json … GroupMetadataValue.json (group-coordinator, Kafka 4.3)
 */
import { array, bytes, int32, int64, string, struct, uuid } from '../protocol/field.ts'
import { message, versions } from '../protocol/message.ts'
import type { CoordinatorRecordTypes } from './coordinator-record.ts'

const memberMetadata = struct({
  memberId: string,
  groupInstanceId: string.since(3).nullable().or(null).ignorable(),
  clientId: string,
  clientHost: string,
  rebalanceTimeout: int32.since(1).or(-1).ignorable(),
  sessionTimeout: int32,
  subscription: bytes,
  assignment: bytes,
})

const offsetCommitKey = message(versions(0), { group: string, topic: string, partition: int32 })

export const CLASSIC_GROUP_RECORDS = {
  LegacyOffsetCommit: {
    id: 0,
    key: offsetCommitKey,
    value: message(versions(0), { offset: int64, metadata: string, commitTimestamp: int64 }),
  },
  OffsetCommit: {
    id: 1,
    key: offsetCommitKey,
    value: message(versions(4, { flexible: 4 }), {
      offset: int64,
      leaderEpoch: int32.since(3).or(-1).ignorable(),
      metadata: string,
      commitTimestamp: int64,
      expireTimestamp: int64.only(1).or(-1n).ignorable(),
      topicId: uuid.since(4).tagged(0).ignorable(),
    }),
  },
  GroupMetadata: {
    id: 2,
    key: message(versions(0), { group: string }),
    value: message(versions(4, { flexible: 4 }), {
      protocolType: string,
      generation: int32,
      protocol: string.nullable(),
      leader: string.nullable(),
      currentStateTimestamp: int64.since(2).or(-1n).ignorable(),
      members: array(memberMetadata),
    }),
  },
} as const satisfies CoordinatorRecordTypes
