/**
 * The rebalance of a classic group: members join until all have, or the time is over; then the leader is told of all of
 * them, and gives each its assignment.
 *
 * Nothing here waits: deadlines are set on the group, and `expire` is called when one may be over.
 *
 * Source: org.apache.kafka.coordinator.group.GroupMetadataManager
 */
import type { ErrorName } from '../protocol/error-codes.ts'
import type { ClassicGroup } from './classic-group.ts'
import { type Coordinated, NOTHING_TO_DO, recorded } from './coordinated.ts'
import type { GroupConfig } from './group-config.ts'
import type { GroupMember } from './group-member.ts'

export interface RebalanceContext {
  readonly config: Pick<GroupConfig, 'initialRebalanceDelayMs'>
  readonly nowMs: number
}

/** A change of the members, behind which the group has to come together anew. */
export function rebalanceOrComplete(group: ClassicGroup, context: RebalanceContext): Coordinated {
  return group.canRebalance ? prepareRebalance(group, context) : completeIfAllJoined(group, context)
}

/** The first rebalance of a group waits for more members to come. */
export function prepareRebalance(group: ClassicGroup, context: RebalanceContext): Coordinated {
  const { nowMs, config } = context
  if (group.is('CompletingRebalance')) failSyncs(group, 'REBALANCE_IN_PROGRESS', nowMs)
  group.syncDeadlineMs = undefined
  const isInitial = group.is('Empty')
  group.transitionTo('PreparingRebalance', nowMs)
  if (isInitial) {
    const { initialRebalanceDelayMs: delayMs } = config
    group.joinDeadlineMs = nowMs + delayMs
    group.initialRemainingMs = Math.max(group.rebalanceTimeoutMs - delayMs, 0)
    return NOTHING_TO_DO
  }
  group.joinDeadlineMs = nowMs + group.rebalanceTimeoutMs
  return group.haveAllJoined ? completeJoin(group, context) : NOTHING_TO_DO
}

/** Not of an initial rebalance, whose time has to pass. */
export function completeIfAllJoined(group: ClassicGroup, context: RebalanceContext): Coordinated {
  const isDue = group.is('PreparingRebalance') && group.haveAllJoined
  if (!isDue || group.previousState === 'Empty') return NOTHING_TO_DO
  return completeJoin(group, context)
}

/** Its members' assignments are over; whoever waits for one has to join again. */
export function failSyncs(group: ClassicGroup, error: ErrorName, nowMs: number): void {
  for (const member of group.members) {
    member.assignment = Buffer.alloc(0)
    answerSync(member, { error }, nowMs)
  }
}

export function answerSync(
  member: GroupMember,
  answer: Parameters<NonNullable<GroupMember['awaitingSync']>>[0],
  nowMs: number,
): void {
  if (member.awaitingSync === undefined) return
  const reply = member.awaitingSync
  member.awaitingSync = undefined
  heard(member, nowMs)
  reply(answer)
}

/** It is given up no sooner than its session's time from now. */
export function heard(member: GroupMember, nowMs: number): void {
  member.expiresMs = nowMs + member.sessionTimeoutMs
}

/** Whatever of the group's time is over. */
export function expire(group: ClassicGroup, context: RebalanceContext): Coordinated[] {
  const { nowMs } = context
  const outcomes: Coordinated[] = []
  for (const [memberId, expiresMs] of group.pendingJoins) {
    if (expiresMs > nowMs) continue
    group.pendingJoins.delete(memberId)
    outcomes.push(completeIfAllJoined(group, context))
  }
  for (const member of group.members) {
    if (isExpired(member, nowMs)) outcomes.push(giveUp(group, member, context))
  }
  if (group.joinDeadlineMs !== undefined && group.joinDeadlineMs <= nowMs) {
    outcomes.push(joinTimeIsOver(group, context))
  }
  if (group.syncDeadlineMs !== undefined && group.syncDeadlineMs <= nowMs) {
    outcomes.push(syncTimeIsOver(group, context))
  }
  return outcomes
}

