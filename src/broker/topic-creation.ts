/**
 * A topic that somebody asks for, as the controller of one broker decides on it.
 *
 * Source: org.apache.kafka.controller.ReplicationControlManager#createTopics
 */
import type { ErrorName } from '../protocol/error-codes.ts'
import { createTopic, partitionRecord, PARTITIONS_MAX } from '../metadata/create-topic.ts'
import { directoryOn } from '../metadata/partition-image.ts'
import { placePartitions } from '../metadata/placement.ts'
import { UNASSIGNED_DIRECTORY } from '../metadata/directory-id.ts'
import type { ClusterImage } from '../metadata/cluster-image.ts'
import type { ReplicaManager } from './replica-manager.ts'
import type { Decided } from './controller.ts'

export interface WantedTopic {
  readonly name: string
  /** −1 for `num.partitions`, and where assignments say it. */
  readonly partitionCount: number
  /** −1 for `default.replication.factor`, and where assignments say it. */
  readonly replicationFactor: number
  /** Of brokers, by partition; empty for as the controller likes. */
  readonly assignments: readonly Assignment[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

/** What is known beside the image of the cluster. */
export interface CreatingBroker {
  readonly node: { readonly nodeId: number }
  readonly replicas: Pick<ReplicaManager, 'logDirs'>
  readonly newId: () => string
  number(config: 'num.partitions'): number
}

interface Assignment {
  readonly partitionIndex: number
  readonly brokerIds: readonly number[]
}

export type TopicOutcome =
  | { readonly error: ErrorName; readonly message: string }
  | {
      readonly error?: undefined
      readonly topicId: string
      readonly partitionCount: number
      readonly replicationFactor: number
    }

/** @param isOnlyTried to tell what would come of it */
export function decideTopic(
  wanted: WantedTopic,
  { image, isOnlyTried }: { readonly image: ClusterImage; readonly isOnlyTried: boolean },
  broker: CreatingBroker,
): Decided<TopicOutcome> {
  const { name, configs, assignments } = wanted
  const problem = problemOf(wanted, broker)
  if (problem !== undefined) return { records: [], answer: problem }
  const asked = assignments.length > 0 ? assignments.length : wanted.partitionCount
  const partitionCount = asked === -1 ? broker.number('num.partitions') : asked
  const topicId = broker.newId()
  let directories: readonly string[] | undefined
  const decision = createTopic(
    {
      name,
      partitionCount,
      configs: new Map(configs.map(config => [config.name, config.value!])),
      topicId,
      brokerId: broker.node.nodeId,
      directoryOf: partition => {
        directories ??= placePartitions(partitionCount, directoryLoads(image, broker))
        return directories[partition] ?? UNASSIGNED_DIRECTORY
      },
    },
    image,
  )
  if (decision.error !== undefined) return { records: [], answer: decision }
  const answer = { topicId, partitionCount, replicationFactor: 1 }
  return { records: isOnlyTried ? [] : decision.records, answer }
}

export interface WantedPartitions {
  readonly name: string
  /** That there are to be. */
  readonly count: number
  /** Of those that are added; null for as the controller likes. */
  readonly assignments: readonly { readonly brokerIds: readonly number[] }[] | null
}

export interface PartitionsOutcome {
  readonly error: ErrorName
  readonly message: string | null
}

/**
 * Partitions that a topic gets beside those it has.
 *
 * Source: org.apache.kafka.controller.ReplicationControlManager#createPartitions
 */
export function decidePartitions(
  { name, count, assignments }: WantedPartitions,
  { image, isOnlyTried }: { readonly image: ClusterImage; readonly isOnlyTried: boolean },
  broker: CreatingBroker,
): Decided<PartitionsOutcome> {
  const refused = (error: ErrorName, message: string) => ({
    records: [],
    answer: { error, message },
  })
  const topic = image.topics.byName(name)
  if (topic === undefined) {
    return refused('UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.')
  }
  const { topicId, partitions } = topic
  const { size } = partitions
  if (count === size)
    return refused('INVALID_PARTITIONS', `Topic already has ${size} partition(s).`)
  if (count < size) {
    const text = `The topic ${name} currently has ${size} partition(s)`
    return refused('INVALID_PARTITIONS', `${text}; ${count} would not be an increase.`)
  }
  const addedCount = count - size
  if (addedCount > PARTITIONS_MAX) {
    return refused('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
  }
  const { nodeId: brokerId } = broker.node
  if (assignments !== null && assignments.length !== addedCount) {
    const text = `Attempted to add ${addedCount} additional partition(s), but only`
    const message = `${text} ${assignments.length} assignment(s) were specified.`
    return refused('INVALID_REPLICA_ASSIGNMENT', message)
  }
  for (const { brokerIds } of assignments ?? []) {
    const message = assignedProblem(brokerIds, brokerId)
    if (message !== undefined) return refused('INVALID_REPLICA_ASSIGNMENT', message)
  }
  const directories = placePartitions(addedCount, directoryLoads(image, broker))
  const directoryOf = (partition: number) => directories[partition - size] ?? UNASSIGNED_DIRECTORY
  const records = Array.from({ length: addedCount }, (_, index) => {
    return partitionRecord({ topicId, brokerId, directoryOf }, size + index, image)
  })
  return { records: isOnlyTried ? [] : records, answer: { error: 'NONE', message: null } }
}

function problemOf(wanted: WantedTopic, broker: CreatingBroker): TopicOutcome | undefined {
  const { assignments, configs, replicationFactor } = wanted
  const unset = configs.find(({ value }) => value === null)
  if (unset !== undefined) {
    const message = `Null value not supported for topic configs: ${unset.name}`
    return { error: 'INVALID_CONFIG', message }
  }
  if (assignments.length > 0) return assignmentProblem(wanted, broker)
  if (replicationFactor === 0 || replicationFactor < -1) {
    const message = 'Replication factor must be larger than 0, or -1 to use the default value.'
    return { error: 'INVALID_REPLICATION_FACTOR', message }
  }
  return factorProblem(replicationFactor)
}

/** There is one broker. By default one replica, whatever `default.replication.factor` asks for of a cluster. */
function factorProblem(factor: number): TopicOutcome | undefined {
  if (factor <= 1) return undefined
  const message =
    `Unable to replicate the partition ${factor} time(s): The target replication factor of ` +
    `${factor} cannot be reached because only 1 broker(s) are registered.`
  return { error: 'INVALID_REPLICATION_FACTOR', message }
}

function assignmentProblem(
  { assignments, partitionCount, replicationFactor }: WantedTopic,
  { node }: CreatingBroker,
): TopicOutcome | undefined {
  if (partitionCount !== -1 || replicationFactor !== -1) {
    const what = replicationFactor === -1 ? 'partitions was set' : 'replication factor was set'
    const message = `A manual partition assignment was specified, but ${what} to a value other than -1.`
    return { error: 'INVALID_REQUEST', message }
  }
  const indexes = new Set(assignments.map(({ partitionIndex }) => partitionIndex))
  const areConsecutive = assignments.every((_, index) => indexes.has(index))
  if (!areConsecutive) {
    const message = 'partitions should be a consecutive 0-based integer sequence'
    return { error: 'INVALID_REPLICA_ASSIGNMENT', message }
  }
  for (const { brokerIds } of assignments) {
    const message = assignedProblem(brokerIds, node.nodeId)
    if (message !== undefined) return { error: 'INVALID_REPLICA_ASSIGNMENT', message }
  }
  return undefined
}

/** A manual assignment that is none of this broker alone. */
export function assignedProblem(brokerIds: readonly number[], nodeId: number): string | undefined {
  if (brokerIds.length === 0)
    return 'The manual partition assignment includes an empty replica list.'
  const stranger = brokerIds.find(id => id !== nodeId)
  if (stranger !== undefined) {
    return `The manual partition assignment includes broker ${stranger}, but no such broker is registered.`
  }
  if (brokerIds.length === 1) return undefined
  return `The manual partition assignment includes the broker ${nodeId} more than once.`
}

/** By the cluster's word, of the log.dirs that are online. */
function directoryLoads({ topics }: ClusterImage, { node, replicas }: CreatingBroker) {
  const counts = new Map<string, number>()
  for (const { partitions } of topics.all()) {
    for (const partition of partitions.values()) {
      const id = directoryOn(partition, node.nodeId)
      if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1)
    }
  }
  return replicas.logDirs.dirs.flatMap(({ failure, before }) => {
    const directoryId = before.meta?.directoryId
    if (failure !== undefined || directoryId === undefined) return []
    return [{ directoryId, partitionCount: counts.get(directoryId) ?? 0 }]
  })
}
