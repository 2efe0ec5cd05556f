/**
 * ApiVersions 0–4: which versions of which APIs are served, and the features of the cluster.
 *
 * A name or version of the client's software that is none is refused (v3, KIP-511). Not told: features that are on in
 * the cluster's metadata, as a cluster of Kafka has them, but not served here: whoever finds `transaction.version` 2
 * goes by it. Version 4 may tell of features that begin at level 0.
 */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { API_VERSIONS } from '../../protocol/messages/18-api-versions.ts'
import { METADATA_VERSION } from '../../metadata/cluster-image.ts'
import {
  METADATA_VERSION_NEWEST,
  METADATA_VERSION_OLDEST,
} from '../../metadata/metadata-version.ts'
import type { Api } from '../../protocol/messages/api.ts'
import type { Handler } from '../handler.ts'

/** @param served asked for once all are known */
export function apiVersionsHandler(
  served: () => readonly Api[],
  versionsOf: (api: Api) => { readonly oldest: number; readonly newest: number },
): Handler<typeof API_VERSIONS> {
  return (request, context, broker) => {
    const { clientSoftwareName: name, clientSoftwareVersion: version } = request
    const isValid = context.apiVersion < 3 || (SOFTWARE.test(name) && SOFTWARE.test(version))
    const { image, nextOffset } = broker.controller
    return {
      errorCode: isValid ? ERROR_CODES.NONE : ERROR_CODES.INVALID_REQUEST,
      apiKeys: served().map(api => {
        const { oldest, newest: maxVersion } = versionsOf(api)
        return { apiKey: api.key, minVersion: OFFERED_FROM.get(api.key) ?? oldest, maxVersion }
      }),
      throttleTimeMs: 0,
      supportedFeatures: [
        {
          name: METADATA_VERSION,
          minVersion: METADATA_VERSION_OLDEST,
          maxVersion: METADATA_VERSION_NEWEST,
        },
      ],
      finalizedFeaturesEpoch: nextOffset - 1n,
      finalizedFeatures: [finalized(METADATA_VERSION, image.metadataVersion ?? 0)],
      zkMigrationReady: false,
    }
  }
}

/** As Kafka lets them be: words of letters, digits, dots and dashes. */
const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

/** Offered though they are not served, as old clients look for them to tell a broker's age (KIP-896). */
const OFFERED_FROM: ReadonlyMap<number, number> = new Map([[0, 0]])

function finalized(name: string, level: number) {
  return { name, maxVersionLevel: level, minVersionLevel: level }
}
