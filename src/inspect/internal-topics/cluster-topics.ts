/** The topics of the cluster, as its metadata log says. */
import type { Disk } from '../../disk/disk.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type { TopicImage } from '../../metadata/topic-images.ts'
import { readMetadataLog } from './metadata-log.ts'
import type { PartitionsHere } from './partitions-here.ts'
import type { ProblemTaker } from './record-walk.ts'

export interface ClusterTopic {
  readonly name: string
  readonly topicId: string
  readonly partitionCount: number
}

export interface ClusterTopics {
  byId(topicId: string): ClusterTopic | undefined
  byName(name: string): ClusterTopic | undefined
}

/** Undefined where the log is not here. */
export function readClusterTopics(
  disk: Disk,
  partitions: PartitionsHere,
  problem: ProblemTaker,
): ClusterTopics | undefined {
  const here = partitions.open({ topic: METADATA_TOPIC, partition: 0 })
  if (here === undefined) return undefined
  const { topics } = readMetadataLog(disk, here, problem).image
  return {
    byId: topicId => clusterTopic(topics.byId(topicId)),
    byName: name => clusterTopic(topics.byName(name)),
  }
}

function clusterTopic(topic: TopicImage | undefined): ClusterTopic | undefined {
  if (topic === undefined) return undefined
  const { name, topicId, partitions } = topic
  let partitionCount = 0
  for (const number of partitions.keys()) partitionCount = Math.max(partitionCount, number + 1)
  return { name, topicId, partitionCount }
}
