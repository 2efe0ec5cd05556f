/**
 * A group of the classic protocol: its members, and how far its rebalance is.
 *
 * | state                | it is                                                                | goes on to                   |
 * |----------------------|----------------------------------------------------------------------|------------------------------|
 * | Empty                | without members; it may have committed offsets                       | PreparingRebalance, Dead     |
 * | PreparingRebalance   | waiting for its members to join                                      | CompletingRebalance, Empty   |
 * | CompletingRebalance  | waiting for the assignment of its leader                             | Stable, PreparingRebalance   |
 * | Stable               | at work                                                              | PreparingRebalance           |
 * | Dead                 | gone                                                                 |                              |
 *
 * Source: org.apache.kafka.coordinator.group.classic.ClassicGroup
 */
import { assert, CorruptDataError } from '../base/errors.ts'
import { CONSUMER_PROTOCOL_TYPE, decodeSubscription } from '../protocol/consumer-protocol.ts'
import type { ErrorName } from '../protocol/error-codes.ts'
import type { GroupMetadataValue, GroupRecord } from './consumer-offsets-records.ts'
import type { GroupMember, JoinAnswer, MemberProtocol } from './group-member.ts'

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

const BEFORE: Readonly<Record<GroupState, readonly GroupState[]>> = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['Stable', 'CompletingRebalance', 'Empty'],
  CompletingRebalance: ['PreparingRebalance'],
  Stable: ['CompletingRebalance'],
  Dead: ['Stable', 'PreparingRebalance', 'CompletingRebalance', 'Empty'],
}

export class ClassicGroup {
  readonly groupId: string
  generationId = 0
  /** As `consumer`; undefined until a member has joined, and for groups that only commit. */
  protocolType: string | undefined
  /** Chosen by the members of this generation. */
  protocolName: string | undefined
  leaderId: string | undefined
  /** Of the last change of state, milliseconds since 1970; undefined where no record says. */
  stateChangedMs: number | undefined
  /** Whether somebody has joined since the first rebalance began, for whose sake it waits longer. */
  newMemberAdded = false
  /** When its rebalance ends, whoever has joined by then. */
  joinDeadlineMs: number | undefined
  /** Of an initial rebalance: how much longer it may be put off. */
  initialRemainingMs: number | undefined
  /** When members that have not asked for their assignment are given up. */
  syncDeadlineMs: number | undefined
  /** Before the state it is in. */
  previousState: GroupState = 'Empty'
  #state: GroupState = 'Empty'
  readonly #members = new Map<string, GroupMember>()
  /** Member ids by group.instance.id. */
  readonly #static = new Map<string, string>()
  /** Member ids that were given out and not used yet, and when they expire. */
  readonly pendingJoins = new Map<string, number>()
  /** Member ids that have joined, and not asked for their assignment. */
  readonly pendingSyncs = new Set<string>()

  constructor(groupId: string) {
    this.groupId = groupId
  }

