/** Topics as JSON: every member is there, null where a thing is not known. */
import type {
  PartitionDescription,
  TopicDescription,
} from '../../inspect/topics/topic-description.ts'
import { NO_LEADER } from '../../metadata/partition-image.ts'
import type { TopicImage } from '../../metadata/topic-images.ts'
import { isInternalTopic } from '../../metadata/topic-name.ts'
import { jsonText, type JsonValue } from '../json-text.ts'

export function topicListJson({ name, topicId, partitions }: TopicImage): string {
  return jsonText({
    topic: name,
    topicId,
    partitions: partitions.size,
    internal: isInternalTopic(name),
  })
}

export function topicJson(topic: TopicDescription): string {
  return jsonText({
    topic: topic.name,
    topicId: topic.topicId,
    internal: topic.isInternal,
    partitionCount: topic.partitions.length,
    replicationFactor: topic.replicationFactor,
    configs: topic.configs.map(({ name, value, source }) => ({ name, value, source })),
    partitions: topic.partitions.map(partitionJson),
  })
}

function partitionJson(partition: PartitionDescription): JsonValue {
  const { leader, leaderEpoch, partitionEpoch, leaderRecoveryState } = partition
  return {
    partition: partition.partitionId,
    leader: leader === NO_LEADER ? null : leader,
    leaderEpoch,
    partitionEpoch,
    leaderRecoveryState,
    replicas: partition.replicas,
    isr: partition.isr,
    addingReplicas: partition.addingReplicas,
    removingReplicas: partition.removingReplicas,
    eligibleLeaderReplicas: partition.eligibleLeaderReplicas,
    lastKnownElr: partition.lastKnownElr,
    logDirs: partition.places.map(({ broker, directoryId, logDir }) => ({
      broker,
      directoryId,
      logDir: logDir ?? null,
    })),
    onDisk: partition.onDisk.map(({ path, state, segments, bytes, topicId }) => ({
      path,
      state,
      topicId: topicId ?? null,
      segments,
      bytes,
    })),
  }
}
