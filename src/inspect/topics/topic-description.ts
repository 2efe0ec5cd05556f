/** What `topics describe` tells of a topic: the cluster's word, and what lies in the log.dirs. */
import type { Disk } from '../../disk/disk.ts'
import type { ClusterImage } from '../../metadata/cluster-image.ts'
import type { PartitionImage } from '../../metadata/partition-image.ts'
import { ALL_BROKERS } from '../../metadata/resource-configs.ts'
import { TOPIC_CONFIGS } from '../../metadata/topic-config-definitions.ts'
import type { TopicImage } from '../../metadata/topic-images.ts'
import { isInternalTopic } from '../../metadata/topic-name.ts'
import { pathsById, type ClusterHere } from './cluster-here.ts'
import { folderContent, type FolderContent } from './topic-folders.ts'

export interface TopicDescription {
  readonly name: string
  readonly topicId: string
  readonly isInternal: boolean
  readonly replicationFactor: number
  /** Those that are not Kafka's defaults, by name; where they come from. */
  readonly configs: readonly TopicConfig[]
  /** By number. */
  readonly partitions: readonly PartitionDescription[]
}

export interface TopicConfig {
  readonly name: string
  readonly value: string
  readonly source: 'topic' | 'all-brokers'
}

export interface PartitionDescription extends PartitionImage {
  /** The log.dir of each replica, in their order. */
  readonly places: readonly ReplicaPlace[]
  readonly onDisk: readonly FolderContent[]
}

export interface ReplicaPlace {
  readonly broker: number
  readonly directoryId: string
  /** Undefined where it is none of those given. */
  readonly logDir: string | undefined
}

/** @throws DiskError where a folder can't be listed */
export function describeTopic(
  disk: Disk,
  { logDirs, folders }: ClusterHere,
  topic: TopicImage,
  image: ClusterImage,
): TopicDescription {
  const { name, topicId } = topic
  const paths = pathsById(logDirs)
  const partitions = [...topic.partitions.values()]
    .sort((a, b) => a.partitionId - b.partitionId)
    .map(partition => ({
      ...partition,
      places: placesOf(partition, paths),
      onDisk: folders.of(name, partition.partitionId).map(folder => folderContent(disk, folder)),
    }))
  return {
    name,
    topicId,
    isInternal: isInternalTopic(name),
    replicationFactor: partitions[0]?.replicas.length ?? 0,
    configs: configsOf(name, image),
    partitions,
  }
}

function placesOf(
  { replicas, directories }: PartitionImage,
  paths: ReadonlyMap<string, string>,
): ReplicaPlace[] {
  return replicas.map((broker, index) => {
    const directoryId = directories[index]!
    return { broker, directoryId, logDir: paths.get(directoryId) }
  })
}

/** What is set for all brokers while they run is the default of every topic. */
function configsOf(topic: string, { configs }: ClusterImage): TopicConfig[] {
  const own = configs.of('topic', topic)
  const ofBrokers = configs.of('broker', ALL_BROKERS)
  const found = new Map<string, TopicConfig>()
  for (const [name, { brokerConfig }] of Object.entries(TOPIC_CONFIGS)) {
    const value = brokerConfig === undefined ? undefined : ofBrokers.get(brokerConfig)
    if (value !== undefined) found.set(name, { name, value, source: 'all-brokers' })
  }
  for (const [name, value] of own) found.set(name, { name, value, source: 'topic' })
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
