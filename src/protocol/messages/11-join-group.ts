/**
 * Source: JoinGroupRequest.json, JoinGroupResponse.json (clients, Kafka 4.3)
 */
import { array, bool, bytes, int16, int32, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const JOIN_GROUP = {
  key: 11,
  name: 'JoinGroup',
  request: message(versions(9, { flexible: 6 }), {
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: int32.since(1).or(-1).ignorable(),
    memberId: string,
    groupInstanceId: string.since(5).nullable().or(null),
    protocolType: string,
    protocols: array(struct({ name: string, metadata: bytes })),
    reason: string.since(8).nullable().or(null).ignorable(),
  }),
  response: message(versions(9, { flexible: 6 }), {
    throttleTimeMs: int32.since(2).ignorable(),
    errorCode: int16,
    generationId: int32.or(-1),
    protocolType: string.since(7).nullable().or(null).ignorable(),
    protocolName: string.nullable(7),
    leader: string,
    skipAssignment: bool.since(9),
    memberId: string,
    members: array(
      struct({
        memberId: string,
        groupInstanceId: string.since(5).nullable().or(null).ignorable(),
        metadata: bytes,
      }),
    ),
  }),
} satisfies Api
