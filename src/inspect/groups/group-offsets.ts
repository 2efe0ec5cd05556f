/**
 * How far a group has read, partition by partition, held against the logs. Rows come as kafka-consumer-groups orders
 * them: by member, the ones with most partitions first, then what nobody is assigned.
 *
 * Source: org.apache.kafka.tools.consumer.group.ConsumerGroupCommand#collectGroupsOffsets
 */
import type { LogPlace } from '../internal-topics/topic-names.ts'
import { byPartition, type CommittedOffset, type PendingOffset } from './committed-offsets.ts'
import { ownedPartitions } from './group-assignment.ts'
import type { GroupMember } from './group-member.ts'
import type { GroupsSource, LoadedGroup } from './groups-source.ts'
import { ExpiryRule, type OffsetExpiry } from './offset-expiry.ts'

export interface GroupOffset {
  readonly groupId: string
  /** The id of the topic where nothing here tells its name. */
  readonly topic: string
  readonly partition: number
  readonly topicId: string | undefined
  /** Absent where the group is assigned the partition but has committed nothing. */
  readonly committed?: CommittedOffset
  readonly expiry?: OffsetExpiry
  /** Those of open transactions. */
  readonly pending: readonly PendingOffset[]
  readonly place: LogPlace
  /** Undefined where the log is not here, or can't be read. */
  readonly logStartOffset: bigint | undefined
  readonly logEndOffset: bigint | undefined
  readonly lag: bigint | undefined
  /** Whom the partition is assigned to. */
  readonly member?: GroupMember
}

/** No broker tells of such a one: nothing is committed yet, and nobody is assigned the partition. */
export function isOnlyPending({ committed, member }: GroupOffset): boolean {
  return committed === undefined && member === undefined
}

export function groupOffsets(
  loaded: LoadedGroup,
  source: GroupsSource,
  retentionMs: bigint,
): GroupOffset[] {
  const rows = new OffsetRows(loaded, source, retentionMs)
  const { group, offsets, pending } = loaded
  const assigned = group.members.map(member => ({
    member,
    partitions: ownedPartitions(member, group, source.names),
  }))
  assigned.sort((a, b) => b.partitions.length - a.partitions.length)
  const ofMembers = assigned.flatMap(({ member, partitions }) =>
    partitions.map(partition => rows.row(partition, member)),
  )
  const ofNobody: GroupOffset[] = []
  for (const offset of [...offsets, ...pending].sort(byPartition)) {
    if (rows.isNew(offset)) ofNobody.push(rows.row(offset, undefined))
  }
  return [...ofMembers, ...ofNobody]
}

interface PartitionOfTopic {
  readonly topic: string
  readonly partition: number
  readonly topicId: string | undefined
}

class OffsetRows {
  readonly #loaded: LoadedGroup
  readonly #source: GroupsSource
  readonly #expiry: ExpiryRule
  readonly #committed: ReadonlyMap<string, CommittedOffset>
  readonly #pending = new Map<string, PendingOffset[]>()
  readonly #seen = new Set<string>()

  constructor(loaded: LoadedGroup, source: GroupsSource, retentionMs: bigint) {
    this.#loaded = loaded
    this.#source = source
    this.#expiry = new ExpiryRule(loaded.group, retentionMs)
    this.#committed = new Map(loaded.offsets.map(offset => [keyOf(offset), offset]))
    for (const offset of loaded.pending) {
      const key = keyOf(offset)
      const known = this.#pending.get(key)
      if (known === undefined) this.#pending.set(key, [offset])
      else known.push(offset)
    }
  }

  isNew(partition: PartitionOfTopic): boolean {
    return !this.#seen.has(keyOf(partition))
  }

  row(
    { topic, partition, topicId }: PartitionOfTopic,
    member: GroupMember | undefined,
  ): GroupOffset {
    const key = keyOf({ topic, partition })
    this.#seen.add(key)
    const committed = this.#committed.get(key)
    const pending = this.#pending.get(key) ?? []
    const meant = topicId ?? committed?.topicId
    const { names, partitions } = this.#source
    const place = names.placeOf({ topic, partition }, meant)
    const log = place === 'here' ? partitions.boundsOf({ topic, partition }) : undefined
    const isOffset = committed !== undefined && committed.offset >= 0n
    return {
      groupId: this.#loaded.groupId,
      topic,
      partition,
      topicId: meant,
      ...(committed && {
        committed,
        expiry: this.#expiry.of(committed, pending.length > 0),
      }),
      pending,
      place,
      logStartOffset: log?.logStartOffset,
      logEndOffset: log?.logEndOffset,
      lag: log && isOffset ? log.logEndOffset - committed.offset : undefined,
      ...(member && { member }),
    }
  }
}

function keyOf({ topic, partition }: Pick<PartitionOfTopic, 'topic' | 'partition'>): string {
  return `${partition} ${topic}`
}
