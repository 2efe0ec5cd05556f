/**
 * Source: DescribeQuorumRequest.json, DescribeQuorumResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, int64, string, struct, uint16, uuid } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

const replicaState = struct({
  replicaId: int32,
  replicaDirectoryId: uuid.since(2),
  logEndOffset: int64,
  lastFetchTimestamp: int64.since(1).or(-1n).ignorable(),
  lastCaughtUpTimestamp: int64.since(1).or(-1n).ignorable(),
})

export const DESCRIBE_QUORUM = {
  key: 55,
  name: 'DescribeQuorum',
  request: message(versions(2, { flexible: 0 }), {
    topics: array(
      struct({ topicName: string, partitions: array(struct({ partitionIndex: int32 })) }),
    ),
  }),
  response: message(versions(2, { flexible: 0 }), {
    errorCode: int16,
    errorMessage: string.since(2).nullable().ignorable(),
    topics: array(
      struct({
        topicName: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            errorMessage: string.since(2).nullable().ignorable(),
            leaderId: int32,
            leaderEpoch: int32,
            highWatermark: int64,
            currentVoters: array(replicaState),
            observers: array(replicaState),
          }),
        ),
      }),
    ),
    nodes: array(
      struct({
        nodeId: int32,
        listeners: array(struct({ name: string, host: string, port: uint16 })),
      }),
    ).since(2),
  }),
} satisfies Api
