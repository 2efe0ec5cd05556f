/**
 * DeleteTopics 1–6: by name, or (v6) by id. A topic is gone for everybody when the answer comes; its files go after
 * `file.delete.delay.ms`.
 */
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import { ZERO_UUID } from '../../binary/uuid.ts'
import type { DELETE_TOPICS } from '../../protocol/messages/20-delete-topics.ts'
import type { ClusterImage } from '../../metadata/cluster-image.ts'
import { deleteTopic } from '../../metadata/delete-topic.ts'
import type { Broker } from '../broker.ts'
import type { Decided } from '../controller.ts'
import type { Handler } from '../handler.ts'

interface Asked {
  readonly name: string | null
  readonly topicId: string
}

interface Outcome extends Asked {
  readonly error: ErrorName
  readonly message: string | null
}

export const handleDeleteTopics: Handler<typeof DELETE_TOPICS> = async (
  request,
  context,
  broker,
) => {
  const asked: readonly Asked[] =
    context.apiVersion >= 6
      ? request.topics
      : request.topicNames.map(name => ({ name, topicId: ZERO_UUID }))
  const responses = []
  for (const topic of asked) {
    const { name, topicId, error, message } = await remove(topic, broker)
    responses.push({ name, topicId, errorCode: ERROR_CODES[error], errorMessage: message })
  }
  return { throttleTimeMs: 0, responses }
}

function remove(asked: Asked, broker: Broker): Promise<Outcome> {
  if (!broker.flag('delete.topic.enable')) {
    const message = 'Topic deletion is disabled.'
    return Promise.resolve({ ...asked, error: 'TOPIC_DELETION_DISABLED', message })
  }
  return broker.controller.change(image => decide(asked, image))
}

function decide(asked: Asked, image: ClusterImage): Decided<Outcome> {
  const refused = (error: ErrorName, message: string) => {
    return { records: [], answer: { ...asked, error, message } }
  }
  if (asked.name !== null && asked.topicId !== ZERO_UUID) {
    return refused('INVALID_REQUEST', 'You may not specify both topic name and topic id.')
  }
  if (asked.name === null && asked.topicId === ZERO_UUID) {
    return refused('INVALID_REQUEST', 'Neither topic name nor id were specified.')
  }
  const { topics } = image
  const topic = asked.name === null ? topics.byId(asked.topicId) : topics.byName(asked.name)
  const name = topic?.name ?? asked.name
  if (name === null) return refused('UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.')
  const decision = deleteTopic(name, image)
  if (decision.error !== undefined) {
    const message = 'This server does not host this topic-partition.'
    const isUnknown = decision.error === 'UNKNOWN_TOPIC_OR_PARTITION'
    return refused(decision.error, isUnknown ? message : decision.message)
  }
  const answer = { name, topicId: topic!.topicId, error: 'NONE', message: null } as const
  return { records: decision.records, answer }
}
