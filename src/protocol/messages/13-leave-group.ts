/**
 * Source: LeaveGroupRequest.json, LeaveGroupResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const LEAVE_GROUP = {
  key: 13,
  name: 'LeaveGroup',
  request: message(versions(5, { flexible: 4 }), {
    groupId: string,
    memberId: string.until(2),
    members: array(
      struct({
        memberId: string,
        groupInstanceId: string.nullable().or(null),
        reason: string.since(5).nullable().or(null).ignorable(),
      }),
    ).since(3),
  }),
  response: message(versions(5, { flexible: 4 }), {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16,
    members: array(
      struct({ memberId: string, groupInstanceId: string.nullable(), errorCode: int16 }),
    ).since(3),
  }),
} satisfies Api
