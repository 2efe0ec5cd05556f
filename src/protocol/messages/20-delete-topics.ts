/**
 * Source: DeleteTopicsRequest.json, DeleteTopicsResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, string, struct, uuid } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const DELETE_TOPICS = {
  key: 20,
  name: 'DeleteTopics',
  request: message(versions(6, { oldest: 1, flexible: 4 }), {
    topics: array(struct({ name: string.nullable().or(null), topicId: uuid })).since(6),
    topicNames: array(string).until(5).ignorable(),
    timeoutMs: int32,
  }),
  response: message(versions(6, { oldest: 1, flexible: 4 }), {
    throttleTimeMs: int32.ignorable(),
    responses: array(
      struct({
        name: string.nullable(6),
        topicId: uuid.since(6).ignorable(),
        errorCode: int16,
        errorMessage: string.since(5).nullable().or(null).ignorable(),
      }),
    ),
  }),
} satisfies Api
