/**
 * `__transaction_state`: what each transactional id is doing. A compacted topic: the newest record
 * of a key holds.
 *
 * Source: org.apache.kafka.coordinator.transaction.TransactionCoordinatorRecordSerde,
 * TransactionState; DumpLogSegments.TransactionLogMessageParser
 */
import type { DumpedRecord, StoredRecord } from '../protocol/dumped-record.ts'
import type { ValueOf } from '../protocol/message.ts'
import { coordinatorSerde, type UnknownCoordinatorRecord } from './coordinator-record.ts'
import { dumpCoordinatorRecord } from './dump-coordinator-record.ts'
import { TRANSACTION_LOG_RECORDS } from './transaction-log-record-types.ts'

export const transactionLogSerde = coordinatorSerde(TRANSACTION_LOG_RECORDS)

export type TransactionLogValue = ValueOf<typeof TRANSACTION_LOG_RECORDS.TransactionLog.value>

/** By the id that `transactionStatus` holds. */
export const TRANSACTION_STATES = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const

export type TransactionState = (typeof TRANSACTION_STATES)[number]

export interface TransactionRecord {
  readonly type: 'TransactionLog'
  readonly transactionalId: string
  /** Null in a tombstone: the id expired. */
  readonly transaction: Transaction | null
}

export interface Transaction {
  readonly producerId: bigint
  /** -1 where there is none. */
  readonly previousProducerId: bigint
  /** -1 where there is none. */
  readonly nextProducerId: bigint
  readonly producerEpoch: number
  readonly timeoutMs: number
  /** `Unknown(9)` where the id is none of Kafka's. */
  readonly state: TransactionState | `Unknown(${number})`
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[]
  readonly lastUpdateTimestamp: bigint
  /** -1 while no transaction is under way. */
  readonly startTimestamp: bigint
  /** The transaction.version feature that the client spoke. */
  readonly clientTransactionVersion: number
}

/** @throws RefusedRecordError */
export function decodeTransactionRecord(
  key: Buffer,
  value: Buffer | null,
): TransactionRecord | UnknownCoordinatorRecord {
  const record = transactionLogSerde.decode(key, value)
  if (record.type === 'unknown') return record
  const { transactionalId } = record.key
  const transaction = record.value === null ? null : transactionOf(record.value)
  return { type: 'TransactionLog', transactionalId, transaction }
}

function transactionOf(value: TransactionLogValue): Transaction {
  const status = value.transactionStatus
  return {
    producerId: value.producerId,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    timeoutMs: value.transactionTimeoutMs,
    state: TRANSACTION_STATES[status] ?? `Unknown(${status})`,
    partitions: (value.transactionPartitions ?? []).flatMap(({ topic, partitionIds }) =>
      partitionIds.map(partition => ({ topic, partition })),
    ),
    lastUpdateTimestamp: value.transactionLastUpdateTimestampMs,
    startTimestamp: value.transactionStartTimestampMs,
    clientTransactionVersion: value.clientTransactionVersion,
  }
}

/** As `--transaction-log-decoder` prints it. */
export function dumpTransactionRecord(record: StoredRecord): DumpedRecord {
  return dumpCoordinatorRecord(transactionLogSerde, record)
}
