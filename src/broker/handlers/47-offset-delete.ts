/** OffsetDelete 0: offsets that a group is to forget, of topics that none of its members reads. */
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { OFFSET_DELETE } from '../../protocol/messages/47-offset-delete.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'

type Request = ValueOf<(typeof OFFSET_DELETE)['request']>

export const handleOffsetDelete: Handler<typeof OFFSET_DELETE> = async (request, _, broker) => {
  const { topics: known } = broker.controller.image
  const isThere = (topic: string, partition: number) =>
    known.byName(topic)?.partitions.has(partition)
  const asked = request.topics.flatMap(({ name: topic, partitions }) =>
    partitions.map(({ partitionIndex: partition }) => ({ topic, partition })),
  )
  const there = asked.filter(({ topic, partition }) => isThere(topic, partition) === true)
  const outcome = await remove(request, there, broker)
  if (typeof outcome === 'string') {
    return { errorCode: ERROR_CODES[outcome], throttleTimeMs: 0, topics: [] }
  }
  const errors = [...outcome]
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => {
      const isKnown = isThere(name, partitionIndex) === true
      const error = isKnown ? errors.shift()! : 'UNKNOWN_TOPIC_OR_PARTITION'
      return { partitionIndex, errorCode: ERROR_CODES[error] }
    }),
  }))
  return { errorCode: ERROR_CODES.NONE, throttleTimeMs: 0, topics }
}

async function remove(
  { groupId }: Request,
  partitions: readonly { readonly topic: string; readonly partition: number }[],
  { groups }: Broker,
): Promise<ErrorName | readonly ErrorName[]> {
  if (groupId === '') return 'INVALID_GROUP_ID'
  const shard = groups.shardOf(groupId)
  if (typeof shard === 'string') {
    return shard === 'COORDINATOR_NOT_AVAILABLE' ? 'GROUP_ID_NOT_FOUND' : shard
  }
  const { answer, reply } = shard.reply<ErrorName | readonly ErrorName[]>()
  shard.run(shard.coordinator.removeOffsets(groupId, partitions, reply))
  return answer
}
