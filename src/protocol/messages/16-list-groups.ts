/**
 * Source: ListGroupsRequest.json, ListGroupsResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const LIST_GROUPS = {
  key: 16,
  name: 'ListGroups',
  request: message(versions(5, { flexible: 3 }), {
    statesFilter: array(string).since(4),
    typesFilter: array(string).since(5),
  }),
  response: message(versions(5, { flexible: 3 }), {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16,
    groups: array(
      struct({
        groupId: string,
        protocolType: string,
        groupState: string.since(4).ignorable(),
        groupType: string.since(5).ignorable(),
      }),
    ),
  }),
} satisfies Api
