/**
 * LeaveGroup: members go, each by its id, or an administrator sends static ones away by their group.instance.id alone.
 *
 * Source: org.apache.kafka.coordinator.group.GroupMetadataManager#classicGroupLeave
 */
import type { ErrorName } from '../protocol/error-codes.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { Coordinated } from './coordinated.ts'
import { forget, membersGone, type RebalanceContext } from './group-rebalance.ts'

export interface LeavingMember {
  /** Empty where the instance is meant, whatever its id. */
  readonly memberId: string
  readonly groupInstanceId: string | undefined
}

export interface Leave {
  /** In the order of the members. */
  readonly errors: readonly ErrorName[]
  readonly coordinated: Coordinated
}

export function leaveGroup(
  group: ClassicGroup,
  members: readonly LeavingMember[],
  context: RebalanceContext,
): Leave {
  const errors = members.map(member => leave(group, member))
  return { errors, coordinated: membersGone(group, context) }
}

function leave(group: ClassicGroup, { memberId, groupInstanceId }: LeavingMember): ErrorName {
  if (group.pendingJoins.delete(memberId)) return 'NONE'
  const meant =
    memberId === '' && groupInstanceId !== undefined
      ? (group.staticMemberId(groupInstanceId) ?? memberId)
      : memberId
  const error = group.memberError(meant, groupInstanceId)
  if (error !== undefined) return error
  forget(group, group.member(meant)!)
  return 'NONE'
}
