/**
 * Source: ListOffsetsRequest.json, ListOffsetsResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, int64, int8, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const LIST_OFFSETS = {
  key: 2,
  name: 'ListOffsets',
  request: message(versions(11, { oldest: 1, flexible: 6 }), {
    replicaId: int32,
    isolationLevel: int8.since(2),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            currentLeaderEpoch: int32.since(4).or(-1).ignorable(),
            timestamp: int64,
          }),
        ),
      }),
    ),
    timeoutMs: int32.since(10).ignorable(),
  }),
  response: message(versions(11, { oldest: 1, flexible: 6 }), {
    throttleTimeMs: int32.since(2).ignorable(),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            timestamp: int64.or(-1n),
            offset: int64.or(-1n),
            leaderEpoch: int32.since(4).or(-1),
          }),
        ),
      }),
    ),
  }),
} satisfies Api
