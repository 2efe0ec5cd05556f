/**
 * The records of `__transaction_state`.
 *
 * Source: TransactionLogKey.json, TransactionLogValue.json (transaction-coordinator, Kafka 4.3)
 */
import { array, int16, int32, int64, int8, string, struct } from '../protocol/field.ts'
import { message, versions } from '../protocol/message.ts'
import type { CoordinatorRecordTypes } from './coordinator-record.ts'

export const TRANSACTION_LOG_RECORDS = {
  TransactionLog: {
    id: 0,
    key: message(versions(0), { transactionalId: string }),
    value: message(versions(1, { flexible: 1 }), {
      producerId: int64,
      previousProducerId: int64.since(1).tagged(0).or(-1n),
      nextProducerId: int64.since(1).tagged(1).or(-1n),
      producerEpoch: int16,
      nextProducerEpoch: int16.since(1).tagged(3).or(-1),
      transactionTimeoutMs: int32,
      transactionStatus: int8,
      transactionPartitions: array(
        struct({ topic: string, partitionIds: array(int32) }),
      ).nullable(),
      transactionLastUpdateTimestampMs: int64,
      transactionStartTimestampMs: int64,
      clientTransactionVersion: int16.since(1).tagged(2),
    }),
  },
} as const satisfies CoordinatorRecordTypes
