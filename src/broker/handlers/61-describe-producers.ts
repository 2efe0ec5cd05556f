/** DescribeProducers 0: who has written to partitions with a producer id, and is remembered (KIP-664). */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { DESCRIBE_PRODUCERS } from '../../protocol/messages/61-describe-producers.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'

export const handleDescribeProducers: Handler<typeof DESCRIBE_PRODUCERS> = (request, _, broker) => {
  const topics = request.topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map(index => {
      return { partitionIndex: index, ...producersOf(name, index, broker) }
    }),
  }))
  return { throttleTimeMs: 0, topics }
}

function producersOf(topic: string, index: number, { replicas }: Broker) {
  const partition = replicas.partition(topic, index)
  if (partition === undefined) {
    const errorCode = ERROR_CODES[replicas.errorOf(topic, index)]
    return { errorCode, errorMessage: null, activeProducers: [] }
  }
  const activeProducers = partition.log.producers().map(producer => ({
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    lastSequence: producer.lastSequence,
    lastTimestamp: producer.timestamp,
    coordinatorEpoch: producer.coordinatorEpoch,
    currentTxnStartOffset: producer.currentTxnFirstOffset,
  }))
  return { errorCode: ERROR_CODES.NONE, errorMessage: null, activeProducers }
}
