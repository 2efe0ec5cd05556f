/**
 * Source: AlterPartitionReassignmentsRequest.json, AlterPartitionReassignmentsResponse.json (clients, Kafka 4.3)
 */
import { array, bool, int16, int32, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const ALTER_PARTITION_REASSIGNMENTS = {
  key: 45,
  name: 'AlterPartitionReassignments',
  request: message(versions(1, { flexible: 0 }), {
    timeoutMs: int32.or(60000),
    allowReplicationFactorChange: bool.since(1).or(true),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({ partitionIndex: int32, replicas: array(int32).nullable().or(null) }),
        ),
      }),
    ),
  }),
  response: message(versions(1, { flexible: 0 }), {
    throttleTimeMs: int32,
    allowReplicationFactorChange: bool.since(1).or(true).ignorable(),
    errorCode: int16,
    errorMessage: string.nullable(),
    responses: array(
      struct({
        name: string,
        partitions: array(
          struct({ partitionIndex: int32, errorCode: int16, errorMessage: string.nullable() }),
        ),
      }),
    ),
  }),
} satisfies Api
