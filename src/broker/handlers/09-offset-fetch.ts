/**
 * OffsetFetch 1–10: what groups have committed; of partitions that they have not, −1, and that is no error. All of a
 * group's where no topics are named (v2). Several groups at once since v8; topics by id since v10. With no transactions
 * there is nothing unstable to wait for.
 */
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import { ZERO_UUID } from '../../binary/uuid.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { OFFSET_FETCH } from '../../protocol/messages/09-offset-fetch.ts'
import type { GroupOffset } from '../../coordinator/group-offsets.ts'
import type { Broker } from '../broker.ts'
import type { GroupShard } from '../group-shard.ts'
import type { Handler } from '../handler.ts'

type Response = ValueOf<(typeof OFFSET_FETCH)['response']>
type GroupAnswer = Response['groups'][number]
type TopicAnswer = GroupAnswer['topics'][number]

interface Asked {
  readonly groupId: string
  /** Null for all. */
  readonly topics: readonly AskedTopic[] | null
}

interface AskedTopic {
  readonly name: string
  readonly topicId?: string
  readonly partitionIndexes: readonly number[]
}

const SINCE_SEVERAL_GROUPS = 8
const SINCE_TOPIC_IDS = 10

export const handleOffsetFetch: Handler<typeof OFFSET_FETCH> = (
  request,
  { apiVersion },
  broker,
) => {
  const fetch = (asked: Asked) => answerOf(asked, apiVersion >= SINCE_TOPIC_IDS, broker)
  const none = { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, topics: [], groups: [] }
  if (apiVersion >= SINCE_SEVERAL_GROUPS) return { ...none, groups: request.groups.map(fetch) }
  const { topics, errorCode } = fetch(request)
  // Before v2 there is no place for an error but each partition's own.
  return {
    ...none,
    errorCode,
    topics: topics.map(({ name, partitions }) => ({ name, partitions })),
  }
}

function answerOf({ groupId, topics }: Asked, byId: boolean, broker: Broker): GroupAnswer {
  const shard = groupId === '' ? 'INVALID_GROUP_ID' : broker.groups.shardOf(groupId)
  if (typeof shard === 'string') {
    const failed = (topics ?? []).map(topic => without(topic, topic.name, shard))
    return { groupId, topics: failed, errorCode: ERROR_CODES[shard] }
  }
  const found =
    topics === null
      ? allOf(groupId, shard, byId, broker)
      : topics.map(topic => topicAnswer(groupId, topic, { shard, byId, broker }))
  return { groupId, topics: found, errorCode: ERROR_CODES.NONE }
}

interface Source {
  readonly shard: GroupShard
  readonly byId: boolean
  readonly broker: Broker
}

function topicAnswer(
  groupId: string,
  topic: AskedTopic,
  { shard, byId, broker }: Source,
): TopicAnswer {
  const image = byId ? broker.controller.image.topics.byId(topic.topicId!) : undefined
  if (byId && image === undefined) return without(topic, '', 'UNKNOWN_TOPIC_ID')
  const name = image?.name ?? topic.name
  const partitions = topic.partitionIndexes.map(partition => {
    const known = shard.coordinator.offsets.get(groupId, name, partition)
    return known ? told(known) : nothing(partition, 'NONE')
  })
  return { name, topicId: topic.topicId ?? ZERO_UUID, partitions }
}

function allOf(groupId: string, shard: GroupShard, byId: boolean, broker: Broker): TopicAnswer[] {
  const topics = new Map<string, GroupOffset[]>()
  for (const offset of shard.coordinator.offsets.of(groupId)) {
    topics.set(offset.topic, [...(topics.get(offset.topic) ?? []), offset])
  }
  return [...topics].flatMap(([name, offsets]) => {
    const topicId = broker.controller.image.topics.byName(name)?.topicId
    if (byId && topicId === undefined) return []
    return [{ name, topicId: topicId ?? ZERO_UUID, partitions: offsets.map(told) }]
  })
}

function told({ partition, offset, leaderEpoch, metadata }: GroupOffset) {
  return {
    partitionIndex: partition,
    committedOffset: offset,
    committedLeaderEpoch: leaderEpoch,
    metadata,
    errorCode: ERROR_CODES.NONE,
  }
}

function nothing(partitionIndex: number, error: ErrorName) {
  return {
    partitionIndex,
    committedOffset: -1n,
    committedLeaderEpoch: -1,
    metadata: '',
    errorCode: ERROR_CODES[error],
  }
}

function without(topic: AskedTopic, name: string, error: ErrorName): TopicAnswer {
  const partitions = topic.partitionIndexes.map(partition => nothing(partition, error))
  return { name, topicId: topic.topicId ?? ZERO_UUID, partitions }
}
