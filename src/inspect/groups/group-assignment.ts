/** What a member is assigned, as topics by name. The tasks of a streams group are the partitions that they read. */
import { byPartition } from './committed-offsets.ts'
import { type Group } from './group.ts'
import { NOTHING_ASSIGNED, type Assignment, type GroupMember, type Task } from './group-member.ts'
import type { TopicNames } from '../internal-topics/topic-names.ts'
import { ModernGroup } from './modern-group.ts'

export interface AssignedPartition {
  /** Undefined where nothing here tells the name of the topic. */
  readonly name: string | undefined
  readonly topicId: string | undefined
  /** The name, or in its place the id. */
  readonly topic: string
  readonly partition: number
}

/** What it answers for: until it has given partitions back, these as well. */
export function ownedPartitions(
  { assigned, revoking = NOTHING_ASSIGNED }: GroupMember,
  group: Group,
  names: TopicNames,
): AssignedPartition[] {
  const both = [assigned, revoking].flatMap(part => assignedPartitions(part, group, names))
  return eachOnce(both)
}

/** Sorted by topic and partition, each once. */
export function assignedPartitions(
  assignment: Assignment,
  group: Group,
  names: TopicNames,
): AssignedPartition[] {
  const partitions = assignment.topics.flatMap(({ name, topicId, partitions }) => {
    const known = name ?? (topicId === undefined ? undefined : names.nameOf(topicId))
    const topic = known ?? topicId ?? ''
    return partitions.map(partition => ({ name: known, topicId, topic, partition }))
  })
  const read = (assignment.tasks?.active ?? []).flatMap(task => partitionsOf(task, group, names))
  return eachOnce([...partitions, ...read])
}

function eachOnce(partitions: readonly AssignedPartition[]): AssignedPartition[] {
  const sorted = [...partitions].sort(byPartition)
  return sorted.filter((each, i) => i === 0 || byPartition(each, sorted[i - 1]!) !== 0)
}

function partitionsOf(
  { subtopologyId, partitions }: Task,
  group: Group,
  names: TopicNames,
): AssignedPartition[] {
  const sources =
    group instanceof ModernGroup ? (group.topology?.sourceTopics.get(subtopologyId) ?? []) : []
  return sources.flatMap(topic =>
    partitions
      .filter(partition => names.exists({ topic, partition }))
      .map(partition => ({ name: topic, topicId: undefined, topic, partition })),
  )
}
