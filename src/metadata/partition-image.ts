/**
 * One partition of a topic, as the cluster has it.
 *
 * Source: org.apache.kafka.metadata.PartitionRegistration
 */
import type { MetadataRecord } from './metadata-records.ts'
import { MIGRATING_DIRECTORY } from './directory-id.ts'

export const NO_LEADER = -1
/** Of a change record that leaves the leader, and its epoch, as they are. */
const NO_LEADER_CHANGE = -2
const NO_RECOVERY_STATE_CHANGE = -1

/** Whether a leader that was elected uncleanly is still to be reconciled with its followers. */
export type LeaderRecoveryState = 'recovered' | 'recovering'

export interface PartitionImage {
  readonly partitionId: number
  /** Ids of brokers; the first is the preferred leader. */
  readonly replicas: readonly number[]
  /** The log.dir of each replica, in the same order. */
  readonly directories: readonly string[]
  readonly isr: readonly number[]
  readonly removingReplicas: readonly number[]
  readonly addingReplicas: readonly number[]
  /** NO_LEADER where there is none. */
  readonly leader: number
  readonly leaderRecoveryState: LeaderRecoveryState
  /** One more with each change of the leader, and with some others. */
  readonly leaderEpoch: number
  /** One more with each change of anything. */
  readonly partitionEpoch: number
  /** Out of the ISR, but known to hold all that was committed (KIP-966). */
  readonly eligibleLeaderReplicas: readonly number[]
  readonly lastKnownElr: readonly number[]
}

/** The log.dir that the cluster has a replica in; undefined of a node without one. */
export function directoryOn(
  { replicas, directories }: Pick<PartitionImage, 'replicas' | 'directories'>,
  nodeId: number,
): string | undefined {
  return directories[replicas.indexOf(nodeId)]
}

export type PartitionRecordValue = Extract<MetadataRecord, { type: 'PartitionRecord' }>['value']
export type PartitionChangeValue = Extract<
  MetadataRecord,
  { type: 'PartitionChangeRecord' }
>['value']

export function partitionOf(record: PartitionRecordValue): PartitionImage {
  const { partitionId, replicas, isr, leader, leaderEpoch, partitionEpoch } = record
  const { removingReplicas, addingReplicas, leaderRecoveryState } = record
  return {
    partitionId,
    replicas,
    directories: directoriesOf(record.directories, replicas.length),
    isr,
    removingReplicas,
    addingReplicas,
    leader,
    leaderRecoveryState: recoveryStateOf(leaderRecoveryState),
    leaderEpoch,
    partitionEpoch,
    eligibleLeaderReplicas: record.eligibleLeaderReplicas ?? [],
    lastKnownElr: record.lastKnownElr ?? [],
  }
}

export function changedPartition(
  partition: PartitionImage,
  change: PartitionChangeValue,
): PartitionImage {
  const replicas = change.replicas ?? partition.replicas
  const keepsLeader = change.leader === NO_LEADER_CHANGE
  const { leaderRecoveryState: state } = change
  return {
    partitionId: partition.partitionId,
    replicas,
    directories: directoriesOf(change.directories ?? partition.directories, replicas.length),
    isr: change.isr ?? partition.isr,
    removingReplicas: change.removingReplicas ?? partition.removingReplicas,
    addingReplicas: change.addingReplicas ?? partition.addingReplicas,
    leader: keepsLeader ? partition.leader : change.leader,
    leaderRecoveryState:
      state === NO_RECOVERY_STATE_CHANGE ? partition.leaderRecoveryState : recoveryStateOf(state),
    leaderEpoch: partition.leaderEpoch + (keepsLeader ? 0 : 1),
    partitionEpoch: partition.partitionEpoch + 1,
    eligibleLeaderReplicas: change.eligibleLeaderReplicas ?? partition.eligibleLeaderReplicas,
    lastKnownElr: change.lastKnownElr ?? partition.lastKnownElr,
  }
}

/** The same where nothing was to be cleared. */
export function withoutEligibleLeaders(partition: PartitionImage): PartitionImage {
  const { eligibleLeaderReplicas, lastKnownElr, partitionEpoch } = partition
  if (eligibleLeaderReplicas.length === 0 && lastKnownElr.length === 0) return partition
  return {
    ...partition,
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    partitionEpoch: partitionEpoch + 1,
  }
}

/** Records of before KIP-858 tell no directories. */
function directoriesOf(directories: readonly string[], count: number): readonly string[] {
  if (directories.length > 0) return directories
  return Array.from({ length: count }, () => MIGRATING_DIRECTORY)
}

function recoveryStateOf(code: number): LeaderRecoveryState {
  return code === 1 ? 'recovering' : 'recovered'
}
