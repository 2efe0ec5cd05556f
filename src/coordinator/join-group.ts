/**
 * JoinGroup: somebody wants to be a member, or says so again. A new member without a group.instance.id is sent away
 * once with an id to come back with (KIP-394), where its client knows of that; one with a group.instance.id takes the
 * place of the one that had it before, without a rebalance where nothing changes by that (KIP-345, KIP-814).
 *
 * Source: org.apache.kafka.coordinator.group.GroupMetadataManager#classicGroupJoin
 */
import type { ErrorName } from '../protocol/error-codes.ts'
import type { ClassicGroup } from './classic-group.ts'
import { type Coordinated, NOTHING_TO_DO } from './coordinated.ts'
import type { GroupConfig } from './group-config.ts'
import {
  type GroupMember,
  haveSameProtocols,
  type JoinAnswer,
  type JoinOutcome,
  type MemberProtocol,
} from './group-member.ts'
import {
  completeIfAllJoined,
  heard,
  prepareRebalance,
  type RebalanceContext,
  rebalanceOrComplete,
} from './group-rebalance.ts'

export interface JoinRequest {
  readonly groupId: string
  /** Empty of somebody new. */
  readonly memberId: string
  readonly groupInstanceId: string | undefined
  readonly clientId: string
  readonly clientHost: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  readonly protocols: readonly MemberProtocol[]
  /** Whether the client comes back with the id that it is given (v4). */
  readonly isIdRequired: boolean
  /** Whether it can be leader without having to assign anything (v9). */
  readonly canSkipAssignment: boolean
}

export interface JoinContext extends RebalanceContext {
  readonly config: GroupConfig
  /** As the last part of a member's id. */
  readonly newId: () => string
  readonly reply: (outcome: JoinOutcome) => void
}

/** Nobody has been heard of that joined so long ago, before its first rebalance. */
const NEW_MEMBER_TIMEOUT_MS = 300_000

export function joinGroup(
  group: ClassicGroup,
  request: JoinRequest,
  context: JoinContext,
): Coordinated {
  const { memberId, protocolType, protocols } = request
  if (!hasRoom(group, memberId, context.config.sizeMax)) {
    group.pendingJoins.delete(memberId)
    return refuse('GROUP_MAX_SIZE_REACHED', memberId === '' ? '' : memberId, context)
  }
  const names = protocols.map(({ name }) => name)
  if (!group.supports(protocolType, names)) {
    return refuse('INCONSISTENT_GROUP_PROTOCOL', memberId, context)
  }
  return memberId === '' ? joinAnew(group, request, context) : joinAgain(group, request, context)
}

function refuse(error: ErrorName, memberId: string, { reply }: JoinContext): Coordinated {
  return answer({ error, memberId }, reply)
}

function answer(outcome: JoinOutcome, reply: JoinContext['reply']): Coordinated {
  return { ...NOTHING_TO_DO, done: () => reply(outcome) }
}

function hasRoom(group: ClassicGroup, memberId: string, sizeMax: number): boolean {
  const member = group.member(memberId)
  switch (group.state) {
    case 'PreparingRebalance': {
      if (member?.awaitingJoin !== undefined) return true
      const joined = group.members.filter(({ awaitingJoin }) => awaitingJoin !== undefined)
      return joined.length < sizeMax
    }
    case 'CompletingRebalance':
    case 'Stable':
      return member !== undefined || group.memberCount < sizeMax
    case 'Empty':
    case 'Dead':
      return true
  }
}

function joinAnew(group: ClassicGroup, request: JoinRequest, context: JoinContext): Coordinated {
  const { groupInstanceId: instanceId, clientId, isIdRequired, sessionTimeoutMs } = request
  const memberId = `${instanceId ?? clientId}-${context.newId()}`
  if (instanceId !== undefined) {
    const isKnown = group.staticMemberId(instanceId) !== undefined
    return isKnown
      ? takeOver(group, instanceId, { ...request, memberId }, context)
      : addMember(group, { ...request, memberId }, context)
  }
  if (!isIdRequired) return addMember(group, { ...request, memberId }, context)
  group.pendingJoins.set(memberId, context.nowMs + sessionTimeoutMs)
  return refuse('MEMBER_ID_REQUIRED', memberId, context)
}

