/** Every request and every answer, by the name of Apache Kafka's class for it. */
import type { Message } from '../../src/protocol/message.ts'
import { APIS } from '../../src/protocol/messages/apis.ts'

export const API_MESSAGES: Readonly<Record<string, Message<unknown>>> = Object.fromEntries(
  APIS.flatMap<readonly [string, Message<unknown>]>(({ name, request, response }) => [
    [`${name}RequestData`, request],
    [`${name}ResponseData`, response],
  ]),
)
