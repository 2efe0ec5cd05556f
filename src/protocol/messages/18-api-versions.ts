/**
 * Source: ApiVersionsRequest.json, ApiVersionsResponse.json (clients, Kafka 4.3)
 */
import { array, bool, int16, int32, int64, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const API_VERSIONS = {
  key: 18,
  name: 'ApiVersions',
  request: message(versions(4, { flexible: 3 }), {
    clientSoftwareName: string.since(3).ignorable(),
    clientSoftwareVersion: string.since(3).ignorable(),
  }),
  response: message(versions(4, { flexible: 3 }), {
    errorCode: int16,
    apiKeys: array(struct({ apiKey: int16, minVersion: int16, maxVersion: int16 })),
    throttleTimeMs: int32.since(1).ignorable(),
    supportedFeatures: array(struct({ name: string, minVersion: int16, maxVersion: int16 }))
      .since(3)
      .tagged(0)
      .ignorable(),
    finalizedFeaturesEpoch: int64.since(3).tagged(1).or(-1n).ignorable(),
    finalizedFeatures: array(
      struct({ name: string, maxVersionLevel: int16, minVersionLevel: int16 }),
    )
      .since(3)
      .tagged(2)
      .ignorable(),
    zkMigrationReady: bool.since(3).tagged(3).ignorable(),
  }),
} satisfies Api
