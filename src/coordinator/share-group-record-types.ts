/**
 * Records of `__consumer_offsets` that share groups write (KIP-932): types 10 to 15.
 *
 * Source: ShareGroupMemberMetadataKey.json … ShareGroupStatePartitionMetadataValue.json
 * (group-coordinator, Kafka 4.3)
 */
import { array, int32, int64, int8, string, struct, uuid } from '../protocol/field.ts'
import { message, versions } from '../protocol/message.ts'
import type { CoordinatorRecordTypes } from './coordinator-record.ts'
import { groupKey, memberKey } from './group-keys.ts'

const V0 = versions(0, { flexible: 0 })

const topicPartitions = struct({ topicId: uuid, partitions: array(int32) })

const topicPartitionsInfo = struct({ topicId: uuid, topicName: string, partitions: array(int32) })

const topicInfo = struct({ topicId: uuid, topicName: string })

export const SHARE_GROUP_RECORDS = {
  ShareGroupMemberMetadata: {
    id: 10,
    key: memberKey,
    value: message(V0, {
      rackId: string.nullable(),
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
    }),
  },
  ShareGroupMetadata: {
    id: 11,
    key: groupKey,
    value: message(V0, { epoch: int32, metadataHash: int64 }),
  },
  ShareGroupTargetAssignmentMetadata: {
    id: 12,
    key: groupKey,
    value: message(V0, {
      assignmentEpoch: int32,
      assignmentTimestamp: int64.tagged(0).ignorable(),
    }),
  },
  ShareGroupTargetAssignmentMember: {
    id: 13,
    key: memberKey,
    value: message(V0, { topicPartitions: array(topicPartitions) }),
  },
  ShareGroupCurrentMemberAssignment: {
    id: 14,
    key: memberKey,
    value: message(V0, {
      memberEpoch: int32,
      previousMemberEpoch: int32,
      state: int8,
      assignedPartitions: array(topicPartitions),
    }),
  },
  ShareGroupStatePartitionMetadata: {
    id: 15,
    key: groupKey,
    value: message(V0, {
      initializingTopics: array(topicPartitionsInfo),
      initializedTopics: array(topicPartitionsInfo),
      deletingTopics: array(topicInfo),
    }),
  },
} as const satisfies CoordinatorRecordTypes
