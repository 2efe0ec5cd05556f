/**
 * Source: OffsetFetchRequest.json, OffsetFetchResponse.json (clients, Kafka 4.3)
 */
import { array, bool, int16, int32, int64, string, struct, uuid } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const OFFSET_FETCH = {
  key: 9,
  name: 'OffsetFetch',
  request: message(versions(10, { oldest: 1, flexible: 6 }), {
    groupId: string.until(7),
    topics: array(struct({ name: string, partitionIndexes: array(int32) }))
      .until(7)
      .nullable(2),
    groups: array(
      struct({
        groupId: string,
        memberId: string.since(9).nullable().or(null).ignorable(),
        memberEpoch: int32.since(9).or(-1).ignorable(),
        topics: array(
          struct({
            name: string.until(9).ignorable(),
            topicId: uuid.since(10).ignorable(),
            partitionIndexes: array(int32),
          }),
        ).nullable(),
      }),
    ).since(8),
    requireStable: bool.since(7),
  }),
  response: message(versions(10, { oldest: 1, flexible: 6 }), {
    throttleTimeMs: int32.since(3).ignorable(),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: int32.since(5).or(-1).ignorable(),
            metadata: string.nullable(),
            errorCode: int16,
          }),
        ),
      }),
    ).until(7),
    errorCode: int16.since(2).until(7).ignorable(),
    groups: array(
      struct({
        groupId: string,
        topics: array(
          struct({
            name: string.until(9).ignorable(),
            topicId: uuid.since(10).ignorable(),
            partitions: array(
              struct({
                partitionIndex: int32,
                committedOffset: int64,
                committedLeaderEpoch: int32.or(-1).ignorable(),
                metadata: string.nullable(),
                errorCode: int16,
              }),
            ),
          }),
        ),
        errorCode: int16,
      }),
    ).since(8),
  }),
} satisfies Api
