/**
 * InitProducerId 0–5, without a transactional id: a producer id that nobody had before, in epoch 0. What an idempotent
 * producer had before (v3) does not matter: it gets a new one, as from Kafka. With a transactional id it is refused:
 * transactions are not served.
 *
 * Source: org.apache.kafka.coordinator.transaction.TransactionCoordinator#handleInitProducerId
 */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { INIT_PRODUCER_ID } from '../../protocol/messages/22-init-producer-id.ts'
import type { Handler } from '../handler.ts'

export const handleInitProducerId: Handler<typeof INIT_PRODUCER_ID> = async (
  request,
  _,
  broker,
) => {
  const isServed = request.transactionalId === null
  return {
    throttleTimeMs: 0,
    errorCode: isServed ? ERROR_CODES.NONE : ERROR_CODES.INVALID_REQUEST,
    producerId: isServed ? await broker.producerIds.next() : -1n,
    producerEpoch: isServed ? 0 : -1,
    ongoingTxnProducerId: -1n,
    ongoingTxnProducerEpoch: -1,
  }
}
