/**
 * A new topic, all of whose replicas one broker has.
 *
 * Its partitions are led by that broker if it is at work, as Kafka creates them. Else they are as a broker that was
 * shut down leaves its partitions: nobody leads, and it may, once it is back.
 *
 * Source: org.apache.kafka.controller.ReplicationControlManager#createTopics
 */
import type { ClusterImage } from './cluster-image.ts'
import { RESOURCE_TYPE_IDS } from './resource-configs.ts'
import type { MetadataRecord } from './metadata-records.ts'
import { partitionRecordVersion } from './metadata-version.ts'
import { newRecord } from './new-record.ts'
import { NO_LEADER } from './partition-image.ts'
import { topicConfigProblem } from './topic-configs.ts'
import { refused, type TopicDecision, type TopicRefusal } from './topic-decision.ts'
import { collides, isClusterMetadata, mayCollide, topicNameProblem } from './topic-name.ts'

export interface NewTopic {
  readonly name: string
  readonly partitionCount: number
  /** In the order given. */
  readonly configs: ReadonlyMap<string, string>
  /** Chosen at random by the caller. */
  readonly topicId: string
  readonly brokerId: number
  /** The log.dir of a partition: its id, or UNASSIGNED_DIRECTORY. */
  readonly directoryOf: (partitionId: number) => string
  /** Of a partition whose log was led before, elsewhere; by default 0. */
  readonly leaderEpochOf?: (partitionId: number) => number
}

/** In one request. */
export const PARTITIONS_MAX = 10_000

export function createTopic(topic: NewTopic, image: ClusterImage): TopicDecision {
  return problemOf(topic, image) ?? { records: recordsOf(topic, image) }
}

function problemOf(topic: NewTopic, image: ClusterImage): TopicRefusal | undefined {
  const { name, partitionCount } = topic
  if (isClusterMetadata(name)) {
    return refused('INVALID_REQUEST', `Creation of internal topic ${name} is prohibited.`)
  }
  if (partitionCount > PARTITIONS_MAX) {
    return refused('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
  }
  if (image.topics.byName(name) !== undefined) {
    return refused('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
  }
  const nameProblem = topicNameProblem(name) ?? collisionOf(name, image)
  if (nameProblem !== undefined) return refused('INVALID_TOPIC_EXCEPTION', nameProblem)
  const configProblem = topicConfigProblem(topic.configs)
  if (configProblem !== undefined) return refused('INVALID_CONFIG', configProblem)
  if (partitionCount >= 1) return undefined
  const why = 'Number of partitions was set to an invalid non-positive value.'
  return refused('INVALID_PARTITIONS', why)
}

function collisionOf(name: string, { topics }: ClusterImage): string | undefined {
  if (!mayCollide(name)) return undefined
  const other = topics.all().find(topic => mayCollide(topic.name) && collides(topic.name, name))
  return other && `Topic '${name}' collides with existing topic: ${other.name}`
}

/** Configs go behind the topic, before its partitions. */
function recordsOf(topic: NewTopic, image: ClusterImage): MetadataRecord[] {
  const { name, topicId, partitionCount } = topic
  return [
    newRecord('TopicRecord', { name, topicId }),
    ...configRecords(topic, image),
    ...Array.from({ length: partitionCount }, (_, id) => partitionRecord(topic, id, image)),
  ]
}

function configRecords({ name, configs }: NewTopic, image: ClusterImage): MetadataRecord[] {
  const resource = { resourceType: RESOURCE_TYPE_IDS.topic, resourceName: name }
  const records = [...configs].map(([key, value]) =>
    newRecord('ConfigRecord', { ...resource, name: key, value }),
  )
  const clearsElr = image.hasEligibleLeaderReplicas && configs.has('min.insync.replicas')
  return clearsElr ? [...records, newRecord('ClearElrRecord', { topicName: name })] : records
}

export type NewPartition = Pick<NewTopic, 'topicId' | 'brokerId' | 'directoryOf' | 'leaderEpochOf'>

export function partitionRecord(
  { topicId, brokerId, directoryOf, leaderEpochOf }: NewPartition,
  partitionId: number,
  image: ClusterImage,
): MetadataRecord {
  const version = partitionRecordVersion(image)
  const fields = {
    partitionId,
    topicId,
    replicas: [brokerId],
    leaderEpoch: leaderEpochOf?.(partitionId) ?? 0,
    partitionEpoch: 0,
    directories: version === 0 ? [] : [directoryOf(partitionId)],
    ...leadership(brokerId, image),
  }
  return newRecord('PartitionRecord', fields, version)
}

function leadership(brokerId: number, image: ClusterImage) {
  if (image.brokers.isActive(brokerId)) return { leader: brokerId, isr: [brokerId] }
  if (!image.hasEligibleLeaderReplicas) return { leader: NO_LEADER, isr: [brokerId] }
  const eligible = { eligibleLeaderReplicas: [brokerId], lastKnownElr: [brokerId] }
  return { leader: NO_LEADER, isr: [], ...eligible }
}
