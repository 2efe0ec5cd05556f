/**
 * What groups have committed, by group and partition.
 *
 * Source: org.apache.kafka.coordinator.group.OffsetMetadataManager
 */
import { ZERO_UUID } from '../binary/uuid.ts'
import type { GroupRecord, OffsetCommitValue } from './consumer-offsets-records.ts'

export interface GroupOffset {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly offset: bigint
  readonly leaderEpoch: number
  readonly metadata: string
  /** Milliseconds since 1970, as the next. */
  readonly commitTimestamp: bigint
  /** −1 where the group's own retention counts. */
  readonly expireTimestamp: bigint
}

export class GroupOffsets {
  /** By group, then by topic, then by partition. */
  readonly #groups = new Map<string, Map<string, Map<number, GroupOffset>>>()

  put(group: string, topic: string, partition: number, value: OffsetCommitValue): void {
    const topics = this.#groups.get(group) ?? new Map<string, Map<number, GroupOffset>>()
    const partitions = topics.get(topic) ?? new Map<number, GroupOffset>()
    partitions.set(partition, { ...value, topic, partition })
    topics.set(topic, partitions)
    this.#groups.set(group, topics)
  }

  remove(group: string, topic: string, partition: number): void {
    const topics = this.#groups.get(group)
    const partitions = topics?.get(topic)
    if (topics === undefined || partitions === undefined) return
    partitions.delete(partition)
    if (partitions.size === 0) topics.delete(topic)
    if (topics.size === 0) this.#groups.delete(group)
  }

  get(group: string, topic: string, partition: number): GroupOffset | undefined {
    return this.#groups.get(group)?.get(topic)?.get(partition)
  }

  of(group: string): GroupOffset[] {
    const topics = [...(this.#groups.get(group)?.values() ?? [])]
    return topics.flatMap(partitions => [...partitions.values()])
  }

  ofTopic(group: string, topic: string): GroupOffset[] {
    return [...(this.#groups.get(group)?.get(topic)?.values() ?? [])]
  }

  has(group: string): boolean {
    return this.#groups.has(group)
  }

  get groups(): string[] {
    return [...this.#groups.keys()]
  }
}

/** Of Kafka 4.3; of commits that say when they expire, the older one that can. */
const [COMMIT_VERSION, EXPIRING_COMMIT_VERSION] = [4, 1]

export function offsetCommitted(
  group: string,
  { topic, partition, ...value }: GroupOffset,
): GroupRecord {
  const isExpiring = value.expireTimestamp >= 0n
  return {
    type: 'OffsetCommit',
    key: { group, topic, partition },
    value: isExpiring ? { ...value, topicId: ZERO_UUID, leaderEpoch: -1 } : value,
    version: isExpiring ? EXPIRING_COMMIT_VERSION : COMMIT_VERSION,
  }
}

export function offsetRemoved(
  group: string,
  { topic, partition }: Pick<GroupOffset, 'topic' | 'partition'>,
): GroupRecord {
  return { type: 'OffsetCommit', key: { group, topic, partition }, value: null, version: 0 }
}
