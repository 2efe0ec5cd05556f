/**
 * The coordinator of the groups in one partition of `__consumer_offsets`: what each request comes to, as records and
 * answers. The state is what the partition's records say, and what members have said since.
 *
 * Whoever has the log calls `replay` with each of its records, then `loaded`; from then on it appends what requests and
 * `tick` come to, and calls `done`, or `failed`, behind it, before the next request.
 *
 * Source: org.apache.kafka.coordinator.group.GroupCoordinatorShard
 */
import type { ErrorName } from '../protocol/error-codes.ts'
import { ClassicGroup } from './classic-group.ts'
import { type GroupRecord } from './consumer-offsets-records.ts'
import { type Coordinated, NOTHING_TO_DO, recorded } from './coordinated.ts'
import type { GroupConfig } from './group-config.ts'
import { type GroupOffset, GroupOffsets, offsetRemoved } from './group-offsets.ts'
import type { JoinOutcome, SyncOutcome } from './group-member.ts'
import { expire, heard, nextExpiryMs } from './group-rebalance.ts'
import { joinGroup, type JoinRequest } from './join-group.ts'
import { type LeavingMember, type Leave, leaveGroup } from './leave-group.ts'
import { commitOffsets, type CommitRequest, type CommitOutcome } from './offset-commit.ts'
import { expiredOffsets } from './offset-expiration.ts'
import { syncGroup, type SyncRequest } from './sync-group.ts'

export interface GroupCoordinatorOptions {
  /** Asked for anew each time: configs change while a broker runs. */
  readonly config: () => GroupConfig
  /** As the last part of a member's id: the text of a random UUID. */
  readonly newId: () => string
}

export interface Heartbeat {
  readonly groupId: string
  readonly memberId: string
  readonly groupInstanceId: string | undefined
  readonly generationId: number
}

