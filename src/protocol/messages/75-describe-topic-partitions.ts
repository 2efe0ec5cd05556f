/**
 * Source: DescribeTopicPartitionsRequest.json, DescribeTopicPartitionsResponse.json (clients, Kafka 4.3)
 */
import { array, bool, int16, int32, string, struct, uuid } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const DESCRIBE_TOPIC_PARTITIONS = {
  key: 75,
  name: 'DescribeTopicPartitions',
  request: message(versions(0, { flexible: 0 }), {
    topics: array(struct({ name: string })),
    responsePartitionLimit: int32.or(2000),
    cursor: struct({ topicName: string, partitionIndex: int32 }).nullable().or(null),
  }),
  response: message(versions(0, { flexible: 0 }), {
    throttleTimeMs: int32.ignorable(),
    topics: array(
      struct({
        errorCode: int16,
        name: string.nullable(),
        topicId: uuid.ignorable(),
        isInternal: bool.ignorable(),
        partitions: array(
          struct({
            errorCode: int16,
            partitionIndex: int32,
            leaderId: int32,
            leaderEpoch: int32.or(-1).ignorable(),
            replicaNodes: array(int32),
            isrNodes: array(int32),
            eligibleLeaderReplicas: array(int32).nullable().or(null),
            lastKnownElr: array(int32).nullable().or(null),
            offlineReplicas: array(int32).ignorable(),
          }),
        ),
        topicAuthorizedOperations: int32.or(-2147483648),
      }),
    ),
    nextCursor: struct({ topicName: string, partitionIndex: int32 }).nullable().or(null),
  }),
} satisfies Api
