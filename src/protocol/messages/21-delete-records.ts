/**
 * Source: DeleteRecordsRequest.json, DeleteRecordsResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, int64, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const DELETE_RECORDS = {
  key: 21,
  name: 'DeleteRecords',
  request: message(versions(2, { flexible: 2 }), {
    topics: array(
      struct({ name: string, partitions: array(struct({ partitionIndex: int32, offset: int64 })) }),
    ),
    timeoutMs: int32,
  }),
  response: message(versions(2, { flexible: 2 }), {
    throttleTimeMs: int32,
    topics: array(
      struct({
        name: string,
        partitions: array(struct({ partitionIndex: int32, lowWatermark: int64, errorCode: int16 })),
      }),
    ),
  }),
} satisfies Api
