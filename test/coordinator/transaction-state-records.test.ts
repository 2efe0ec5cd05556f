import { describe, expect, it } from 'vitest'
import {
  decodeTransactionRecord,
  transactionLogSerde,
} from '../../src/coordinator/transaction-state-records.ts'

const VALUE = {
  producerId: 9000n,
  previousProducerId: -1n,
  nextProducerId: -1n,
  producerEpoch: 3,
  nextProducerEpoch: -1,
  transactionTimeoutMs: 60_000,
  transactionStatus: 1,
  transactionPartitions: [{ topic: 't', partitionIds: [2, 0] }],
  transactionLastUpdateTimestampMs: 1_700_000_000_000n,
  transactionStartTimestampMs: 1_699_999_999_000n,
  clientTransactionVersion: 0,
}

describe('records of __transaction_state', () => {
  it('tell what a transactional id is doing', () => {
    expect(decoded(VALUE)).toEqual({
      type: 'TransactionLog',
      transactionalId: 'pay',
      transaction: {
        producerId: 9000n,
        previousProducerId: -1n,
        nextProducerId: -1n,
        producerEpoch: 3,
        timeoutMs: 60_000,
        state: 'Ongoing',
        partitions: [
          { topic: 't', partition: 2 },
          { topic: 't', partition: 0 },
        ],
        lastUpdateTimestamp: 1_700_000_000_000n,
        startTimestamp: 1_699_999_999_000n,
        clientTransactionVersion: 0,
      },
    })
  })

  it('take the null partitions of an empty transaction for none', () => {
    const empty = { ...VALUE, transactionStatus: 0, transactionPartitions: null }
    expect(decoded(empty)).toMatchObject({ transaction: { state: 'Empty', partitions: [] } })
  })

  it('name a state that is none of Kafka’s by its id', () => {
    const odd = { ...VALUE, transactionStatus: 9 }
    expect(decoded(odd)).toMatchObject({ transaction: { state: 'Unknown(9)' } })
  })

  it('tell an expired id by its tombstone', () => {
    expect(decoded(null)).toMatchObject({ transactionalId: 'pay', transaction: null })
  })
})

function decoded(value: typeof VALUE | Parameters<typeof transactionLogSerde.encode>[0]['value']) {
  const record = {
    type: 'TransactionLog',
    key: { transactionalId: 'pay' },
    value,
    version: 0,
  } as const
  const { key, value: bytes } = transactionLogSerde.encode(record)
  return decodeTransactionRecord(key, bytes)
}
