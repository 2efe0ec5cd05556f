/**
 * Source: InitProducerIdRequest.json, InitProducerIdResponse.json (clients, Kafka 4.3)
 */
import { bool, int16, int32, int64, string } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const INIT_PRODUCER_ID = {
  key: 22,
  name: 'InitProducerId',
  request: message(versions(6, { flexible: 2 }), {
    transactionalId: string.nullable(),
    transactionTimeoutMs: int32,
    producerId: int64.since(3).or(-1n),
    producerEpoch: int16.since(3).or(-1),
    enable2Pc: bool.since(6),
    keepPreparedTxn: bool.since(6),
  }),
  response: message(versions(6, { flexible: 2 }), {
    throttleTimeMs: int32.ignorable(),
    errorCode: int16,
    producerId: int64.or(-1n),
    producerEpoch: int16,
    ongoingTxnProducerId: int64.since(6).or(-1n),
    ongoingTxnProducerEpoch: int16.since(6).or(-1),
  }),
} satisfies Api