/** The earliest time at which something of the group may be over. */
export function nextExpiryMs(group: ClassicGroup): number {
  return Math.min(
    group.joinDeadlineMs ?? Infinity,
    group.syncDeadlineMs ?? Infinity,
    ...group.pendingJoins.values(),
    ...group.members.flatMap(member => (isWaiting(member) ? [] : member.expiresMs)),
  )
}

/** Somebody who waits for an answer is there, unless it may have gone before it got its first. */
function isWaiting({ isNew, awaitingJoin, awaitingSync }: GroupMember): boolean {
  return !isNew && (awaitingJoin !== undefined || awaitingSync !== undefined)
}

function isExpired(member: GroupMember, nowMs: number): boolean {
  return member.expiresMs <= nowMs && !isWaiting(member)
}

/** A member that has left, or was not heard of for too long. */
export function giveUp(
  group: ClassicGroup,
  member: GroupMember,
  context: RebalanceContext,
): Coordinated {
  forget(group, member)
  return membersGone(group, context)
}

/** Whoever waits in its name learns that it is no member any more. */
export function forget(group: ClassicGroup, member: GroupMember): void {
  const { memberId, awaitingJoin, awaitingSync } = member
  member.awaitingJoin = undefined
  member.awaitingSync = undefined
  group.remove(memberId)
  awaitingJoin?.({ error: 'UNKNOWN_MEMBER_ID', memberId: '' })
  awaitingSync?.({ error: 'UNKNOWN_MEMBER_ID' })
}

export function membersGone(group: ClassicGroup, context: RebalanceContext): Coordinated {
  if (group.is('Stable', 'CompletingRebalance')) return rebalanceOrComplete(group, context)
  return completeIfAllJoined(group, context)
}

/** An initial rebalance is put off while members come, as long as there is time. */
function joinTimeIsOver(group: ClassicGroup, context: RebalanceContext): Coordinated {
  const { nowMs, config } = context
  const { initialRemainingMs: remainingMs = 0 } = group
  if (!group.newMemberAdded || remainingMs === 0) return completeJoin(group, context)
  group.newMemberAdded = false
  group.joinDeadlineMs = nowMs + Math.min(config.initialRebalanceDelayMs, remainingMs)
  group.initialRemainingMs = Math.max(remainingMs - config.initialRebalanceDelayMs, 0)
  return NOTHING_TO_DO
}

/** Members that have not joined again are gone, but for static ones, whose sessions go on. */
function completeJoin(group: ClassicGroup, context: RebalanceContext): Coordinated {
  const { nowMs } = context
  group.joinDeadlineMs = undefined
  group.initialRemainingMs = undefined
  for (const { memberId, groupInstanceId, awaitingJoin } of group.members) {
    if (awaitingJoin === undefined && groupInstanceId === undefined) group.remove(memberId)
  }
  if (!group.electJoinedLeader() && group.memberCount > 0) {
    group.joinDeadlineMs = nowMs + group.rebalanceTimeoutMs
    return NOTHING_TO_DO
  }
  group.nextGeneration(nowMs)
  if (group.is('Empty')) return recorded([group.record()])
  return recorded([], () => answerJoins(group, nowMs))
}

function answerJoins(group: ClassicGroup, nowMs: number): void {
  for (const member of group.members) {
    const { memberId, awaitingJoin } = member
    member.awaitingJoin = undefined
    member.isNew = false
    heard(member, nowMs)
    group.pendingSyncs.add(memberId)
    awaitingJoin?.({
      generationId: group.generationId,
      protocolType: group.protocolType!,
      protocolName: group.protocolName!,
      leader: group.leaderId!,
      skipAssignment: false,
      memberId,
      members: memberId === group.leaderId ? group.membersForLeader() : [],
    })
  }
  group.syncDeadlineMs = nowMs + group.rebalanceTimeoutMs
}

function syncTimeIsOver(group: ClassicGroup, context: RebalanceContext): Coordinated {
  group.syncDeadlineMs = undefined
  if (!group.is('CompletingRebalance', 'Stable') || group.pendingSyncs.size === 0) {
    return NOTHING_TO_DO
  }
  for (const memberId of group.pendingSyncs) {
    const member = group.member(memberId)
    if (member !== undefined) forget(group, member)
  }
  return membersGone(group, context)
}
