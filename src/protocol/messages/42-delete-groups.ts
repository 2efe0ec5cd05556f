/**
 * Source: DeleteGroupsRequest.json, DeleteGroupsResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const DELETE_GROUPS = {
  key: 42,
  name: 'DeleteGroups',
  request: message(versions(2, { flexible: 2 }), { groupsNames: array(string) }),
  response: message(versions(2, { flexible: 2 }), {
    throttleTimeMs: int32,
    results: array(struct({ groupId: string, errorCode: int16 })),
  }),
} satisfies Api
