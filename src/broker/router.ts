/**
 * From the bytes of a request to those of its answer. What no client would send ends its connection, as there is
 * nothing that it would understand: an unknown API, a version that is not offered, a malformed message. Of ApiVersions
 * alone any version is answered, in the oldest form, so that a newer client learns which to use (KIP-511).
 *
 * Source: org.apache.kafka.common.requests.RequestContext, kafka.server.KafkaApis
 */
import { ByteReader } from '../binary/reader.ts'
import { type BytesElsewhere, ByteWriter } from '../binary/writer.ts'
import { ERROR_CODES } from '../protocol/error-codes.ts'
import type { Api } from '../protocol/messages/api.ts'
import { API_VERSIONS } from '../protocol/messages/18-api-versions.ts'
import {
  requestHeader,
  requestHeaderVersion,
  responseHeader,
  responseHeaderVersion,
} from '../protocol/request-header.ts'
import type { Broker } from './broker.ts'
import type { Handler } from './handler.ts'
import { apiOf, handlerOf, servedVersions } from './handlers.ts'
import { RefusedRequestError } from './refused-request.ts'

export type ResponseParts = readonly (Buffer | BytesElsewhere)[]

export interface RequestSource {
  readonly clientHost: string
}

/** @throws RefusedRequestError, CorruptDataError the connection has to end */
export async function answer(
  frame: Buffer,
  { clientHost }: RequestSource,
  broker: Broker,
): Promise<ResponseParts | undefined> {
  const { api, version, isSupported, correlationId, clientId, reader } = readHeader(frame)
  if (!isSupported) return encode(api, 0, correlationId, unsupported())
  const request = api.request.codec(version).decode(reader)
  const handle = handlerOf(api) as Handler<Api>
  const context = { apiVersion: version, clientId: clientId ?? '', clientHost }
  const response = await handle(request, context, broker)
  return response === undefined ? undefined : encode(api, version, correlationId, response)
}

/** ApiKey and version come first in every header that there ever was. */
const KEY_AND_VERSION_BYTES = 4

function readHeader(frame: Buffer) {
  if (frame.length < KEY_AND_VERSION_BYTES) {
    throw new RefusedRequestError(`a request of ${frame.length} bytes, which is none`)
  }
  const [key, version] = [frame.readInt16BE(0), frame.readInt16BE(2)]
  const api = apiOf(key)
  if (api === undefined) throw new RefusedRequestError(`api key ${key}, which is not served`)
  const { oldest, newest } = servedVersions(api)
  const isSupported = version >= oldest && version <= newest
  if (!isSupported && api.key !== API_VERSIONS.key) {
    const found = `${api.name} in version ${version}`
    throw new RefusedRequestError(`${found}; served are ${oldest} to ${newest}`)
  }
  const reader = new ByteReader(frame)
  const headerVersion = requestHeaderVersion(api, version)
  const { correlationId, clientId } = requestHeader.codec(headerVersion).decode(reader)
  return { api, version, isSupported, correlationId, clientId, reader }
}

function unsupported() {
  const { key: apiKey, request } = API_VERSIONS
  const own = { apiKey, minVersion: request.oldest, maxVersion: request.newest }
  const errorCode = ERROR_CODES.UNSUPPORTED_VERSION
  return { ...API_VERSIONS.response.defaults, errorCode, apiKeys: [own] }
}

const RESPONSE_SIZE_HINT = 512

function encode(api: Api, version: number, correlationId: number, response: unknown) {
  const writer = new ByteWriter(RESPONSE_SIZE_HINT)
  const headerVersion = responseHeaderVersion(api, version)
  responseHeader.codec(headerVersion).encode(writer, { correlationId })
  api.response.codec(version).encode(writer, response)
  return writer.parts()
}
