/**
 * Source: ListConfigResourcesRequest.json, ListConfigResourcesResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, int8, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const LIST_CONFIG_RESOURCES = {
  key: 74,
  name: 'ListConfigResources',
  request: message(versions(1, { flexible: 0 }), { resourceTypes: array(int8).since(1) }),
  response: message(versions(1, { flexible: 0 }), {
    throttleTimeMs: int32,
    errorCode: int16,
    configResources: array(
      struct({ resourceName: string, resourceType: int8.since(1).or(16).ignorable() }),
    ),
  }),
} satisfies Api
