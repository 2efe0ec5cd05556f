/**
 * Source: CreatePartitionsRequest.json, CreatePartitionsResponse.json (clients, Kafka 4.3)
 */
import { array, bool, int16, int32, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const CREATE_PARTITIONS = {
  key: 37,
  name: 'CreatePartitions',
  request: message(versions(3, { flexible: 2 }), {
    topics: array(
      struct({
        name: string,
        count: int32,
        assignments: array(struct({ brokerIds: array(int32) })).nullable(),
      }),
    ),
    timeoutMs: int32,
    validateOnly: bool,
  }),
  response: message(versions(3, { flexible: 2 }), {
    throttleTimeMs: int32,
    results: array(
      struct({ name: string, errorCode: int16, errorMessage: string.nullable().or(null) }),
    ),
  }),
} satisfies Api
