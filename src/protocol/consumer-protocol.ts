/**
 * What the consumers of a classic group tell each other in the group's metadata: what each
 * subscribes to, and what its leader assigned to it. The group coordinator carries both as opaque
 * bytes.
 *
 *     version int16, message in that version
 *
 * Source: ConsumerProtocolSubscription.json, ConsumerProtocolAssignment.json,
 * org.apache.kafka.clients.consumer.internals.ConsumerProtocol (clients, Kafka 4.3)
 */
import { CorruptDataError } from '../base/errors.ts'
import { ByteReader } from '../binary/reader.ts'
import { array, bytes, int32, string, struct } from './field.ts'
import type { Json } from './json.ts'
import { type Message, message, type ValueOf, versions } from './message.ts'

/** The protocol type of groups whose members are consumers. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer'

const topicPartitions = struct({ topic: string, partitions: array(int32) })

export const consumerProtocolSubscription = message(versions(3), {
  topics: array(string),
  userData: bytes.nullable().or(null),
  ownedPartitions: array(topicPartitions).since(1).ignorable(),
  generationId: int32.since(2).or(-1).ignorable(),
  rackId: string.since(3).nullable().or(null).ignorable(),
})

export const consumerProtocolAssignment = message(versions(3), {
  assignedPartitions: array(topicPartitions),
  userData: bytes.nullable().or(null),
})

export type Subscription = ValueOf<typeof consumerProtocolSubscription>
export type Assignment = ValueOf<typeof consumerProtocolAssignment>

/** A later version reads as the newest known one, as in Kafka's clients. */
export function decodeSubscription(bytes: Buffer): Subscription {
  return decodePrefixed(consumerProtocolSubscription, bytes)
}

export function decodeAssignment(bytes: Buffer): Assignment {
  return decodePrefixed(consumerProtocolAssignment, bytes)
}

function decodePrefixed<T>(schema: Message<T>, bytes: Buffer): T {
  const reader = new ByteReader(bytes)
  const version = reader.int16()
  if (version < schema.oldest) {
    throw reader.corrupt('version', String(version), `${schema.oldest} or later`)
  }
  return schema.codec(Math.min(version, schema.newest)).decode(reader)
}

/** What Kafka's tools show in place of the bytes; undefined where they keep the bytes. */
export function subscriptionJson(bytes: Buffer): Json | undefined {
  return prefixedJson(consumerProtocolSubscription, bytes)
}

export function assignmentJson(bytes: Buffer): Json | undefined {
  return prefixedJson(consumerProtocolAssignment, bytes)
}

function prefixedJson<T>(schema: Message<T>, bytes: Buffer): Json | undefined {
  const reader = new ByteReader(bytes)
  try {
    const codec = schema.codec(reader.int16())
    return codec.json(codec.decode(reader))
  } catch (error) {
    if (error instanceof CorruptDataError) return undefined
    throw error
  }
}
