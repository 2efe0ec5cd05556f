/**
 * Source: DescribeGroupsRequest.json, DescribeGroupsResponse.json (clients, Kafka 4.3)
 */
import { array, bool, bytes, int16, int32, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const DESCRIBE_GROUPS = {
  key: 15,
  name: 'DescribeGroups',
  request: message(versions(6, { flexible: 5 }), {
    groups: array(string),
    includeAuthorizedOperations: bool.since(3),
  }),
  response: message(versions(6, { flexible: 5 }), {
    throttleTimeMs: int32.since(1).ignorable(),
    groups: array(
      struct({
        errorCode: int16,
        errorMessage: string.since(6).nullable().or(null),
        groupId: string,
        groupState: string,
        protocolType: string,
        protocolData: string,
        members: array(
          struct({
            memberId: string,
            groupInstanceId: string.since(4).nullable().or(null).ignorable(),
            clientId: string,
            clientHost: string,
            memberMetadata: bytes,
            memberAssignment: bytes,
          }),
        ),
        authorizedOperations: int32.since(3).or(-2147483648),
      }),
    ),
  }),
} satisfies Api
