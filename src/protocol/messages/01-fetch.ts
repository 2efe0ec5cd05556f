/**
 * Source: FetchRequest.json, FetchResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, int64, int8, storedRecords, string, struct, uuid } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const FETCH = {
  key: 1,
  name: 'Fetch',
  request: message(versions(18, { oldest: 4, flexible: 12 }), {
    clusterId: string.since(12).nullable().tagged(0).or(null).ignorable(),
    replicaId: int32.until(14).or(-1),
    replicaState: struct({ replicaId: int32.or(-1), replicaEpoch: int64.or(-1n) })
      .since(15)
      .tagged(1),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32.or(0x7fffffff).ignorable(),
    isolationLevel: int8.ignorable(),
    sessionId: int32.since(7).ignorable(),
    sessionEpoch: int32.since(7).or(-1).ignorable(),
    topics: array(
      struct({
        topic: string.until(12).ignorable(),
        topicId: uuid.since(13).ignorable(),
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: int32.since(9).or(-1).ignorable(),
            fetchOffset: int64,
            lastFetchedEpoch: int32.since(12).or(-1),
            logStartOffset: int64.since(5).or(-1n).ignorable(),
            partitionMaxBytes: int32,
            replicaDirectoryId: uuid.since(17).tagged(0).ignorable(),
            highWatermark: int64.since(18).tagged(1).or(9223372036854775807n).ignorable(),
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(
      struct({
        topic: string.until(12).ignorable(),
        topicId: uuid.since(13).ignorable(),
        partitions: array(int32),
      }),
    ).since(7),
    rackId: string.since(11).ignorable(),
  }),
  response: message(versions(18, { oldest: 4, flexible: 12 }), {
    throttleTimeMs: int32.ignorable(),
    errorCode: int16.since(7).ignorable(),
    sessionId: int32.since(7),
    responses: array(
      struct({
        topic: string.until(12).ignorable(),
        topicId: uuid.since(13).ignorable(),
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            highWatermark: int64,
            lastStableOffset: int64.or(-1n).ignorable(),
            logStartOffset: int64.since(5).or(-1n).ignorable(),
            divergingEpoch: struct({ epoch: int32.or(-1), endOffset: int64.or(-1n) })
              .since(12)
              .tagged(0),
            currentLeader: struct({ leaderId: int32.or(-1), leaderEpoch: int32.or(-1) })
              .since(12)
              .tagged(1),
            snapshotId: struct({ endOffset: int64.or(-1n), epoch: int32.or(-1) })
              .since(12)
              .tagged(2),
            abortedTransactions: array(struct({ producerId: int64, firstOffset: int64 }))
              .nullable()
              .ignorable(),
            preferredReadReplica: int32.since(11).or(-1),
            records: storedRecords.nullable(),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(
      struct({ nodeId: int32, host: string, port: int32, rack: string.nullable().or(null) }),
    )
      .since(16)
      .tagged(0),
  }),
} satisfies Api
