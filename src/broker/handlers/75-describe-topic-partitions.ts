/**
 * DescribeTopicPartitions 0: topics with their partitions in order of names, no more partitions at once than asked for;
 * the cursor of the answer says where the next one begins (KIP-966). All topics where none is named.
 */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import { ZERO_UUID } from '../../binary/uuid.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { DESCRIBE_TOPIC_PARTITIONS } from '../../protocol/messages/75-describe-topic-partitions.ts'
import type { PartitionImage } from '../../metadata/partition-image.ts'
import type { TopicImage } from '../../metadata/topic-images.ts'
import { isInternalTopic, topicNameProblem } from '../../metadata/topic-name.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'

type Request = ValueOf<(typeof DESCRIBE_TOPIC_PARTITIONS)['request']>
type Response = ValueOf<(typeof DESCRIBE_TOPIC_PARTITIONS)['response']>
type TopicAnswer = Response['topics'][number]

/** `max.request.partition.size.limit` */
const PARTITIONS_MAX = 2000
const UNKNOWN_OPERATIONS = -2147483648

export const handleDescribeTopicPartitions: Handler<typeof DESCRIBE_TOPIC_PARTITIONS> = (
  request,
  _,
  broker,
) => {
  const { cursor } = request
  let left = Math.max(1, Math.min(request.responsePartitionLimit, PARTITIONS_MAX))
  const topics: TopicAnswer[] = []
  for (const name of namesAsked(request, broker)) {
    const image = broker.controller.image.topics.byName(name)
    if (image === undefined) {
      topics.push(unknown(name))
      continue
    }
    const from = cursor?.topicName === name ? cursor.partitionIndex : 0
    const wanted = [...image.partitions.values()].filter(({ partitionId }) => partitionId >= from)
    const told = wanted.slice(0, left)
    if (told.length > 0 || wanted.length === 0) topics.push(answerOf(image, told, broker))
    left -= told.length
    const next = wanted[told.length]
    if (next === undefined) continue
    const nextCursor = { topicName: name, partitionIndex: next.partitionId }
    return { throttleTimeMs: 0, topics, nextCursor }
  }
  return { throttleTimeMs: 0, topics, nextCursor: null }
}

function namesAsked({ topics, cursor }: Request, { controller }: Broker): string[] {
  const names =
    topics.length > 0
      ? [...new Set(topics.map(({ name }) => name))].sort()
      : controller.image.topics.all().map(({ name }) => name)
  return cursor === null ? names : names.filter(name => name >= cursor.topicName)
}

function answerOf(
  { name, topicId }: TopicImage,
  partitions: readonly PartitionImage[],
  broker: Broker,
): TopicAnswer {
  return {
    errorCode: ERROR_CODES.NONE,
    name,
    topicId,
    isInternal: isInternalTopic(name),
    partitions: partitions.map(image => {
      const { eligibleLeaderReplicas, lastKnownElr } = image
      return { ...broker.described(name, image), eligibleLeaderReplicas, lastKnownElr }
    }),
    topicAuthorizedOperations: UNKNOWN_OPERATIONS,
  }
}

function unknown(name: string): TopicAnswer {
  const isValid = topicNameProblem(name) === undefined
  const { UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION } = ERROR_CODES
  return {
    errorCode: isValid ? UNKNOWN_TOPIC_OR_PARTITION : INVALID_TOPIC_EXCEPTION,
    name,
    topicId: ZERO_UUID,
    isInternal: isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: UNKNOWN_OPERATIONS,
  }
}
