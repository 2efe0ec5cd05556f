/**
 * Source: ElectLeadersRequest.json, ElectLeadersResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, int8, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const ELECT_LEADERS = {
  key: 43,
  name: 'ElectLeaders',
  request: message(versions(2, { flexible: 2 }), {
    electionType: int8.since(1),
    topicPartitions: array(struct({ topic: string, partitions: array(int32) })).nullable(),
    timeoutMs: int32.or(60000),
  }),
  response: message(versions(2, { flexible: 2 }), {
    throttleTimeMs: int32,
    errorCode: int16.since(1),
    replicaElectionResults: array(
      struct({
        topic: string,
        partitionResult: array(
          struct({ partitionId: int32, errorCode: int16, errorMessage: string.nullable() }),
        ),
      }),
    ),
  }),
} satisfies Api
