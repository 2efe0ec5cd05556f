/**
 * Replays `__consumer_offsets`: what a group coordinator knows after it has loaded the log. The newest record of a key
 * holds, a tombstone takes away what its key names. Where records contradict each other (a broker would give the
 * partition up), the newer one is right.
 *
 * Source: org.apache.kafka.coordinator.group.GroupMetadataManager#replay, #onLoaded
 */
import { assertNever } from '../../base/errors.ts'
import type { GroupRecord } from '../../coordinator/consumer-offsets-records.ts'
import { classicGroupOf, SIMPLE_GROUP } from './classic-group.ts'
import {
  CommittedOffsets,
  type CommitKey,
  type CommitPlace,
  type CommitValue,
} from './committed-offsets.ts'
import type { Group } from './group.ts'
import type { Assignment } from './group-member.ts'
import {
  consumerCurrent,
  consumerMember,
  shareCurrent,
  shareMember,
  streamsCurrent,
  streamsMember,
  streamsTopology,
  tasksOf,
  topicsOf,
} from './group-record-values.ts'
import {
  ModernGroup,
  type CurrentAssignment,
  type MemberDescription,
  type ModernGroupType,
} from './modern-group.ts'

interface GroupKey {
  readonly groupId: string
}

interface MemberKey extends GroupKey {
  readonly memberId: string
}

interface TargetEpoch {
  readonly assignmentEpoch: number
  readonly assignmentTimestamp: bigint
}

export class GroupReplay {
  readonly groups = new Map<string, Group>()
  readonly offsets = new CommittedOffsets()

  apply(record: GroupRecord, place: CommitPlace): void {
    const { type } = record
    switch (type) {
      case 'LegacyOffsetCommit':
      case 'OffsetCommit':
        return this.#commit(record.key, record.value, place)
      case 'GroupMetadata':
        if (record.value === null) this.groups.delete(record.key.group)
        else this.groups.set(record.key.group, classicGroupOf(record.value))
        return
      case 'ConsumerGroupMetadata':
        return this.#epoch('consumer', record.key, record.value)
      case 'ShareGroupMetadata':
        return this.#epoch('share', record.key, record.value)
      case 'StreamsGroupMetadata':
        return this.#streamsEpoch(record.key, record.value)
      case 'ConsumerGroupTargetAssignmentMetadata':
        return this.#targetEpoch('consumer', record.key, record.value)
      case 'ShareGroupTargetAssignmentMetadata':
        return this.#targetEpoch('share', record.key, record.value)
      case 'StreamsGroupTargetAssignmentMetadata':
        return this.#targetEpoch('streams', record.key, record.value)
      case 'ConsumerGroupRegularExpression':
        return this.#regex(record.key, record.value?.topics)
      case 'StreamsGroupTopology':
        return this.#topology(record.key, record.value && streamsTopology(record.value))
      case 'ConsumerGroupPartitionMetadata':
      case 'ShareGroupStatePartitionMetadata':
        return
      default:
        return this.#applyToMember(record)
    }
  }

  endTransaction(producerId: bigint, type: 'COMMIT' | 'ABORT'): void {
    this.offsets.endTransaction(producerId, type)
  }

