/** The values of group records of the three newer protocols, in one shape. */
import type { GroupRecord } from '../../coordinator/consumer-offsets-records.ts'
import type { AssignedTasks, AssignedTopic, Assignment, MemberState, Task } from './group-member.ts'
import type { CurrentAssignment, MemberDescription, Topology } from './modern-group.ts'

type ValueOf<Type extends GroupRecord['type']> = NonNullable<
  Extract<GroupRecord, { readonly type: Type }>['value']
>

export function consumerMember(value: ValueOf<'ConsumerGroupMemberMetadata'>): MemberDescription {
  const { classicMemberMetadata: classic } = value
  return {
    instanceId: value.instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    subscribedTopics: value.subscribedTopicNames,
    subscribedRegex: value.subscribedTopicRegex === '' ? null : value.subscribedTopicRegex,
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    ...(classic && { sessionTimeoutMs: classic.sessionTimeoutMs }),
    assignor: value.serverAssignor,
    isClassic: classic !== null,
  }
}

export function shareMember(value: ValueOf<'ShareGroupMemberMetadata'>): MemberDescription {
  return {
    instanceId: null,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    subscribedTopics: value.subscribedTopicNames,
  }
}

export function streamsMember(value: ValueOf<'StreamsGroupMemberMetadata'>): MemberDescription {
  return {
    instanceId: value.instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    processId: value.processId,
    topologyEpoch: value.topologyEpoch,
  }
}

export function consumerCurrent(
  value: ValueOf<'ConsumerGroupCurrentMemberAssignment'>,
): CurrentAssignment {
  return {
    epoch: value.memberEpoch,
    previousEpoch: value.previousMemberEpoch,
    state: MEMBER_STATES[value.state] ?? 'unknown',
    assigned: { topics: topicsOf(value.assignedPartitions) },
    revoking: { topics: topicsOf(value.partitionsPendingRevocation) },
  }
}

export function shareCurrent(
  value: ValueOf<'ShareGroupCurrentMemberAssignment'>,
): CurrentAssignment {
  return {
    epoch: value.memberEpoch,
    previousEpoch: value.previousMemberEpoch,
    state: MEMBER_STATES[value.state] ?? 'unknown',
    assigned: { topics: topicsOf(value.assignedPartitions) },
    revoking: { topics: [] },
  }
}

export function streamsCurrent(
  value: ValueOf<'StreamsGroupCurrentMemberAssignment'>,
): CurrentAssignment {
  return {
    epoch: value.memberEpoch,
    previousEpoch: value.previousMemberEpoch,
    state: MEMBER_STATES[value.state - 1] ?? 'unknown',
    assigned: tasksOf(value),
    revoking: tasksOf({
      activeTasks: value.activeTasksPendingRevocation,
      standbyTasks: value.standbyTasksPendingRevocation,
      warmupTasks: value.warmupTasksPendingRevocation,
    }),
  }
}

export function streamsTopology(value: ValueOf<'StreamsGroupTopology'>): Topology {
  const sourceTopics = value.subtopologies.map(subtopology => {
    const repartitioned = subtopology.repartitionSourceTopics.map(({ name }) => name)
    return [subtopology.subtopologyId, [...subtopology.sourceTopics, ...repartitioned]] as const
  })
  return { epoch: value.epoch, sourceTopics: new Map(sourceTopics) }
}

export function topicsOf(
  topics: readonly { readonly topicId: string; readonly partitions: readonly number[] }[],
): AssignedTopic[] {
  return topics.map(({ topicId, partitions }) => ({ topicId, partitions }))
}

interface TaskLists {
  readonly activeTasks: readonly Task[]
  readonly standbyTasks: readonly Task[]
  readonly warmupTasks: readonly Task[]
}

export function tasksOf({ activeTasks, standbyTasks, warmupTasks }: TaskLists): Assignment {
  const tasks: AssignedTasks = {
    active: activeTasks.map(taskOf),
    standby: standbyTasks.map(taskOf),
    warmup: warmupTasks.map(taskOf),
  }
  return { topics: [], tasks }
}

function taskOf({ subtopologyId, partitions }: Task): Task {
  return { subtopologyId, partitions }
}

/** By the number that holds it; in streams groups they count from 1. */
const MEMBER_STATES: readonly MemberState[] = ['stable', 'unrevoked', 'unreleased']
