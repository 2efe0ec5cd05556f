import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import {
  TRANSACTION_STATES,
  transactionLogSerde,
  type TransactionLogValue,
} from '../../../src/coordinator/transaction-state-records.ts'
import { TRANSACTION_LOG_RECORDS } from '../../../src/coordinator/transaction-log-record-types.ts'
import { openTransactions } from '../../../src/inspect/transactions/open-in-partitions.ts'
import { readTransactionsSource } from '../../../src/inspect/transactions/transactions-source.ts'
import { PartitionScene, Said, sceneDisk, text } from '../internal-topics/log-dir-scene.ts'

function stateRecord(transactionalId: string, value: Partial<TransactionLogValue> | null) {
  const { defaults } = TRANSACTION_LOG_RECORDS.TransactionLog.value
  return transactionLogSerde.encode({
    type: 'TransactionLog',
    version: 1,
    key: { transactionalId },
    value: value && { ...defaults, ...value },
  })
}

function stateId(state: (typeof TRANSACTION_STATES)[number]): number {
  return TRANSACTION_STATES.indexOf(state)
}

const ONGOING = {
  transactionStatus: stateId('Ongoing'),
  transactionTimeoutMs: 1000,
  transactionStartTimestampMs: 0n,
  transactionPartitions: [{ topic: 't', partitionIds: [0] }],
}

describe('what is open in partitions', () => {
  it('is held against the newest that the coordinator wrote of each id', () => {
    const states = new PartitionScene().records([
      stateRecord('one', { producerId: 1n, transactionStatus: stateId('Empty') }),
      stateRecord('one', { producerId: 1n, ...ONGOING }),
      stateRecord('two', { producerId: 2n, ...ONGOING }),
      stateRecord('two', { producerId: 2n, transactionStatus: stateId('CompleteCommit') }),
      stateRecord('gone', { producerId: 3n, ...ONGOING }),
      stateRecord('gone', null),
    ])
    const log = new PartitionScene()
      .records([text('a', '1')], 1n)
      .records([text('a', '1')], 2n)
      .records([text('a', '1')], 3n)
    const disk = sceneDisk(
      { '/d/a/__transaction_state-0': { log: states.bytes }, '/d/a/t-0': { log: log.bytes } },
      { isClean: false },
    )
    const said = new Said()
    const reading = { limits: DEFAULT_DECODE_LIMITS, problem: said.problem, notice: said.notice }
    const source = readTransactionsSource(disk, ['/d/a'], reading)
    expect(source.transactions.map(({ transactionalId }) => transactionalId)).toEqual([
      'one',
      'two',
    ])
    const choice = { ...reading, isWanted: () => true, nowMs: 500n }
    expect([...openTransactions(disk, source, choice)]).toMatchObject([
      { topic: 't', verdict: 'ongoing', isHoldingBack: true, since: 0n, logEndOffset: 3n },
      { verdict: 'not-involved', isHoldingBack: false, since: 5n },
      { verdict: 'undecided', known: undefined },
    ])
    expect(said.problems).toEqual([])
  })
})
