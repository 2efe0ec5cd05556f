/** The members of a group, with what they are assigned and what they are to be. */
import { assignedPartitions, ownedPartitions, type AssignedPartition } from './group-assignment.ts'
import { NOTHING_ASSIGNED, type GroupMember } from './group-member.ts'
import type { GroupsSource, LoadedGroup } from './groups-source.ts'
import { groupSummary } from './group-summary.ts'

export interface DescribedMember {
  readonly groupId: string
  readonly member: GroupMember
  /** Those assigned and those it is to give back, for which it still answers. */
  readonly owned: readonly AssignedPartition[]
  readonly assigned: readonly AssignedPartition[]
  readonly revoking: readonly AssignedPartition[]
  readonly target: readonly AssignedPartition[]
  /** Undefined in classic groups, whose leader assigns. */
  readonly targetEpoch: number | undefined
}

export function groupMembers(loaded: LoadedGroup, { names }: GroupsSource): DescribedMember[] {
  const { groupId, group } = loaded
  const targetEpoch = groupSummary(loaded).assignmentEpoch
  return group.members.map(member => ({
    groupId,
    member,
    owned: ownedPartitions(member, group, names),
    assigned: assignedPartitions(member.assigned, group, names),
    revoking: assignedPartitions(member.revoking ?? NOTHING_ASSIGNED, group, names),
    target: assignedPartitions(member.target ?? NOTHING_ASSIGNED, group, names),
    targetEpoch,
  }))
}