function joinAgain(group: ClassicGroup, request: JoinRequest, context: JoinContext): Coordinated {
  const { memberId, groupInstanceId, protocols } = request
  if (group.pendingJoins.has(memberId)) return addMember(group, request, context)
  const error = group.memberError(memberId, groupInstanceId)
  if (error !== undefined) return refuse(error, memberId, context)
  const member = group.member(memberId)!
  const isSame = haveSameProtocols(member, protocols)
  switch (group.state) {
    case 'PreparingRebalance':
      return update(group, member, request, context)
    case 'CompletingRebalance':
      // The answer to what it said before was lost, most likely.
      return isSame
        ? answer(current(group, member), context.reply)
        : update(group, member, request, context)
    case 'Stable': {
      const isLeader = group.leaderId === memberId
      if (isLeader || !isSame) return update(group, member, request, context)
      return answer({ ...current(group, member), members: [] }, context.reply)
    }
    case 'Empty':
    case 'Dead':
      return refuse('UNKNOWN_MEMBER_ID', memberId, context)
  }
}

function addMember(group: ClassicGroup, request: JoinRequest, context: JoinContext): Coordinated {
  const { clientId, clientHost, groupInstanceId, memberId, protocolType, protocols } = request
  const { rebalanceTimeoutMs, sessionTimeoutMs } = request
  const isInitial = group.is('PreparingRebalance') && group.previousState === 'Empty'
  if (isInitial) group.newMemberAdded = true
  group.add({
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    rebalanceTimeoutMs,
    sessionTimeoutMs,
    protocolType,
    protocols,
    assignment: Buffer.alloc(0),
    isNew: true,
    expiresMs: context.nowMs + NEW_MEMBER_TIMEOUT_MS,
    awaitingJoin: context.reply,
    awaitingSync: undefined,
  })
  return rebalanceOrComplete(group, context)
}

function update(
  group: ClassicGroup,
  member: GroupMember,
  request: JoinRequest,
  context: JoinContext,
): Coordinated {
  assume(member, request)
  // Nobody listens to the answer of a request that was sent again, but a connection may wait for it.
  member.awaitingJoin?.({ error: 'REBALANCE_IN_PROGRESS', memberId: member.memberId })
  member.awaitingJoin = context.reply
  return rebalanceOrComplete(group, context)
}

type MemberFacts = Pick<
  GroupMember,
  'clientId' | 'clientHost' | 'rebalanceTimeoutMs' | 'sessionTimeoutMs' | 'protocols'
>

function assume(member: GroupMember, request: MemberFacts): void {
  const { clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols } = request
  Object.assign(member, { clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols })
}

function current(group: ClassicGroup, { memberId }: GroupMember): JoinAnswer {
  return {
    generationId: group.generationId,
    protocolType: group.protocolType!,
    protocolName: group.protocolName!,
    leader: group.leaderId!,
    skipAssignment: false,
    memberId,
    members: group.leaderId === memberId ? group.membersForLeader() : [],
  }
}

function takeOver(
  group: ClassicGroup,
  instanceId: string,
  request: JoinRequest,
  context: JoinContext,
): Coordinated {
  const leaderBefore = group.leaderId!
  const before = { ...group.member(group.staticMemberId(instanceId)!)! }
  const member = group.replaceStatic(instanceId, request.memberId)
  assume(member, request)
  heard(member, context.nowMs)
  if (group.is('PreparingRebalance')) {
    member.awaitingJoin = context.reply
    return completeIfAllJoined(group, context)
  }
  if (!group.is('Stable') || group.protocolName !== group.selectProtocol()) {
    member.awaitingJoin = context.reply
    return prepareRebalance(group, context)
  }
  const isLeader = group.leaderId === member.memberId
  const told = request.canSkipAssignment
    ? { ...current(group, member), skipAssignment: isLeader }
    : { ...current(group, member), leader: leaderBefore, members: [] }
  return {
    records: [group.record()],
    done: () => context.reply(told),
    failed: error => {
      const restored = group.replaceStatic(instanceId, before.memberId)
      assume(restored, before)
      context.reply({ error, memberId: '' })
    },
  }
}
