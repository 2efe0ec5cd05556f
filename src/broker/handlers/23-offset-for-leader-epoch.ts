/**
 * OffsetForLeaderEpoch 2–4: where a leader epoch ended in a partition, so that a client finds out whether the log was
 * cut behind what it has read (KIP-320).
 */
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { OFFSET_FOR_LEADER_EPOCH } from '../../protocol/messages/23-offset-for-leader-epoch.ts'
import type { Handler } from '../handler.ts'

export const handleOffsetForLeaderEpoch: Handler<typeof OFFSET_FOR_LEADER_EPOCH> = (
  request,
  _,
  { replicas },
) => {
  const topics = request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition: number, currentLeaderEpoch, leaderEpoch: asked }) => {
      const failed = (error: ErrorName) => {
        return { errorCode: ERROR_CODES[error], partition: number, leaderEpoch: -1, endOffset: -1n }
      }
      const partition = replicas.partition(topic, number)
      if (partition === undefined) return failed(replicas.errorOf(topic, number))
      const epochError = partition.epochError(currentLeaderEpoch)
      if (epochError !== undefined) return failed(epochError)
      const { log } = partition
      const { epoch: leaderEpoch, endOffset } = log.epochs.endOffsetFor(asked, log.endOffset)
      return { errorCode: ERROR_CODES.NONE, partition: number, leaderEpoch, endOffset }
    }),
  }))
  return { throttleTimeMs: 0, topics }
}
