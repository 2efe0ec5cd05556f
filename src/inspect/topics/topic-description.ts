/** What `topics describe` tells of a topic: the cluster's word, and what lies in the log.dirs. */
import type { Disk } from '../../disk/disk.ts'
import {
  effectiveConfigs,
  type BrokerConfigs,
  type EffectiveConfig,
} from '../../metadata/broker-configs.ts'
import type { PartitionImage } from '../../metadata/partition-image.ts'
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

export interface TopicConfig extends EffectiveConfig {
  readonly name: string
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
  brokerConfigs: BrokerConfigs,
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
    configs: configsOf(name, brokerConfigs),
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

function configsOf(topic: string, brokerConfigs: BrokerConfigs): TopicConfig[] {
  return [...effectiveConfigs(topic, brokerConfigs)]
    .map(([name, config]) => ({ name, ...config }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
