/**
 * Source: SyncGroupRequest.json, SyncGroupResponse.json (clients, Kafka 4.3)
 */
import { array, bytes, int16, int32, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const SYNC_GROUP = {
  key: 14,
  name: 'SyncGroup',
  request: message(versions(5, { flexible: 4 }), {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.since(3).nullable().or(null),
    protocolType: string.since(5).nullable().or(null).ignorable(),
    protocolName: string.since(5).nullable().or(null).ignorable(),
    assignments: array(struct({ memberId: string, assignment: bytes })),
  }),
  response: message(versions(5, { flexible: 4 }), {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16,
    protocolType: string.since(5).nullable().or(null).ignorable(),
    protocolName: string.since(5).nullable().or(null).ignorable(),
    assignment: bytes,
  }),
} satisfies Api
