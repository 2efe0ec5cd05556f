/**
 * ElectLeaders 0–2: with one replica each, every partition is led by whom it should be, or by nobody, as its log.dir is
 * offline. Who asks for all is told of none, as Kafka tells only of those where there was something to do.
 */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { ELECT_LEADERS } from '../../protocol/messages/43-elect-leaders.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'

export const handleElectLeaders: Handler<typeof ELECT_LEADERS> = (request, _, broker) => {
  const asked = request.topicPartitions ?? []
  const replicaElectionResults = asked.map(({ topic, partitions }) => ({
    topic,
    partitionResult: partitions.map(partitionId => ({
      partitionId,
      ...outcomeOf(topic, partitionId, broker),
    })),
  }))
  return { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, replicaElectionResults }
}

function outcomeOf(topic: string, partitionId: number, { controller, replicas }: Broker) {
  const image = controller.image.topics.byName(topic)
  const unknown = ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION
  if (image === undefined) return { errorCode: unknown, errorMessage: `No such topic as ${topic}` }
  if (!image.partitions.has(partitionId)) {
    return { errorCode: unknown, errorMessage: `No such partition as ${topic}-${partitionId}` }
  }
  const isOffline = replicas.partition(topic, partitionId)?.isOffline ?? true
  if (isOffline) {
    const errorMessage = 'The eligible topic partition leaders are not available.'
    return { errorCode: ERROR_CODES.ELIGIBLE_LEADERS_NOT_AVAILABLE, errorMessage }
  }
  const errorMessage = 'Leader election not needed for topic partition.'
  return { errorCode: ERROR_CODES.ELECTION_NOT_NEEDED, errorMessage }
}
