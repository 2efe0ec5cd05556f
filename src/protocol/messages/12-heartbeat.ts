/**
 * Source: HeartbeatRequest.json, HeartbeatResponse.json (clients, Kafka 4.3)
 */
import { int16, int32, string } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const HEARTBEAT = {
  key: 12,
  name: 'Heartbeat',
  request: message(versions(4, { flexible: 4 }), {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.since(3).nullable().or(null),
  }),
  response: message(versions(4, { flexible: 4 }), {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16,
  }),
} satisfies Api