  #applyToMember(record: MemberRecord): void {
    const { type, key, value } = record
    switch (type) {
      case 'ConsumerGroupMemberMetadata':
        return this.#member('consumer', key, value && consumerMember(value))
      case 'ShareGroupMemberMetadata':
        return this.#member('share', key, value && shareMember(value))
      case 'StreamsGroupMemberMetadata':
        return this.#member('streams', key, value && streamsMember(value))
      case 'ConsumerGroupCurrentMemberAssignment':
        return this.#current('consumer', key, value && consumerCurrent(value))
      case 'ShareGroupCurrentMemberAssignment':
        return this.#current('share', key, value && shareCurrent(value))
      case 'StreamsGroupCurrentMemberAssignment':
        return this.#current('streams', key, value && streamsCurrent(value))
      case 'ConsumerGroupTargetAssignmentMember':
        return this.#target('consumer', key, value && { topics: topicsOf(value.topicPartitions) })
      case 'ShareGroupTargetAssignmentMember':
        return this.#target('share', key, value && { topics: topicsOf(value.topicPartitions) })
      case 'StreamsGroupTargetAssignmentMember':
        return this.#target('streams', key, value && tasksOf(value))
      default:
        return assertNever(type)
    }
  }

  /** A group that never had members comes to be by its first commit. */
  #commit(key: CommitKey, value: CommitValue | null, place: CommitPlace): void {
    if (value === null) return this.offsets.forget(key)
    if (!this.groups.has(key.group)) this.groups.set(key.group, SIMPLE_GROUP)
    this.offsets.commit(key, value, place)
  }

  #epoch(type: ModernGroupType, { groupId }: GroupKey, value: { readonly epoch: number } | null) {
    if (value !== null) this.#group(type, groupId).epoch = value.epoch
    else if (this.#known(type, groupId) !== undefined) this.groups.delete(groupId)
  }

  #streamsEpoch(key: GroupKey, value: StreamsEpoch | null): void {
    this.#epoch('streams', key, value)
    if (value === null) return
    this.#group('streams', key.groupId).validatedTopologyEpoch = value.validatedTopologyEpoch
  }

  #targetEpoch(type: ModernGroupType, { groupId }: GroupKey, value: TargetEpoch | null): void {
    const group = value === null ? this.#known(type, groupId) : this.#group(type, groupId)
    if (group === undefined) return
    group.assignmentEpoch = value?.assignmentEpoch ?? -1
    const timestamp = value?.assignmentTimestamp ?? 0n
    group.assignmentTimestamp = timestamp > 0n ? timestamp : undefined
  }

  #regex({ groupId, regularExpression }: RegexKey, topics: readonly string[] | undefined): void {
    if (topics === undefined)
      this.#known('consumer', groupId)?.regexTopics.delete(regularExpression)
    else this.#group('consumer', groupId).regexTopics.set(regularExpression, topics)
  }

  #topology({ groupId }: GroupKey, topology: ModernGroup['topology'] | null): void {
    if (topology) this.#group('streams', groupId).topology = topology
    else {
      const group = this.#known('streams', groupId)
      if (group !== undefined) group.topology = undefined
    }
  }

  #member(
    type: ModernGroupType,
    { groupId, memberId }: MemberKey,
    member: MemberDescription | null,
  ) {
    if (member === null) this.#known(type, groupId)?.remove(memberId)
    else this.#group(type, groupId).describe(memberId, member)
  }

  #current(type: ModernGroupType, key: MemberKey, current: CurrentAssignment | null): void {
    if (current === null) this.#known(type, key.groupId)?.unassign(key.memberId)
    else this.#group(type, key.groupId).assign(key.memberId, current)
  }

  #target(type: ModernGroupType, key: MemberKey, target: Assignment | null): void {
    if (target === null) this.#known(type, key.groupId)?.targets.delete(key.memberId)
    else this.#group(type, key.groupId).targets.set(key.memberId, target)
  }

  /** What a tombstone is about: nothing, where the group is unknown, or meanwhile of another type. */
  #known(type: ModernGroupType, groupId: string): ModernGroup | undefined {
    const group = this.groups.get(groupId)
    return group instanceof ModernGroup && group.type === type ? group : undefined
  }

  #group(type: ModernGroupType, groupId: string): ModernGroup {
    const known = this.#known(type, groupId)
    if (known !== undefined) return known
    const group = new ModernGroup(type)
    this.groups.set(groupId, group)
    return group
  }
}

interface RegexKey extends GroupKey {
  readonly regularExpression: string
}

interface StreamsEpoch {
  readonly epoch: number
  readonly validatedTopologyEpoch: number
}

type MemberRecord = Extract<
  GroupRecord,
  { readonly type: `${string}Member${string}` | `${string}CurrentMemberAssignment` }
>