export class GroupCoordinator {
  readonly offsets = new GroupOffsets()
  readonly #options: GroupCoordinatorOptions
  readonly #groups = new Map<string, ClassicGroup>()
  /** Groups of other protocols than the classic one: nobody here can answer for them. */
  readonly #foreign = new Set<string>()

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options
  }

  group(groupId: string): ClassicGroup | undefined {
    return this.#groups.get(groupId)
  }

  get groups(): ClassicGroup[] {
    return [...this.#groups.values()]
  }

  /** A record of the log, in the order of the log. */
  replay(record: GroupRecord, nowMs: number): void {
    switch (record.type) {
      case 'OffsetCommit':
        return this.#replayOffset(record)
      case 'GroupMetadata': {
        const { group } = record.key
        if (record.value === null) this.#groups.delete(group)
        else this.#groups.set(group, ClassicGroup.from(group, record.value, nowMs))
        return
      }
      case 'LegacyOffsetCommit':
        return
      default:
        this.#replayForeign(record)
    }
  }

  #replayOffset({ key, value }: Extract<GroupRecord, { type: 'OffsetCommit' }>): void {
    const { group, topic, partition } = key
    if (value === null) return this.offsets.remove(group, topic, partition)
    if (!this.#groups.has(group) && !this.#foreign.has(group)) {
      this.#groups.set(group, new ClassicGroup(group))
    }
    this.offsets.put(group, topic, partition, value)
  }

  #replayForeign(
    record: Exclude<GroupRecord, { type: 'OffsetCommit' | 'GroupMetadata' | 'LegacyOffsetCommit' }>,
  ) {
    const { groupId } = record.key
    if (!record.type.endsWith('GroupMetadata')) return
    if (record.value === null) this.#foreign.delete(groupId)
    else {
      this.#foreign.add(groupId)
      this.#groups.delete(groupId)
    }
  }

  /** Not before a request may anybody expire. */
  loaded(nowMs: number): void {
    for (const group of this.#groups.values()) {
      for (const member of group.members) heard(member, nowMs)
    }
  }

  join(request: JoinRequest, nowMs: number, reply: (outcome: JoinOutcome) => void): Coordinated {
    const { groupId, memberId, sessionTimeoutMs } = request
    const config = this.#options.config()
    const refuse = (error: ErrorName) => {
      return { ...NOTHING_TO_DO, done: () => reply({ error, memberId }) }
    }
    if (groupId === '') return refuse('INVALID_GROUP_ID')
    const { sessionTimeoutMinMs: min, sessionTimeoutMaxMs: max } = config
    if (sessionTimeoutMs < min || sessionTimeoutMs > max) return refuse('INVALID_SESSION_TIMEOUT')
    const context = { config, nowMs, newId: this.#options.newId, reply }
    const known = this.#groups.get(groupId)
    if (known !== undefined) return joinGroup(known, request, context)
    if (this.#foreign.has(groupId)) return refuse('INCONSISTENT_GROUP_PROTOCOL')
    if (memberId !== '') return refuse('UNKNOWN_MEMBER_ID')
    return this.#joinFirst(request, context)
  }

  #joinFirst(request: JoinRequest, context: Parameters<typeof joinGroup>[2]): Coordinated {
    const group = this.#create(request.groupId, context.nowMs)
    const record = group.createdRecord()
    const { records, done, failed } = joinGroup(group, request, context)
    return {
      records: records.length > 0 ? records : [record],
      done,
      failed: error => {
        this.#groups.delete(group.groupId)
        failed(error)
        context.reply({ error, memberId: '' })
      },
    }
  }

  sync(request: SyncRequest, nowMs: number, reply: (outcome: SyncOutcome) => void): Coordinated {
    const group = this.#groups.get(request.groupId)
    if (group !== undefined) {
      return syncGroup(group, request, { config: this.#options.config(), nowMs, reply })
    }
    const error = request.groupId === '' ? 'INVALID_GROUP_ID' : 'UNKNOWN_MEMBER_ID'
    return { ...NOTHING_TO_DO, done: () => reply({ error }) }
  }

  heartbeat(
    { groupId, memberId, groupInstanceId, generationId }: Heartbeat,
    nowMs: number,
  ): ErrorName {
    if (groupId === '') return 'INVALID_GROUP_ID'
    const group = this.#groups.get(groupId)
    if (group === undefined) return 'UNKNOWN_MEMBER_ID'
    const error = group.memberError(memberId, groupInstanceId)
    if (error !== undefined) return error
    if (generationId !== group.generationId) return 'ILLEGAL_GENERATION'
    if (group.is('Empty', 'Dead')) return 'UNKNOWN_MEMBER_ID'
    heard(group.member(memberId)!, nowMs)
    return group.is('PreparingRebalance') ? 'REBALANCE_IN_PROGRESS' : 'NONE'
  }

  /** Undefined where there is no such group. */
  leave(groupId: string, members: readonly LeavingMember[], nowMs: number): Leave | undefined {
    const group = this.#groups.get(groupId)
    return group && leaveGroup(group, members, { config: this.#options.config(), nowMs })
  }

  /** A group that never had members comes to be by its first commit. */
  commit(
    request: CommitRequest,
    nowMs: number,
    reply: (outcome: CommitOutcome) => void,
  ): Coordinated {
    const { groupId, generationId } = request
    const refuse = (error: ErrorName) => ({ ...NOTHING_TO_DO, done: () => reply({ error }) })
    const isKnown = this.#groups.has(groupId)
    if (!isKnown && this.#foreign.has(groupId)) return refuse('STALE_MEMBER_EPOCH')
    if (!isKnown && generationId >= 0) return refuse('ILLEGAL_GENERATION')
    const group = this.#groups.get(groupId) ?? this.#create(groupId, nowMs)
    const { offsetMetadataBytesMax } = this.#options.config()
    const context = { offsets: this.offsets, offsetMetadataBytesMax, nowMs, reply }
    return commitOffsets(group, request, context)
  }

  /** Offsets of a group that are to be forgotten; topics that its members read are kept. */
  removeOffsets(
    groupId: string,
    partitions: readonly Pick<GroupOffset, 'topic' | 'partition'>[],
    reply: (outcome: ErrorName | readonly ErrorName[]) => void,
  ): Coordinated {
    const group = this.#groups.get(groupId)
    if (group === undefined) return { ...NOTHING_TO_DO, done: () => reply('GROUP_ID_NOT_FOUND') }
    const { subscribedTopics, protocolType, memberCount } = group
    if (memberCount > 0 && protocolType !== 'consumer') {
      return { ...NOTHING_TO_DO, done: () => reply('NON_EMPTY_GROUP') }
    }
    const errors = partitions.map(({ topic }): ErrorName => {
      const isRead = memberCount > 0 && (subscribedTopics?.has(topic) ?? true)
      return isRead ? 'GROUP_SUBSCRIBED_TO_TOPIC' : 'NONE'
    })
    const removed = partitions.filter(({ topic, partition }, index) => {
      return errors[index] === 'NONE' && this.offsets.get(groupId, topic, partition) !== undefined
    })
    return {
      ...this.#removal(groupId, removed, () => reply(errors)),
      failed: error => reply(error),
    }
  }

  remove(groupId: string, reply: (error: ErrorName) => void): Coordinated {
    const group = this.#groups.get(groupId)
    const refuse = (error: ErrorName) => ({ ...NOTHING_TO_DO, done: () => reply(error) })
    if (group === undefined) return refuse('GROUP_ID_NOT_FOUND')
    if (!group.is('Empty')) return refuse('NON_EMPTY_GROUP')
    const offsets = this.#removal(groupId, this.offsets.of(groupId))
    return {
      records: [...offsets.records, tombstone(groupId)],
      done: () => {
        offsets.done()
        this.#groups.delete(groupId)
        reply('NONE')
      },
      failed: reply,
    }
  }

  /** Offsets that nobody has wanted for `offsets.retention.minutes`, and groups that have none left. */
  expireOffsets(nowMs: number): Coordinated[] {
    const { offsetsRetentionMs } = this.#options.config()
    return this.groups.map(group => {
      const { groupId } = group
      const known = this.offsets.of(groupId)
      const expired = expiredOffsets(group, known, { nowMs, offsetsRetentionMs })
      const { records, done } = this.#removal(groupId, expired)
      const isOver = group.is('Empty') && expired.length === known.length
      if (!isOver || (known.length === 0 && group.generationId === 0))
        return recorded(records, done)
      return recorded([...records, tombstone(groupId)], () => {
        done()
        this.#groups.delete(groupId)
      })
    })
  }

  /** Offsets of a topic that is no more. */
  topicsRemoved(topics: ReadonlySet<string>): Coordinated {
    const removals = this.offsets.groups.map(groupId => {
      const gone = this.offsets.of(groupId).filter(({ topic }) => topics.has(topic))
      return this.#removal(groupId, gone)
    })
    return recorded(
      removals.flatMap(({ records }) => records),
      () => removals.forEach(({ done }) => done()),
    )
  }

  /** Whatever has become due: sessions, rebalances. */
  tick(nowMs: number): Coordinated[] {
    const context = { config: this.#options.config(), nowMs }
    return this.groups.flatMap(group => expire(group, context))
  }

  /** When `tick` is to be called next at the latest; Infinity where nothing is waited for. */
  get nextTickMs(): number {
    return this.groups.reduce(
      (earliest, group) => Math.min(earliest, nextExpiryMs(group)),
      Infinity,
    )
  }

  /** Another broker, or nobody, coordinates from now on: all who wait are told. */
  unload(error: ErrorName): void {
    for (const group of this.#groups.values()) {
      for (const { awaitingJoin, awaitingSync } of group.members) {
        awaitingJoin?.({ error, memberId: '' })
        awaitingSync?.({ error })
      }
    }
    this.#groups.clear()
  }

  #create(groupId: string, nowMs: number): ClassicGroup {
    const group = new ClassicGroup(groupId)
    group.stateChangedMs = nowMs
    this.#groups.set(groupId, group)
    return group
  }

  #removal(
    groupId: string,
    offsets: readonly Pick<GroupOffset, 'topic' | 'partition'>[],
    reply: () => void = NOTHING_TO_DO.done,
  ): Coordinated {
    const records = offsets.map(offset => offsetRemoved(groupId, offset))
    return recorded(records, () => {
      for (const { topic, partition } of offsets) this.offsets.remove(groupId, topic, partition)
      reply()
    })
  }
}

function tombstone(group: string): GroupRecord {
  return { type: 'GroupMetadata', key: { group }, value: null, version: 0 }
}
