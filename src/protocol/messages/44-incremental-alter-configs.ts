/**
 * Source: IncrementalAlterConfigsRequest.json, IncrementalAlterConfigsResponse.json (clients, Kafka 4.3)
 */
import { array, bool, int16, int32, int8, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const INCREMENTAL_ALTER_CONFIGS = {
  key: 44,
  name: 'IncrementalAlterConfigs',
  request: message(versions(1, { flexible: 1 }), {
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configs: array(struct({ name: string, configOperation: int8, value: string.nullable() })),
      }),
    ),
    validateOnly: bool,
  }),
  response: message(versions(1, { flexible: 1 }), {
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
