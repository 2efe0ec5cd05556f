/**
 * Metadata 0–13: the broker, the controller, topics by name or (v10) by id, their partitions.
 *
 * No topics: all (in v0 an empty list, later null). A topic that is not there is made where the client (v4) and
 * `auto.create.topics.enable` say so, with `num.partitions`; the answer tells of it as soon as it can be written to.
 * Authorized operations are not known without an authorizer, and are left at their default.
 */
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import { ZERO_UUID } from '../../binary/uuid.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { METADATA } from '../../protocol/messages/03-metadata.ts'
import { isInternalTopic } from '../../metadata/topic-name.ts'
import type { TopicImage } from '../../metadata/topic-images.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'

type Request = ValueOf<(typeof METADATA)['request']>
type TopicAnswer = ValueOf<(typeof METADATA)['response']>['topics'][number]

export const handleMetadata: Handler<typeof METADATA> = async (request, context, broker) => {
  const topics = await topicsAsked(request, context.apiVersion, broker)
  const { nodeId, host, port, rack, clusterId } = broker.node
  return {
    throttleTimeMs: 0,
    brokers: [{ nodeId, host, port, rack }],
    clusterId,
    controllerId: nodeId,
    topics,
    clusterAuthorizedOperations: UNKNOWN_OPERATIONS,
    errorCode: ERROR_CODES.NONE,
  }
}

const SINCE_TOPIC_IDS = 12
const UNKNOWN_OPERATIONS = -2147483648

async function topicsAsked(
  { topics, allowAutoTopicCreation }: Request,
  version: number,
  broker: Broker,
): Promise<TopicAnswer[]> {
  const { image } = broker.controller
  const wantsAll = topics === null || (version === 0 && topics.length === 0)
  if (wantsAll) return image.topics.all().map(topic => found(topic, broker))
  // Versions 10 and 11 have ids, and no place for a name that is missing.
  const nameless = version >= SINCE_TOPIC_IDS ? null : ''
  const answers: TopicAnswer[] = []
  for (const { topicId, name } of topics) {
    if (name === null || (version >= SINCE_TOPIC_IDS && topicId !== ZERO_UUID)) {
      const topic = image.topics.byId(topicId)
      answers.push(topic ? found(topic, broker) : missing(nameless, 'UNKNOWN_TOPIC_ID', topicId))
      continue
    }
    const error = image.topics.byName(name)
      ? undefined
      : await broker.autoCreateTopic(name, allowAutoTopicCreation)
    const topic = image.topics.byName(name)
    answers.push(
      topic ? found(topic, broker) : missing(name, error ?? 'UNKNOWN_TOPIC_OR_PARTITION'),
    )
  }
  return answers
}

function found({ name, topicId, partitions }: TopicImage, broker: Broker): TopicAnswer {
  return {
    errorCode: ERROR_CODES.NONE,
    name,
    topicId,
    isInternal: isInternalTopic(name),
    partitions: [...partitions.values()].map(partition => broker.described(name, partition)),
    topicAuthorizedOperations: UNKNOWN_OPERATIONS,
  }
}

function missing(name: string | null, error: ErrorName, topicId = ZERO_UUID): TopicAnswer {
  return {
    errorCode: ERROR_CODES[error],
    name,
    topicId,
    isInternal: name !== null && isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: UNKNOWN_OPERATIONS,
  }
}
