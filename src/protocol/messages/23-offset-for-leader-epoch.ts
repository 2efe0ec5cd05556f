/**
 * Source: OffsetForLeaderEpochRequest.json, OffsetForLeaderEpochResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, int64, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const OFFSET_FOR_LEADER_EPOCH = {
  key: 23,
  name: 'OffsetForLeaderEpoch',
  request: message(versions(4, { oldest: 2, flexible: 4 }), {
    replicaId: int32.since(3).or(-2).ignorable(),
    topics: array(
      struct({
        topic: string,
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: int32.or(-1).ignorable(),
            leaderEpoch: int32,
          }),
        ),
      }),
    ),
  }),
  response: message(versions(4, { oldest: 2, flexible: 4 }), {
    throttleTimeMs: int32.ignorable(),
    topics: array(
      struct({
        topic: string,
        partitions: array(
          struct({
            errorCode: int16,
            partition: int32,
            leaderEpoch: int32.or(-1).ignorable(),
            endOffset: int64.or(-1n),
          }),
        ),
      }),
    ),
  }),
} satisfies Api
