/**
 * DeleteRecords 0–2: the log start offset of partitions goes up; −1 stands for the high watermark. Segments that hold
 * nothing else go after `file.delete.delay.ms`.
 *
 * Refused of internal topics, and of topics that are compacted alone, as in Kafka.
 */
import { DiskError, RefusedError } from '../../base/errors.ts'
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { DELETE_RECORDS } from '../../protocol/messages/21-delete-records.ts'
import { isInternalTopic } from '../../metadata/topic-name.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'

const HIGH_WATERMARK = -1n
const NO_OFFSET = -1n

export const handleDeleteRecords: Handler<typeof DELETE_RECORDS> = (request, _, broker) => {
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, offset }) => {
      const outcome = deleteBefore(offset, name, partitionIndex, broker)
      if (typeof outcome === 'bigint') {
        return { partitionIndex, lowWatermark: outcome, errorCode: ERROR_CODES.NONE }
      }
      return { partitionIndex, lowWatermark: NO_OFFSET, errorCode: ERROR_CODES[outcome] }
    }),
  }))
  return { throttleTimeMs: 0, topics }
}

/** @returns the log start offset that there is now */
function deleteBefore(
  offset: bigint,
  topic: string,
  partitionIndex: number,
  broker: Broker,
): bigint | ErrorName {
  if (isInternalTopic(topic)) return 'INVALID_TOPIC_EXCEPTION'
  const partition = broker.replicas.partition(topic, partitionIndex)
  if (partition === undefined) return broker.replicas.errorOf(topic, partitionIndex)
  if (!broker.deletes(topic)) return 'POLICY_VIOLATION'
  const { log } = partition
  const wanted = offset === HIGH_WATERMARK ? log.highWatermark : offset
  if (wanted < 0n) return 'OFFSET_OUT_OF_RANGE'
  try {
    log.raiseLogStart(wanted)
    return log.logStartOffset
  } catch (error) {
    if (error instanceof RefusedError) return error.code
    if (error instanceof DiskError) return 'KAFKA_STORAGE_ERROR'
    throw error
  }
}
