/**
 * Source: DescribeProducersRequest.json, DescribeProducersResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, int64, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const DESCRIBE_PRODUCERS = {
  key: 61,
  name: 'DescribeProducers',
  request: message(versions(0, { flexible: 0 }), {
    topics: array(struct({ name: string, partitionIndexes: array(int32) })),
  }),
  response: message(versions(0, { flexible: 0 }), {
    throttleTimeMs: int32,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            errorMessage: string.nullable().or(null),
            activeProducers: array(
              struct({
                producerId: int64,
                producerEpoch: int32,
                lastSequence: int32.or(-1),
                lastTimestamp: int64.or(-1n),
                coordinatorEpoch: int32,
                currentTxnStartOffset: int64.or(-1n),
              }),
            ),
          }),
        ),
      }),
    ),
  }),
} satisfies Api
