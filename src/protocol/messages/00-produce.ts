/**
 * Source: ProduceRequest.json, ProduceResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, int64, records, string, struct, uuid } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const PRODUCE = {
  key: 0,
  name: 'Produce',
  request: message(versions(13, { oldest: 3, flexible: 9 }), {
    transactionalId: string.nullable().or(null),
    acks: int16,
    timeoutMs: int32,
    topicData: array(
      struct({
        name: string.until(12).ignorable(),
        topicId: uuid.since(13).ignorable(),
        partitionData: array(struct({ index: int32, records: records.nullable() })),
      }),
    ),
  }),
  response: message(versions(13, { oldest: 3, flexible: 9 }), {
    responses: array(
      struct({
        name: string.until(12).ignorable(),
        topicId: uuid.since(13).ignorable(),
        partitionResponses: array(
          struct({
            index: int32,
            errorCode: int16,
            baseOffset: int64,
            logAppendTimeMs: int64.or(-1n).ignorable(),
            logStartOffset: int64.since(5).or(-1n).ignorable(),
            recordErrors: array(
              struct({ batchIndex: int32, batchIndexErrorMessage: string.nullable().or(null) }),
            )
              .since(8)
              .ignorable(),
            errorMessage: string.since(8).nullable().or(null).ignorable(),
            currentLeader: struct({ leaderId: int32.or(-1), leaderEpoch: int32.or(-1) })
              .since(10)
              .tagged(0),
          }),
        ),
      }),
    ),
    throttleTimeMs: int32.ignorable(),
    nodeEndpoints: array(
      struct({ nodeId: int32, host: string, port: int32, rack: string.nullable().or(null) }),
    )
      .since(10)
      .tagged(0),
  }),
} satisfies Api
