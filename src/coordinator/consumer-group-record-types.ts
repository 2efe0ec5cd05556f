/**
 * Records of `__consumer_offsets` that consumer groups write (KIP-848): types 3 to 8, and 16.
 *
 * Source: ConsumerGroupMetadataKey.json … ConsumerGroupRegularExpressionValue.json
 * (group-coordinator, Kafka 4.3)
 */
import { array, bytes, int32, int64, int8, string, struct, uuid } from '../protocol/field.ts'
import { message, versions } from '../protocol/message.ts'
import type { CoordinatorRecordTypes } from './coordinator-record.ts'
import { groupKey, memberKey } from './group-keys.ts'

const V0 = versions(0, { flexible: 0 })

const topicPartitions = struct({ topicId: uuid, partitions: array(int32) })

const topicPartitionEpochs = struct({
  topicId: uuid,
  partitions: array(int32),
  assignmentEpochs: array(int32).nullable().tagged(0),
})

export const CONSUMER_GROUP_RECORDS = {
  ConsumerGroupMetadata: {
    id: 3,
    key: groupKey,
    value: message(V0, { epoch: int32, metadataHash: int64.tagged(0) }),
  },
  ConsumerGroupPartitionMetadata: {
    id: 4,
    key: groupKey,
    value: message(V0, {
      topics: array(
        struct({
          topicId: uuid,
          topicName: string,
          numPartitions: int32,
          partitionMetadata: array(struct({ partition: int32, racks: array(string) })),
        }),
      ),
    }),
  },
  ConsumerGroupMemberMetadata: {
    id: 5,
    key: memberKey,
    value: message(V0, {
      instanceId: string.nullable(),
      rackId: string.nullable(),
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      subscribedTopicRegex: string.nullable(),
      rebalanceTimeoutMs: int32.or(-1),
      serverAssignor: string.nullable(),
      classicMemberMetadata: struct({
        sessionTimeoutMs: int32,
        supportedProtocols: array(struct({ name: string, metadata: bytes })),
      })
        .nullable()
        .tagged(0),
    }),
  },
  ConsumerGroupTargetAssignmentMetadata: {
    id: 6,
    key: groupKey,
    value: message(V0, {
      assignmentEpoch: int32,
      assignmentTimestamp: int64.tagged(0).ignorable(),
    }),
  },
  ConsumerGroupTargetAssignmentMember: {
    id: 7,
    key: memberKey,
    value: message(V0, { topicPartitions: array(topicPartitions) }),
  },
  ConsumerGroupCurrentMemberAssignment: {
    id: 8,
    key: memberKey,
    value: message(V0, {
      memberEpoch: int32,
      previousMemberEpoch: int32,
      state: int8,
      assignedPartitions: array(topicPartitionEpochs),
      partitionsPendingRevocation: array(topicPartitionEpochs),
    }),
  },
  ConsumerGroupRegularExpression: {
    id: 16,
    key: message(versions(0), { groupId: string, regularExpression: string }),
    value: message(V0, { topics: array(string), version: int64, timestamp: int64 }),
  },
} as const satisfies CoordinatorRecordTypes
