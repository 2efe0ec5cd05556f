/**
 * CreateTopics 2–7: each topic is decided on for itself, and there when the answer comes.
 *
 * Since v4 −1 stands for the broker's defaults; since v5 the answer tells counts and configs; since v7 the id. All
 * replicas are this broker's: more than one are refused, as Kafka refuses what its brokers can't hold.
 */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import { ZERO_UUID } from '../../binary/uuid.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { CREATE_TOPICS } from '../../protocol/messages/19-create-topics.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'
import { decideTopic, type TopicOutcome } from '../topic-creation.ts'

type Request = ValueOf<(typeof CREATE_TOPICS)['request']>
type TopicAnswer = ValueOf<(typeof CREATE_TOPICS)['response']>['topics'][number]

export const handleCreateTopics: Handler<typeof CREATE_TOPICS> = async (request, _, broker) => {
  const counts = new Map<string, number>()
  for (const { name } of request.topics) counts.set(name, (counts.get(name) ?? 0) + 1)
  const topics: TopicAnswer[] = []
  for (const [name, count] of counts) {
    const outcome =
      count > 1
        ? ({ error: 'INVALID_REQUEST', message: 'Duplicate topic name.' } as const)
        : await create(request, name, broker)
    topics.push(answerOf(name, outcome))
  }
  return { throttleTimeMs: 0, topics }
}

function create({ topics, validateOnly }: Request, name: string, broker: Broker) {
  const topic = topics.find(asked => asked.name === name)!
  const { numPartitions: partitionCount, ...wanted } = topic
  return broker.controller.change(image => {
    return decideTopic({ ...wanted, partitionCount }, { image, isOnlyTried: validateOnly }, broker)
  })
}

function answerOf(name: string, outcome: TopicOutcome): TopicAnswer {
  const none = { topicId: ZERO_UUID, numPartitions: -1, replicationFactor: -1, configs: null }
  const answer = { name, errorMessage: null, topicConfigErrorCode: 0, ...none }
  if (outcome.error !== undefined) {
    return { ...answer, errorCode: ERROR_CODES[outcome.error], errorMessage: outcome.message }
  }
  const { topicId, partitionCount: numPartitions, replicationFactor } = outcome
  const { NONE: errorCode } = ERROR_CODES
  return { ...answer, errorCode, topicId, numPartitions, replicationFactor, configs: [] }
}
