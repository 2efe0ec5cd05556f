/**
 * Source: OffsetDeleteRequest.json, OffsetDeleteResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const OFFSET_DELETE = {
  key: 47,
  name: 'OffsetDelete',
  request: message(versions(0), {
    groupId: string,
    topics: array(struct({ name: string, partitions: array(struct({ partitionIndex: int32 })) })),
  }),
  response: message(versions(0), {
    errorCode: int16,
    throttleTimeMs: int32.ignorable(),
    topics: array(
      struct({
        name: string,
        partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
      }),
    ),
  }),
} satisfies Api
