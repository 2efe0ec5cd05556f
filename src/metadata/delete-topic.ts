/**
 * A topic is gone with one record; its configs go with it.
 *
 * Source: org.apache.kafka.controller.ReplicationControlManager#deleteTopic
 */
import type { ClusterImage } from './cluster-image.ts'
import { newRecord } from './new-record.ts'
import { refused, type TopicDecision } from './topic-decision.ts'
import { isClusterMetadata } from './topic-name.ts'

export function deleteTopic(name: string, image: ClusterImage): TopicDecision {
  if (isClusterMetadata(name)) {
    return refused('INVALID_REQUEST', `Deletion of internal topic ${name} is prohibited.`)
  }
  const topic = image.topics.byName(name)
  if (topic === undefined) {
    return refused('UNKNOWN_TOPIC_OR_PARTITION', `Topic '${name}' does not exist.`)
  }
  return { records: [newRecord('RemoveTopicRecord', { topicId: topic.topicId })] }
}
