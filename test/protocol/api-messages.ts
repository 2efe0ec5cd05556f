/** Every request, every answer and their headers, by the name of Apache Kafka's class for it. */
import type { Message } from '../../src/protocol/message.ts'
import { requestHeader, responseHeader } from '../../src/protocol/request-header.ts'
import { APIS } from '../../src/protocol/messages/apis.ts'

export const API_MESSAGES: Readonly<Record<string, Message<unknown>>> = {
  RequestHeaderData: requestHeader,
  ResponseHeaderData: responseHeader,
  ...Object.fromEntries(
    APIS.flatMap<readonly [string, Message<unknown>]>(({ name, request, response }) => [
      [`${name}RequestData`, request],
      [`${name}ResponseData`, response],
    ]),
  ),
}
