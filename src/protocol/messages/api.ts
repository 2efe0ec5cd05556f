/** A request of Kafka's protocol, and the answer to it. */
import type { Message } from '../message.ts'

export interface Api {
  /** By which a request says what it is. */
  readonly key: number
  /** As Kafka spells it. */
  readonly name: string
  readonly request: Message<unknown>
  readonly response: Message<unknown>
}
