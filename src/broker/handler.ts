/** How a request of one API is answered: `handlers/NN-name.ts`, by the same numbers as `protocol/messages`. */
import type { ValueOf } from '../protocol/message.ts'
import type { Api } from '../protocol/messages/api.ts'
import type { Broker } from './broker.ts'

export interface RequestContext {
  readonly apiVersion: number
  /** Empty where the client gives none. */
  readonly clientId: string
  /** Of the client, as `127.0.0.1`. */
  readonly clientHost: string
}

/** Undefined for no answer at all. What it throws ends the connection. */
export type Handler<A extends Api> = (
  request: ValueOf<A['request']>,
  context: RequestContext,
  broker: Broker,
) => Answer<A> | Promise<Answer<A>>

type Answer<A extends Api> = ValueOf<A['response']> | undefined
