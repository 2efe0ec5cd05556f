import { describe, expect, it } from 'vitest'
import type { Transaction } from '../../../src/coordinator/transaction-state-records.ts'
import { abortCommand } from '../../../src/inspect/transactions/abort-command.ts'
import { isHanging, judge, type Verdict } from '../../../src/inspect/transactions/hanging.ts'
import type { OpenInPartition } from '../../../src/inspect/transactions/open-in-partitions.ts'

const HERE = { topic: 't', partition: 1 }
const ONGOING: Transaction = {
  producerId: 7n,
  previousProducerId: -1n,
  nextProducerId: -1n,
  producerEpoch: 2,
  timeoutMs: 60_000,
  state: 'Ongoing',
  partitions: [HERE],
  lastUpdateTimestamp: 0n,
  startTimestamp: 0n,
  clientTransactionVersion: 2,
}
const SOON = 60_000n
const LATE = 60_000n + 300_001n

function knownAs(change: Partial<Transaction>) {
  return { transactionalId: 'id', transaction: { ...ONGOING, ...change }, partition: 0 }
}

describe('whether an open transaction hangs', () => {
  it.each<[Verdict, Partial<Transaction> | undefined, boolean, bigint]>([
    ['ongoing', {}, true, SOON],
    ['overdue', {}, true, LATE],
    ['ending', { state: 'PrepareCommit' }, true, LATE],
    ['ending', { state: 'PrepareAbort' }, true, SOON],
    ['not-involved', { partitions: [{ topic: 't', partition: 0 }] }, true, SOON],
    ['not-involved', { state: 'CompleteAbort', partitions: [] }, false, SOON],
    ['unknown-producer', undefined, true, SOON],
    ['undecided', undefined, false, LATE],
  ])('is told: %s', (verdict, change, isWhole, nowMs) => {
    const known = change && knownAs(change)
    expect(judge({ ...HERE, known, isWhole, nowMs })).toBe(verdict)
  })

  it('is so where no coordinator, once it runs, would end it', () => {
    const hanging = ['not-involved', 'unknown-producer'] as const
    const fine = ['overdue', 'ongoing', 'ending', 'undecided'] as const
    expect([...hanging, ...fine].map(isHanging)).toEqual([true, true, false, false, false, false])
  })
})

describe('the command that ends a hanging transaction', () => {
  const open: OpenInPartition = {
    ...HERE,
    producerId: 7n,
    producerEpoch: 2,
    coordinatorEpoch: -1,
    firstOffset: 50n,
    lastTimestamp: 0n,
    verdict: 'not-involved',
    known: knownAs({}),
    lastStableOffset: 50n,
    logEndOffset: 60n,
    isHoldingBack: true,
    since: 0n,
  }

  it('writes a marker into the partition', () => {
    expect(abortCommand(open)).toContain(' abort --topic t --partition 1 --start-offset 50')
  })

  it('quotes what a shell would take for more than a word', () => {
    expect(abortCommand({ ...open, topic: "it's" })).toContain(" --topic 'it'\\''s' ")
  })

  it('is none for one that will end by itself', () => {
    expect(abortCommand({ ...open, verdict: 'ongoing' })).toBeUndefined()
    expect(abortCommand({ ...open, verdict: 'overdue' })).toBeUndefined()
  })
})
