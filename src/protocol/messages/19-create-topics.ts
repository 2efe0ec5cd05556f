/**
 * Source: CreateTopicsRequest.json, CreateTopicsResponse.json (clients, Kafka 4.3)
 */
import { array, bool, int16, int32, int8, string, struct, uuid } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const CREATE_TOPICS = {
  key: 19,
  name: 'CreateTopics',
  request: message(versions(7, { oldest: 2, flexible: 5 }), {
    topics: array(
      struct({
        name: string,
        numPartitions: int32,
        replicationFactor: int16,
        assignments: array(struct({ partitionIndex: int32, brokerIds: array(int32) })),
        configs: array(struct({ name: string, value: string.nullable() })),
      }),
    ),
    timeoutMs: int32.or(60000),
    validateOnly: bool,
  }),
  response: message(versions(7, { oldest: 2, flexible: 5 }), {
    throttleTimeMs: int32.ignorable(),
    topics: array(
      struct({
        name: string,
        topicId: uuid.since(7).ignorable(),
        errorCode: int16,
        errorMessage: string.nullable().ignorable(),
        topicConfigErrorCode: int16.since(5).tagged(0).ignorable(),
        numPartitions: int32.since(5).or(-1).ignorable(),
        replicationFactor: int16.since(5).or(-1).ignorable(),
        configs: array(
          struct({
            name: string,
            value: string.nullable(),
            readOnly: bool,
            configSource: int8.or(-1).ignorable(),
            isSensitive: bool,
          }),
        )
          .since(5)
          .nullable()
          .ignorable(),
      }),
    ),
  }),
} satisfies Api
