/**
 * Source: DescribeConfigsRequest.json, DescribeConfigsResponse.json (clients, Kafka 4.3)
 */
import { array, bool, int16, int32, int8, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const DESCRIBE_CONFIGS = {
  key: 32,
  name: 'DescribeConfigs',
  request: message(versions(4, { oldest: 1, flexible: 4 }), {
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configurationKeys: array(string).nullable(),
      }),
    ),
    includeSynonyms: bool,
    includeDocumentation: bool.since(3),
  }),
  response: message(versions(4, { oldest: 1, flexible: 4 }), {
    throttleTimeMs: int32,
    results: array(
      struct({
        errorCode: int16,
        errorMessage: string.nullable(),
        resourceType: int8,
        resourceName: string,
        configs: array(
          struct({
            name: string,
            value: string.nullable(),
            readOnly: bool,
            configSource: int8.or(-1).ignorable(),
            isSensitive: bool,
            synonyms: array(
              struct({ name: string, value: string.nullable(), source: int8 }),
            ).ignorable(),
            configType: int8.since(3).ignorable(),
            documentation: string.since(3).nullable().ignorable(),
          }),
        ),
      }),
    ),
  }),
} satisfies Api
