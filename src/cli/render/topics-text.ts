/** Topics as kafka-topics prints them, with what lies on disk behind that. */
import type {
  PartitionDescription,
  ReplicaPlace,
  TopicDescription,
} from '../../inspect/topics/topic-description.ts'
import type { FolderContent } from '../../inspect/topics/topic-folders.ts'
import {
  LOST_DIRECTORY,
  MIGRATING_DIRECTORY,
  UNASSIGNED_DIRECTORY,
} from '../../metadata/directory-id.ts'
import { NO_LEADER } from '../../metadata/partition-image.ts'
import { cellText } from './table.ts'

export function* topicText(topic: TopicDescription): Generator<string> {
  const { name, topicId, partitions, replicationFactor, configs } = topic
  yield line([
    ['Topic', name],
    ['TopicId', topicId],
    ['PartitionCount', partitions.length],
    ['ReplicationFactor', replicationFactor],
    ['Configs', configs.map(config => `${config.name}=${config.value}`).join(',')],
  ])
  for (const partition of partitions) yield `\t${partitionText(topic, partition)}`
}

function partitionText(
  { name, topicId }: TopicDescription,
  partition: PartitionDescription,
): string {
  const { leader, addingReplicas, removingReplicas } = partition
  const isMoving = addingReplicas.length + removingReplicas.length > 0
  const moving: Member[] = [
    ['Adding Replicas', addingReplicas.join(',')],
    ['Removing Replicas', removingReplicas.join(',')],
  ]
  return line([
    ['Topic', name],
    ['Partition', partition.partitionId],
    ['Leader', leader === NO_LEADER ? 'none' : leader],
    ['Replicas', partition.replicas.join(',')],
    ['Isr', partition.isr.join(',')],
    ...(isMoving ? moving : []),
    ['Elr', partition.eligibleLeaderReplicas.join(',')],
    ['LastKnownElr', partition.lastKnownElr.join(',')],
    ['LogDirs', partition.places.map(placeText).join(',')],
    ['OnDisk', partition.onDisk.map(folder => folderText(folder, topicId)).join(', ') || 'nothing'],
  ])
}

type Member = readonly [name: string, value: string | number]

function line(members: readonly Member[]): string {
  return members
    .map(([name, value]) => `${name}: ${value === '' ? '' : cellText(value)}`)
    .join('\t')
}

const DIRECTORY_WORDS: Readonly<Record<string, string>> = {
  [MIGRATING_DIRECTORY]: 'unknown',
  [UNASSIGNED_DIRECTORY]: 'unassigned',
  [LOST_DIRECTORY]: 'offline',
}

function placeText({ directoryId, logDir }: ReplicaPlace): string {
  return logDir ?? DIRECTORY_WORDS[directoryId] ?? directoryId
}

function folderText({ path, state, segments, bytes, topicId }: FolderContent, wanted: string) {
  const count = `${segments} ${segments === 1 ? 'segment' : 'segments'}`
  const notes = [
    `${count}, ${bytes} bytes`,
    ...(state === 'future' ? ['being moved here'] : []),
    ...(topicId === undefined ? ['without a topic id'] : []),
    ...(topicId !== undefined && topicId !== wanted ? [`of another topic, ${topicId}`] : []),
  ]
  return `${path} (${notes.join('; ')})`
}
