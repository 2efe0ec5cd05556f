/**
 * Source: ListPartitionReassignmentsRequest.json, ListPartitionReassignmentsResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const LIST_PARTITION_REASSIGNMENTS = {
  key: 46,
  name: 'ListPartitionReassignments',
  request: message(versions(0, { flexible: 0 }), {
    timeoutMs: int32.or(60000),
    topics: array(struct({ name: string, partitionIndexes: array(int32) }))
      .nullable()
      .or(null),
  }),
  response: message(versions(0, { flexible: 0 }), {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable(),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            replicas: array(int32),
            addingReplicas: array(int32),
            removingReplicas: array(int32),
          }),
        ),
      }),
    ),
  }),
} satisfies Api
