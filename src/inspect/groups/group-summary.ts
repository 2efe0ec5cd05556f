/**
 * A group in one line. Its state is the one that a broker gives it when it loads the log; whether the members that the
 * log names are still alive, only a coordinator that hears their heartbeats knows.
 *
 * | type     | Empty      | NotReady                        | Assigning          | Reconciling             | Stable |
 * |----------|------------|---------------------------------|--------------------|-------------------------|--------|
 * | classic  | no members | –                               | –                  | –                       | else   |
 * | consumer | no members | –                               | epoch > assignment | a member is not there   | else   |
 * | streams  | no members | topology is not the checked one | epoch > assignment | a member is not there   | else   |
 * | share    | no members | –                               | –                  | –                       | else   |
 *
 * Source: ConsumerGroup#maybeUpdateGroupState, StreamsGroup, ShareGroup; GroupMetadataManager#replay
 */
import type { GroupType } from './group.ts'
import type { GroupMember } from './group-member.ts'
import type { LoadedGroup } from './groups-source.ts'
import { ModernGroup } from './modern-group.ts'

export type GroupState = 'Empty' | 'NotReady' | 'Assigning' | 'Reconciling' | 'Stable'

export interface GroupSummary {
  readonly groupId: string
  readonly type: GroupType
  /** Null in a classic group that never had members. */
  readonly protocolType: string | null
  readonly state: GroupState
  /** What assigns partitions; null where members leave it to the broker, whose default is in its configuration. */
  readonly assignor: string | null
  /** The generation of a classic group, the epoch of others. */
  readonly epoch: number
  /** Of the target assignment; undefined in classic groups, and before the first. */
  readonly assignmentEpoch: number | undefined
  readonly leader: string | null
  /** When it came into its state, or its assignment was made; milliseconds since 1970. */
  readonly timestamp: bigint | undefined
  readonly memberCount: number
  readonly offsetCount: number
  readonly pendingCount: number
  /** Of the coordinator's topic. */
  readonly partition: number
}

export function groupSummary({ groupId, group, ...loaded }: LoadedGroup): GroupSummary {
  const { members } = group
  const counts = {
    memberCount: members.length,
    offsetCount: loaded.offsets.length,
    pendingCount: loaded.pending.length,
    partition: loaded.partition,
  }
  if (!(group instanceof ModernGroup)) {
    return {
      groupId,
      type: 'classic',
      protocolType: group.protocolType,
      state: members.length === 0 ? 'Empty' : 'Stable',
      assignor: members.length === 0 ? null : group.protocol,
      epoch: group.generation,
      assignmentEpoch: undefined,
      leader: group.leader,
      timestamp: group.stateTimestamp,
      ...counts,
    }
  }
  return {
    groupId,
    type: group.type,
    protocolType: group.type,
    state: stateOf(group, members),
    assignor: mostWanted(members),
    epoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch < 0 ? undefined : group.assignmentEpoch,
    leader: null,
    timestamp: group.assignmentTimestamp,
    ...counts,
  }
}

function stateOf(group: ModernGroup, members: readonly GroupMember[]): GroupState {
  if (members.length === 0) return 'Empty'
  const { type, epoch, assignmentEpoch, topology, validatedTopologyEpoch } = group
  if (type === 'share') return 'Stable'
  if (type === 'streams' && topology?.epoch !== validatedTopologyEpoch) return 'NotReady'
  if (epoch > assignmentEpoch) return 'Assigning'
  const isThere = (member: GroupMember) =>
    member.state === 'stable' && member.epoch === assignmentEpoch
  return members.every(isThere) ? 'Stable' : 'Reconciling'
}

function mostWanted(members: readonly GroupMember[]): string | null {
  const votes = new Map<string, number>()
  for (const { assignor } of members) {
    if (assignor != null) votes.set(assignor, (votes.get(assignor) ?? 0) + 1)
  }
  const [most] = [...votes].sort(([, a], [, b]) => b - a)
  return most?.[0] ?? null
}
