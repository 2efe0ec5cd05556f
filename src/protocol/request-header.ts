/**
 * What goes before a request and before its answer.
 *
 * Source: RequestHeader.json, ResponseHeader.json, org.apache.kafka.common.protocol.ApiKeys#requestHeaderVersion
 */
import { int16, int32, string } from './field.ts'
import { isFlexible, message, versions } from './message.ts'
import type { Api } from './messages/api.ts'
import { API_VERSIONS } from './messages/18-api-versions.ts'

export const requestHeader = message(versions(2, { oldest: 1, flexible: 2 }), {
  requestApiKey: int16,
  requestApiVersion: int16,
  correlationId: int32,
  clientId: string.nullable().neverCompact(),
})

export const responseHeader = message(versions(1, { flexible: 1 }), { correlationId: int32 })

/** @param version of the request */
export function requestHeaderVersion({ request }: Api, version: number): 1 | 2 {
  return isFlexible(request.flexible, version) ? 2 : 1
}

/**
 * An answer to ApiVersions begins as the oldest do, in all versions: who asks need not know yet which of them the broker
 * has (KIP-511).
 *
 * @param version of the answer
 */
export function responseHeaderVersion({ key, response }: Api, version: number): 0 | 1 {
  return key !== API_VERSIONS.key && isFlexible(response.flexible, version) ? 1 : 0
}
