/**
 * Source: AlterConfigsRequest.json, AlterConfigsResponse.json (clients, Kafka 4.3)
 */
import { array, bool, int16, int32, int8, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const ALTER_CONFIGS = {
  key: 33,
  name: 'AlterConfigs',
  request: message(versions(2, { flexible: 2 }), {
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configs: array(struct({ name: string, value: string.nullable() })),
      }),
    ),
    validateOnly: bool,
  }),
  response: message(versions(2, { flexible: 2 }), {
    throttleTimeMs: int32,
    responses: array(
      struct({
        errorCode: int16,
        errorMessage: string.nullable(),
        resourceType: int8,
        resourceName: string,
      }),
    ),
  }),
} satisfies Api
