/**
 * The offsets that groups have committed: those in force, and those in transactions that are still open. A commit in a
 * transaction comes into force with the transaction's COMMIT marker, unless a newer one was made meanwhile.
 *
 * Source: org.apache.kafka.coordinator.group.OffsetMetadataManager
 */
import type { OffsetCommitValue } from '../../coordinator/consumer-offsets-records.ts'
import { ZERO_UUID } from '../../binary/uuid.ts'

export interface CommittedOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** Undefined where it is none that the committer knew. */
  readonly leaderEpoch: number | undefined
  readonly metadata: string
  /** Milliseconds since 1970, as the two below. */
  readonly commitTimestamp: bigint
  /** Set by committers of old alone. */
  readonly expireTimestamp: bigint | undefined
  /** Undefined in records of Kafka before 4.1. */
  readonly topicId: string | undefined
  /** Of the record that says so. */
  readonly recordOffset: bigint
}

export interface PendingOffset extends CommittedOffset {
  readonly producerId: bigint
}

export interface CommitKey {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

export type CommitValue = Pick<OffsetCommitValue, 'offset' | 'metadata' | 'commitTimestamp'> &
  Partial<OffsetCommitValue>

/** By partition. */
type Offsets = Map<string, CommittedOffset>

export class CommittedOffsets {
  readonly #byGroup = new Map<string, Offsets>()
  /** By producer, then by group. */
  readonly #pending = new Map<bigint, Map<string, Offsets>>()
  /** By group and partition: whose open transactions have an offset for it. */
  readonly #producers = new Map<string, Set<bigint>>()

  commit(key: CommitKey, value: CommitValue, place: CommitPlace): void {
    const offset = committed(key, value, place.offset)
    const { producerId } = place
    if (producerId < 0n) {
      put(this.#byGroup, key, offset)
      return
    }
    put(mapIn(this.#pending, producerId), key, offset)
    const whole = wholeKey(key)
    this.#producers.set(whole, (this.#producers.get(whole) ?? new Set()).add(producerId))
  }

  /** What is pending for the partition goes, too. */
  forget(key: CommitKey): void {
    drop(this.#byGroup, key)
    const whole = wholeKey(key)
    for (const producerId of this.#producers.get(whole) ?? []) {
      drop(mapIn(this.#pending, producerId), key)
    }
    this.#producers.delete(whole)
  }

  endTransaction(producerId: bigint, type: 'COMMIT' | 'ABORT'): void {
    const groups = this.#pending.get(producerId) ?? []
    this.#pending.delete(producerId)
    for (const [group, offsets] of groups) {
      for (const [partition, offset] of offsets) {
        const key = { group, topic: offset.topic, partition: offset.partition }
        this.#end(wholeKey(key), producerId)
        const known = this.#byGroup.get(group)?.get(partition)
        const isNewest = known === undefined || known.recordOffset < offset.recordOffset
        if (type === 'COMMIT' && isNewest) put(this.#byGroup, key, offset)
      }
    }
  }

  /** Sorted by topic and partition. */
  of(group: string): CommittedOffset[] {
    return [...(this.#byGroup.get(group)?.values() ?? [])].sort(byPartition)
  }

  /** By group, each sorted by topic and partition. */
  pending(): Map<string, PendingOffset[]> {
    const byGroup = new Map<string, PendingOffset[]>()
    for (const [producerId, groups] of this.#pending) {
      for (const [group, offsets] of groups) {
        const list = byGroup.get(group) ?? []
        for (const offset of offsets.values()) list.push({ ...offset, producerId })
        byGroup.set(group, list)
      }
    }
    for (const list of byGroup.values()) list.sort(byPartition)
    return byGroup
  }

  #end(whole: string, producerId: bigint): void {
    const producers = this.#producers.get(whole)
    producers?.delete(producerId)
    if (producers?.size === 0) this.#producers.delete(whole)
  }
}

export interface CommitPlace {
  /** Of the record. */
  readonly offset: bigint
  /** −1 outside of transactions. */
  readonly producerId: bigint
}

export function byPartition(
  a: { readonly topic: string; readonly partition: number },
  b: { readonly topic: string; readonly partition: number },
): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition
}

function committed(
  { topic, partition }: CommitKey,
  value: CommitValue,
  recordOffset: bigint,
): CommittedOffset {
  const { leaderEpoch = -1, expireTimestamp = -1n, topicId = ZERO_UUID } = value
  return {
    topic,
    partition,
    offset: value.offset,
    leaderEpoch: leaderEpoch < 0 ? undefined : leaderEpoch,
    metadata: value.metadata,
    commitTimestamp: value.commitTimestamp,
    expireTimestamp: expireTimestamp < 0n ? undefined : expireTimestamp,
    topicId: topicId === ZERO_UUID ? undefined : topicId,
    recordOffset,
  }
}

function put(groups: Map<string, Offsets>, key: CommitKey, offset: CommittedOffset): void {
  mapIn(groups, key.group).set(partitionKey(key), offset)
}

function drop(groups: Map<string, Offsets>, key: CommitKey): void {
  const offsets = groups.get(key.group)
  offsets?.delete(partitionKey(key))
  if (offsets?.size === 0) groups.delete(key.group)
}

function wholeKey(key: CommitKey): string {
  return `${key.group.length} ${key.group}${partitionKey(key)}`
}

function partitionKey({ topic, partition }: CommitKey): string {
  return `${partition} ${topic}`
}

function mapIn<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = maps.get(key)
  if (known !== undefined) return known
  const map = new Map<L, V>()
  maps.set(key, map)
  return map
}
