/**
 * When a broker would forget a committed offset. A topic that the group is subscribed to keeps its offsets, and so does
 * a transaction that would commit another one. Else they expire:
 *
 * | the commit, or its group                     | after                                                            |
 * |----------------------------------------------|------------------------------------------------------------------|
 * | states an expiry time (Kafka before 2.1)     | that time                                                        |
 * | classic, of a protocol, without members      | the retention, from when the group became empty                  |
 * | classic, with members that are no consumers  | never                                                            |
 * | any other                                    | the retention, from the commit                                   |
 *
 * Source: org.apache.kafka.coordinator.group.OffsetMetadataManager#cleanupExpiredOffsets,
 * classic.ClassicGroup#offsetExpirationCondition
 */
import { CONSUMER_PROTOCOL_TYPE } from '../../protocol/consumer-protocol.ts'
import type { CommittedOffset } from './committed-offsets.ts'
import type { Group } from './group.ts'

export type OffsetExpiry =
  /** Milliseconds since 1970. */
  | { readonly kind: 'at'; readonly timestamp: bigint }
  | { readonly kind: 'held'; readonly by: 'subscription' | 'transaction' | 'members' }

/** What is the same for all offsets of a group. */
export class ExpiryRule {
  readonly #group: Group
  readonly #isEmpty: boolean
  readonly #subscribed: ReadonlySet<string> | undefined
  readonly #retentionMs: bigint

  constructor(group: Group, retentionMs: bigint) {
    this.#group = group
    this.#isEmpty = group.members.length === 0
    this.#subscribed = group.subscribedTopics
    this.#retentionMs = retentionMs
  }

  of(offset: CommittedOffset, isPending: boolean): OffsetExpiry {
    if (this.#isSubscribed(offset.topic)) return { kind: 'held', by: 'subscription' }
    if (isPending) return { kind: 'held', by: 'transaction' }
    const base = this.#baseTimestamp(offset.commitTimestamp)
    if (base === undefined) return { kind: 'held', by: 'members' }
    return { kind: 'at', timestamp: offset.expireTimestamp ?? base + this.#retentionMs }
  }

  #isSubscribed(topic: string): boolean {
    if (this.#isEmpty) return false
    if (this.#subscribed !== undefined) return this.#subscribed.has(topic)
    return this.#group.type === 'classic' && this.#group.protocolType === CONSUMER_PROTOCOL_TYPE
  }

  #baseTimestamp(commitTimestamp: bigint): bigint | undefined {
    const group = this.#group
    if (group.type !== 'classic' || group.protocolType === null) return commitTimestamp
    if (this.#isEmpty) return group.stateTimestamp ?? commitTimestamp
    return this.#subscribed === undefined ? undefined : commitTimestamp
  }
}
