/** CreatePartitions 0–3: more partitions for topics that are there, each topic for itself; records stay where they are. */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { CREATE_PARTITIONS } from '../../protocol/messages/37-create-partitions.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'
import { decidePartitions } from '../topic-creation.ts'

type Request = ValueOf<(typeof CREATE_PARTITIONS)['request']>

export const handleCreatePartitions: Handler<typeof CREATE_PARTITIONS> = async (
  request,
  _,
  broker,
) => {
  const results = []
  for (const name of new Set(request.topics.map(topic => topic.name))) {
    const { error, message } = await add(request, name, broker)
    results.push({ name, errorCode: ERROR_CODES[error], errorMessage: message })
  }
  return { throttleTimeMs: 0, results }
}

function add({ topics, validateOnly }: Request, name: string, broker: Broker) {
  const [topic, another] = topics.filter(asked => asked.name === name)
  if (another !== undefined) {
    return { error: 'INVALID_REQUEST', message: 'Duplicate topic name.' } as const
  }
  return broker.controller.change(image => {
    return decidePartitions(topic!, { image, isOnlyTried: validateOnly }, broker)
  })
}
