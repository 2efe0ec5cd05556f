/**
 * SyncGroup: a member asks for its assignment; the leader brings those of all.
 *
 * Source: org.apache.kafka.coordinator.group.GroupMetadataManager#classicGroupSync
 */
import type { ErrorName } from '../protocol/error-codes.ts'
import type { ClassicGroup } from './classic-group.ts'
import { type Coordinated, NOTHING_TO_DO } from './coordinated.ts'
import type { GroupMember, SyncOutcome } from './group-member.ts'
import {
  answerSync,
  failSyncs,
  heard,
  rebalanceOrComplete,
  type RebalanceContext,
} from './group-rebalance.ts'

export interface SyncRequest {
  readonly groupId: string
  readonly memberId: string
  readonly groupInstanceId: string | undefined
  readonly generationId: number
  /** Undefined where the client does not say (before v5). */
  readonly protocolType: string | undefined
  readonly protocolName: string | undefined
  /** By member id; of the leader. */
  readonly assignments: ReadonlyMap<string, Buffer>
}

export interface SyncContext extends RebalanceContext {
  readonly reply: (outcome: SyncOutcome) => void
}

export function syncGroup(
  group: ClassicGroup,
  request: SyncRequest,
  context: SyncContext,
): Coordinated {
  const { reply, nowMs } = context
  const error = syncError(group, request)
  if (error !== undefined) return { ...NOTHING_TO_DO, done: () => reply({ error }) }
  const member = group.member(request.memberId)!
  group.pendingSyncs.delete(member.memberId)
  if (group.is('Stable')) {
    heard(member, nowMs)
    return { ...NOTHING_TO_DO, done: () => reply(assigned(group, member)) }
  }
  member.awaitingSync?.({ error: 'REBALANCE_IN_PROGRESS' })
  member.awaitingSync = reply
  if (group.leaderId !== member.memberId) return NOTHING_TO_DO
  return assignAll(group, request.assignments, context)
}

function syncError(group: ClassicGroup, request: SyncRequest): ErrorName | undefined {
  const { memberId, groupInstanceId, generationId, protocolType, protocolName } = request
  const memberError = group.memberError(memberId, groupInstanceId)
  if (memberError !== undefined) return memberError
  if (generationId !== group.generationId) return 'ILLEGAL_GENERATION'
  if (protocolType !== undefined && protocolType !== group.protocolType) {
    return 'INCONSISTENT_GROUP_PROTOCOL'
  }
  if (protocolName !== undefined && protocolName !== group.protocolName) {
    return 'INCONSISTENT_GROUP_PROTOCOL'
  }
  if (group.is('PreparingRebalance')) return 'REBALANCE_IN_PROGRESS'
  return group.is('Empty', 'Dead') ? 'UNKNOWN_MEMBER_ID' : undefined
}

/** Members that the leader has left out are assigned nothing. */
function assignAll(
  group: ClassicGroup,
  given: ReadonlyMap<string, Buffer>,
  context: SyncContext,
): Coordinated {
  const { generationId, members } = group
  const assignments = new Map(
    members.map(({ memberId }) => [memberId, given.get(memberId) ?? Buffer.alloc(0)] as const),
  )
  const isStill = () => group.is('CompletingRebalance') && group.generationId === generationId
  return {
    records: [group.record(assignments)],
    done: () => {
      if (!isStill()) return
      for (const member of group.members) member.assignment = assignments.get(member.memberId)!
      group.transitionTo('Stable', context.nowMs)
      for (const member of group.members) answerSync(member, assigned(group, member), context.nowMs)
    },
    failed: error => {
      if (!isStill()) return
      failSyncs(group, error, context.nowMs)
      rebalanceOrComplete(group, context).done()
    },
  }
}

function assigned(group: ClassicGroup, { assignment }: GroupMember): SyncOutcome {
  const { protocolType, protocolName } = group
  return { protocolType: protocolType!, protocolName: protocolName!, assignment }
}