  /** As its newest record has it; members expire in their session's time from now. */
  static from(groupId: string, value: GroupMetadataValue, nowMs: number): ClassicGroup {
    const group = new ClassicGroup(groupId)
    group.generationId = value.generation
    group.protocolType = value.protocolType === '' ? undefined : value.protocolType
    group.protocolName = value.protocol ?? undefined
    group.leaderId = value.leader ?? undefined
    group.stateChangedMs =
      value.currentStateTimestamp < 0n ? undefined : Number(value.currentStateTimestamp)
    group.#state = value.members.length > 0 ? 'Stable' : 'Empty'
    for (const member of value.members) {
      const { groupInstanceId, subscription, sessionTimeout, ...stored } = member
      group.#put({
        ...stored,
        protocolType: value.protocolType,
        groupInstanceId: groupInstanceId ?? undefined,
        rebalanceTimeoutMs: member.rebalanceTimeout < 0 ? sessionTimeout : member.rebalanceTimeout,
        sessionTimeoutMs: sessionTimeout,
        protocols: [{ name: value.protocol ?? '', metadata: subscription }],
        isNew: false,
        expiresMs: nowMs + sessionTimeout,
        awaitingJoin: undefined,
        awaitingSync: undefined,
      })
    }
    return group
  }

  get state(): GroupState {
    return this.#state
  }

  is(...states: readonly GroupState[]): boolean {
    return states.includes(this.#state)
  }

  transitionTo(state: GroupState, nowMs: number): void {
    assert(BEFORE[state].includes(this.#state), `a group goes from ${this.#state} to ${state}`)
    this.previousState = this.#state
    this.#state = state
    this.stateChangedMs = nowMs
  }

  get members(): GroupMember[] {
    return [...this.#members.values()]
  }

  get memberCount(): number {
    return this.#members.size
  }

  member(memberId: string): GroupMember | undefined {
    return this.#members.get(memberId)
  }

  staticMemberId(instanceId: string): string | undefined {
    return this.#static.get(instanceId)
  }

  /** Why a request in the name of a member is none of its. */
  memberError(memberId: string, instanceId: string | undefined): ErrorName | undefined {
    if (instanceId !== undefined) {
      const known = this.#static.get(instanceId)
      if (known === undefined) return 'UNKNOWN_MEMBER_ID'
      if (known !== memberId) return 'FENCED_INSTANCE_ID'
    }
    return this.#members.has(memberId) ? undefined : 'UNKNOWN_MEMBER_ID'
  }

  /** The first to join leads. */
  add(member: GroupMember): void {
    this.protocolType ??= member.protocolType
    this.leaderId ??= member.memberId
    this.#put(member)
    this.pendingJoins.delete(member.memberId)
  }

  remove(memberId: string): void {
    const member = this.#members.get(memberId)
    if (member === undefined) return
    this.#members.delete(memberId)
    if (member.groupInstanceId !== undefined) this.#static.delete(member.groupInstanceId)
    if (this.leaderId === memberId) this.leaderId = this.#members.keys().next().value
    this.pendingJoins.delete(memberId)
    this.pendingSyncs.delete(memberId)
  }

  /** The same member under another id: whoever waits under the old one is fenced. */
  replaceStatic(instanceId: string, memberId: string): GroupMember {
    const oldId = this.#static.get(instanceId)!
    const old = this.#members.get(oldId)!
    old.awaitingJoin?.({ error: 'FENCED_INSTANCE_ID', memberId: oldId })
    old.awaitingSync?.({ error: 'FENCED_INSTANCE_ID' })
    this.#members.delete(oldId)
    if (this.pendingSyncs.delete(oldId)) this.pendingSyncs.add(memberId)
    const member = { ...old, memberId, awaitingJoin: undefined, awaitingSync: undefined }
    if (this.leaderId === oldId) this.leaderId = memberId
    this.#put(member)
    return member
  }

  get canRebalance(): boolean {
    return this.is('Stable', 'CompletingRebalance', 'Empty')
  }

  get haveAllJoined(): boolean {
    const isMissing = this.members.some(({ awaitingJoin }) => awaitingJoin === undefined)
    return !isMissing && this.pendingJoins.size === 0
  }

  /** The longest that a member asks for. */
  get rebalanceTimeoutMs(): number {
    return Math.max(0, ...this.members.map(member => member.rebalanceTimeoutMs))
  }

  /** Whether somebody with these protocols can be in it. */
  supports(protocolType: string, names: readonly string[]): boolean {
    if (this.is('Empty')) return protocolType !== '' && names.length > 0
    if (this.protocolType !== protocolType) return false
    return names.some(name => this.#supportedByAll(name))
  }

  /** The one that most members like best, of those that all have. */
  selectProtocol(): string {
    const votes = new Map<string, number>()
    for (const { protocols } of this.#members.values()) {
      const favourite = protocols.find(({ name }) => this.#supportedByAll(name))!
      votes.set(favourite.name, (votes.get(favourite.name) ?? 0) + 1)
    }
    const [[name]] = [...votes].sort((a, b) => b[1] - a[1]) as [[string, number]]
    return name
  }

  /** Of those that joined, another leads where the leader did not. @returns whether anybody does */
  electJoinedLeader(): boolean {
    const leader = this.leaderId === undefined ? undefined : this.#members.get(this.leaderId)
    if (leader?.awaitingJoin !== undefined) return true
    const joined = this.members.find(({ awaitingJoin }) => awaitingJoin !== undefined)
    if (joined === undefined) return false
    this.leaderId = joined.memberId
    return true
  }

  nextGeneration(nowMs: number): void {
    this.generationId++
    this.pendingSyncs.clear()
    this.syncDeadlineMs = undefined
    this.protocolName = this.memberCount > 0 ? this.selectProtocol() : undefined
    this.transitionTo(this.memberCount > 0 ? 'CompletingRebalance' : 'Empty', nowMs)
  }

  /** What its leader learns of all members. */
  membersForLeader(): JoinAnswer['members'] {
    return this.members.map(member => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId ?? null,
      metadata: metadataOf(member.protocols, this.protocolName),
    }))
  }

  /** Undefined where that is not known: its members are no consumers, or say nothing that can be read. */
  get subscribedTopics(): ReadonlySet<string> | undefined {
    if (this.protocolType !== CONSUMER_PROTOCOL_TYPE || this.memberCount === 0) return undefined
    if (this.protocolName === undefined) return undefined
    const topics = new Set<string>()
    for (const { protocols } of this.#members.values()) {
      try {
        const subscription = decodeSubscription(metadataOf(protocols, this.protocolName))
        for (const topic of subscription.topics) topics.add(topic)
      } catch (error) {
        if (!(error instanceof CorruptDataError)) throw error
        return undefined
      }
    }
    return topics
  }

  /** As it is now, but for assignments that are to come into force. */
  record(assignments?: ReadonlyMap<string, Buffer>): GroupRecord {
    const members = this.members.map(member => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId ?? null,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: metadataOf(member.protocols, this.protocolName),
      assignment: assignments?.get(member.memberId) ?? member.assignment,
    }))
    const value = {
      protocolType: this.protocolType ?? '',
      generation: this.generationId,
      protocol: this.protocolName ?? null,
      leader: this.leaderId ?? null,
      currentStateTimestamp: BigInt(this.stateChangedMs ?? -1),
      members,
    }
    return groupMetadata(this.groupId, value)
  }

  /** Of a group that nobody has joined yet. */
  createdRecord(): GroupRecord {
    return groupMetadata(this.groupId, {
      protocolType: '',
      generation: 0,
      protocol: null,
      leader: null,
      currentStateTimestamp: BigInt(this.stateChangedMs ?? -1),
      members: [],
    })
  }

  #put(member: GroupMember): void {
    this.#members.set(member.memberId, member)
    if (member.groupInstanceId !== undefined) {
      this.#static.set(member.groupInstanceId, member.memberId)
    }
  }

  #supportedByAll(name: string): boolean {
    return this.members.every(({ protocols }) => protocols.some(protocol => protocol.name === name))
  }
}

export function metadataOf(protocols: readonly MemberProtocol[], name: string | undefined): Buffer {
  return protocols.find(protocol => protocol.name === name)?.metadata ?? NOTHING
}

const NOTHING = Buffer.alloc(0)

const GROUP_METADATA_VERSION = 3

function groupMetadata(group: string, value: GroupMetadataValue): GroupRecord {
  return { type: 'GroupMetadata', key: { group }, value, version: GROUP_METADATA_VERSION }
}
