/**
 * OffsetCommit 2–10: of a member, or of somebody who uses no group management. Topics go by id from v10 on; what is not
 * there is refused partition by partition. Versions 2–4 may say how long to keep it.
 */
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { OFFSET_COMMIT } from '../../protocol/messages/08-offset-commit.ts'
import type { CommitOutcome, CommitRequest } from '../../coordinator/offset-commit.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'

type Request = ValueOf<(typeof OFFSET_COMMIT)['request']>
type Offset = CommitRequest['offsets'][number]

const SINCE_TOPIC_IDS = 10
const NO_TIMESTAMP = -1n

export const handleOffsetCommit: Handler<typeof OFFSET_COMMIT> = async (
  request,
  context,
  broker,
) => {
  const { groupId, memberId, generationIdOrMemberEpoch: generationId } = request
  const groupInstanceId = request.groupInstanceId ?? undefined
  const places = request.topics.map(topic => placesOf(topic, context.apiVersion, request, broker))
  const offsets = places.flatMap(({ partitions }) =>
    partitions.flatMap(({ offset }) => offset ?? []),
  )
  const outcome = await commit(
    { groupId, memberId, groupInstanceId, generationId, offsets },
    broker,
  )
  const errors = outcome.error === undefined ? [...outcome.errors] : undefined
  const topics = places.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex, error }) => {
      const found = error ?? (errors === undefined ? outcome.error! : errors.shift()!)
      return { partitionIndex, errorCode: ERROR_CODES[found] }
    }),
  }))
  return { throttleTimeMs: 0, topics }
}

async function commit(request: CommitRequest, broker: Broker): Promise<CommitOutcome> {
  if (request.groupId === '') return { error: 'INVALID_GROUP_ID' }
  const shard = broker.groups.shardOf(request.groupId)
  if (typeof shard === 'string') return { error: shard }
  const { answer, reply } = shard.reply<CommitOutcome>()
  shard.run(shard.coordinator.commit(request, broker.clock.nowMs(), reply))
  return answer
}

interface Places {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly {
    readonly partitionIndex: number
    readonly error?: ErrorName
    readonly offset?: Offset
  }[]
}

function placesOf(
  topic: Request['topics'][number],
  apiVersion: number,
  { retentionTimeMs }: Request,
  { controller, clock }: Broker,
): Places {
  const { topics } = controller.image
  const byId = apiVersion >= SINCE_TOPIC_IDS
  const image = byId ? topics.byId(topic.topicId) : topics.byName(topic.name)
  const expireTimestamp =
    retentionTimeMs < 0n ? NO_TIMESTAMP : BigInt(clock.nowMs()) + retentionTimeMs
  const partitions = topic.partitions.map(asked => {
    const { partitionIndex } = asked
    if (image?.partitions.has(partitionIndex) !== true) {
      const isUnknownId = byId && image === undefined
      const error: ErrorName = isUnknownId ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
      return { partitionIndex, error }
    }
    const offset = {
      topic: image.name,
      topicId: image.topicId,
      partition: partitionIndex,
      offset: asked.committedOffset,
      leaderEpoch: asked.committedLeaderEpoch,
      metadata: asked.committedMetadata ?? '',
      expireTimestamp,
    }
    return { partitionIndex, offset }
  })
  return { name: topic.name, topicId: topic.topicId, partitions }
}
