/**
 * ListOffsets 1–11: an offset by a time, or by what it stands for.
 *
 * | time | answer                                                                                         |
 * |------|------------------------------------------------------------------------------------------------|
 * | −1   | the high watermark; the last stable offset for whoever reads committed records (v2)             |
 * | −2   | the log start offset                                                                           |
 * | −3   | the first record with the greatest timestamp (v7)                                              |
 * | −4   | the beginning of the log on this disk (v8), where all of it is                                  |
 * | −5   | the end of what lies in a remote storage (v9): nothing does                                    |
 * | −6   | the beginning of what is to be put there (v11): nothing is                                      |
 * | ≥ 0  | the first record that is not earlier, with its timestamp, if a consumer may read it             |
 *
 * Source: kafka.cluster.Partition#fetchOffsetForTimestamp
 */
import { DiskError, LimitError } from '../../base/errors.ts'
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { LIST_OFFSETS } from '../../protocol/messages/02-list-offsets.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'
import type { Partition } from '../partition.ts'

interface OffsetAnswer {
  readonly offset: bigint
  readonly timestamp: bigint
  readonly leaderEpoch: number
}

interface Question {
  readonly topic: string
  readonly partitionIndex: number
  readonly currentLeaderEpoch: number
  readonly timestamp: bigint
  readonly isCommitted: boolean
}

const NONE: OffsetAnswer = { offset: -1n, timestamp: -1n, leaderEpoch: -1 }
const READ_COMMITTED = 1
const SINCE_EPOCHS = 4

export const handleListOffsets: Handler<typeof LIST_OFFSETS> = (request, context, broker) => {
  const isCommitted = request.isolationLevel === READ_COMMITTED
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(asked => {
      const outcome = answer({ ...asked, topic: name, isCommitted }, broker)
      const error = typeof outcome === 'string' ? outcome : 'NONE'
      const { partitionIndex } = asked
      const { offset, timestamp, ...found } = typeof outcome === 'string' ? NONE : outcome
      const leaderEpoch = context.apiVersion >= SINCE_EPOCHS ? found.leaderEpoch : -1
      return { partitionIndex, errorCode: ERROR_CODES[error], timestamp, offset, leaderEpoch }
    }),
  }))
  return { throttleTimeMs: 0, topics }
}

function answer(question: Question, { replicas }: Broker): OffsetAnswer | ErrorName {
  const { topic, partitionIndex, currentLeaderEpoch } = question
  const partition = replicas.partition(topic, partitionIndex)
  if (partition === undefined) return replicas.errorOf(topic, partitionIndex)
  if (partition.isOffline) return 'KAFKA_STORAGE_ERROR'
  const epochError = partition.epochError(currentLeaderEpoch)
  if (epochError !== undefined) return epochError
  try {
    return offsetOf(partition, question)
  } catch (error) {
    if (error instanceof LimitError) return 'UNKNOWN_SERVER_ERROR'
    if (error instanceof DiskError) return 'KAFKA_STORAGE_ERROR'
    throw error
  }
}

function offsetOf(
  { log, leaderEpoch }: Partition,
  { timestamp, isCommitted }: Question,
): OffsetAnswer | ErrorName {
  const end = isCommitted ? log.lastStableOffset : log.highWatermark
  const at = (offset: bigint): OffsetAnswer => {
    return { offset, timestamp: -1n, leaderEpoch: log.epochs.epochAt(offset) ?? leaderEpoch }
  }
  switch (timestamp) {
    case -1n:
      return { offset: end, timestamp: -1n, leaderEpoch }
    case -2n:
    case -4n:
      return at(timestamp === -2n ? log.logStartOffset : log.localLogStartOffset)
    case -3n: {
      const found = log.recordOfGreatestTimestamp()
      return found !== undefined && found.offset < end ? found : NONE
    }
    case -5n:
    case -6n:
      return NONE
    default: {
      if (timestamp < 0n) return 'UNSUPPORTED_VERSION'
      const found = log.recordFrom(timestamp)
      return found !== undefined && found.offset < end ? found : NONE
    }
  }
}
