/**
 * Source: OffsetCommitRequest.json, OffsetCommitResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, int64, string, struct, uuid } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const OFFSET_COMMIT = {
  key: 8,
  name: 'OffsetCommit',
  request: message(versions(10, { oldest: 2, flexible: 8 }), {
    groupId: string,
    generationIdOrMemberEpoch: int32.or(-1).ignorable(),
    memberId: string.ignorable(),
    groupInstanceId: string.since(7).nullable().or(null),
    retentionTimeMs: int64.until(4).or(-1n).ignorable(),
    topics: array(
      struct({
        name: string.until(9).ignorable(),
        topicId: uuid.since(10).ignorable(),
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: int32.since(6).or(-1).ignorable(),
            committedMetadata: string.nullable(),
          }),
        ),
      }),
    ),
  }),
  response: message(versions(10, { oldest: 2, flexible: 8 }), {
    throttleTimeMs: int32.since(3).ignorable(),
    topics: array(
      struct({
        name: string.until(9).ignorable(),
        topicId: uuid.since(10).ignorable(),
        partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
      }),
    ),
  }),
} satisfies Api
