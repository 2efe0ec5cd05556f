/** Groups, members and offsets as lines of JSON; `kind` says which. */
import type { AssignedPartition } from '../../inspect/groups/group-assignment.ts'
import type { GroupMember } from '../../inspect/groups/group-member.ts'
import type { DescribedMember } from '../../inspect/groups/group-members.ts'
import type { GroupOffset } from '../../inspect/groups/group-offsets.ts'
import type { GroupSummary } from '../../inspect/groups/group-summary.ts'
import type { ShareOffset } from '../../inspect/groups/share-offsets.ts'
import { jsonText, type JsonValue } from '../json-text.ts'

export function groupJson(summary: GroupSummary): string {
  return jsonText({
    kind: 'group',
    group: summary.groupId,
    type: summary.type,
    protocolType: summary.protocolType,
    state: summary.state,
    assignor: summary.assignor,
    epoch: summary.epoch,
    assignmentEpoch: summary.assignmentEpoch ?? null,
    leader: summary.leader,
    timestamp: summary.timestamp ?? null,
    members: summary.memberCount,
    offsets: summary.offsetCount,
    pendingOffsets: summary.pendingCount,
    coordinatorPartition: summary.partition,
  })
}

export function memberJson(described: DescribedMember): string {
  const { groupId, member, targetEpoch } = described
  return jsonText({
    kind: 'member',
    group: groupId,
    memberId: member.memberId,
    instanceId: member.instanceId,
    clientId: member.clientId,
    host: member.clientHost,
    rackId: member.rackId ?? null,
    epoch: member.epoch ?? null,
    previousEpoch: member.previousEpoch ?? null,
    targetEpoch: targetEpoch ?? null,
    state: member.state ?? null,
    sessionTimeoutMs: member.sessionTimeoutMs ?? null,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs ?? null,
    subscribedTopics: member.subscribedTopics ?? null,
    subscribedRegex: member.subscribedRegex ?? null,
    assignor: member.assignor ?? null,
    isClassic: member.isClassic ?? null,
    processId: member.processId ?? null,
    topologyEpoch: member.topologyEpoch ?? null,
    assigned: topicsJson(described.assigned),
    revoking: topicsJson(described.revoking),
    target: topicsJson(described.target),
    tasks: tasksJson(member),
  })
}

export function groupOffsetJson(row: GroupOffset): string {
  const { committed, expiry, member } = row
  return jsonText({
    kind: 'offset',
    group: row.groupId,
    topic: row.topic,
    partition: row.partition,
    topicId: row.topicId ?? null,
    offset: committed?.offset ?? null,
    leaderEpoch: committed?.leaderEpoch ?? null,
    metadata: committed?.metadata ?? null,
    commitTimestamp: committed?.commitTimestamp ?? null,
    expireTimestamp: committed?.expireTimestamp ?? null,
    expiresAt: expiry?.kind === 'at' ? expiry.timestamp : null,
    keptBy: expiry?.kind === 'held' ? expiry.by : null,
    log: row.place,
    logStartOffset: row.logStartOffset ?? null,
    logEndOffset: row.logEndOffset ?? null,
    lag: row.lag ?? null,
    memberId: member?.memberId ?? null,
    instanceId: member?.instanceId ?? null,
    host: member?.clientHost ?? null,
    clientId: member?.clientId ?? null,
    pending: row.pending.map(({ producerId, offset, leaderEpoch, metadata, commitTimestamp }) => ({
      producerId,
      offset,
      leaderEpoch: leaderEpoch ?? null,
      metadata,
      commitTimestamp,
    })),
  })
}

export function shareOffsetJson(row: ShareOffset): string {
  return jsonText({
    kind: 'share-offset',
    group: row.groupId,
    topic: row.topic,
    partition: row.partition,
    topicId: row.topicId,
    startOffset: row.startOffset ?? null,
    deliveryCompleteCount: row.deliveryCompleteCount ?? null,
    leaderEpoch: row.leaderEpoch ?? null,
    stateEpoch: row.stateEpoch ?? null,
    log: row.place,
    logEndOffset: row.logEndOffset ?? null,
    lag: row.lag ?? null,
  })
}

function topicsJson(partitions: readonly AssignedPartition[]): JsonValue {
  const topics = new Map<string, { topic: string | null; topicId: string | null; list: number[] }>()
  for (const { topic, name, topicId, partition } of partitions) {
    const known = topics.get(topic)
    if (known !== undefined) known.list.push(partition)
    else topics.set(topic, { topic: name ?? null, topicId: topicId ?? null, list: [partition] })
  }
  return [...topics.values()].map(({ topic, topicId, list }) => ({
    topic,
    topicId,
    partitions: list,
  }))
}

/** Null but in streams groups. */
function tasksJson({ assigned: { tasks } }: GroupMember): JsonValue {
  if (tasks === undefined) return null
  const { active, standby, warmup } = tasks
  const listed = (list: typeof active) =>
    list.map(({ subtopologyId, partitions }) => ({ subtopologyId, partitions }))
  return { active: listed(active), standby: listed(standby), warmup: listed(warmup) }
}
