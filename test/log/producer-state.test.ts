/** The rows of the table at the top of src/log/producer-state.ts. */
import { beforeEach, describe, expect, it } from 'vitest'
import { RefusedError } from '../../src/base/errors.ts'
import { NOW_MS } from './new-log.ts'
import { ID, ProducersOnly, refusalOf, sentBatch } from './sent-batch.ts'

const SEQUENCE_MAX = 0x7fffffff

let producers: ProducersOnly

beforeEach(() => {
  producers = new ProducersOnly()
})

describe("a client's batch", () => {
  it('is a duplicate with the epoch and the sequences of one of the last five', () => {
    for (let n = 0; n < 6; n++) producers.send({ sequence: 3 * n, count: 3, at: 100 + 3 * n })
    const duplicate = (sequence: number, count = 3, epoch = 3) =>
      producers.state.begin('client').duplicateOf(sentBatch({ sequence, count, epoch, at: 500 }))
    expect(duplicate(3)).toMatchObject({ lastOffset: 105n, offsetDelta: 2 })
    expect(duplicate(15)).toMatchObject({ lastOffset: 117n, timestamp: BigInt(NOW_MS) })
    expect(duplicate(0)).toBeUndefined()
    expect(duplicate(3, 2)).toBeUndefined()
    expect(duplicate(4, 2)).toBeUndefined()
    expect(duplicate(3, 3, 4)).toBeUndefined()
    const replicated = producers.state.begin('replication')
    expect(replicated.duplicateOf(sentBatch({ sequence: 3, count: 3, at: 103 }))).toBeUndefined()
    expect(refusalOf(() => producers.send({ sequence: 0, count: 3, at: 500 }))).toMatch(
      /^OUT_OF_ORDER/,
    )
  })

  it('is refused with an epoch below its producer’s', () => {
    producers.send({ sequence: 0, at: 100 })
    expect(refusalOf(() => producers.send({ epoch: 2, sequence: 1, at: 101 }))).toBe(
      'INVALID_PRODUCER_EPOCH: Epoch of producer 9 at offset 101 is 2, which is < ' +
        'the last seen epoch 3',
    )
  })

  it('begins a new epoch with sequence 0, and those of the old one are forgotten', () => {
    producers.send({ sequence: 0, at: 100 })
    producers.send({ epoch: 4, sequence: 0, at: 101 })
    expect(producers.state.get(ID)).toMatchObject({ epoch: 4, lastSequence: 0 })
    expect(
      producers.state.begin('client').duplicateOf(sentBatch({ sequence: 0, at: 9 })),
    ).toBeUndefined()
  })

  it('is refused where it begins a new epoch with another sequence', () => {
    producers.send({ sequence: 0, at: 100 })
    expect(refusalOf(() => producers.send({ epoch: 4, sequence: 1, at: 101 }))).toBe(
      'OUT_OF_ORDER_SEQUENCE_NUMBER: Invalid sequence number for new epoch of producer 9 at ' +
        'offset 101: 4 (request epoch), 1 (seq. number), 3 (current producer epoch)',
    )
  })

  it('is taken from an unknown producer, whatever its sequence', () => {
    producers.send({ sequence: 77, at: 100 })
    expect(producers.state.get(ID)).toMatchObject({ epoch: 3, lastSequence: 77 })
  })

  it('is taken with the next sequence', () => {
    producers.send({ sequence: 0, count: 5, at: 100 })
    producers.send({ sequence: 5, at: 105 })
    expect(producers.state.get(ID)?.lastSequence).toBe(5)
  })

  it('goes on with 0 behind the greatest sequence', () => {
    producers.send({ sequence: SEQUENCE_MAX, at: 100 })
    producers.send({ sequence: 0, at: 101 })
    expect(producers.state.get(ID)?.lastSequence).toBe(0)
  })

  it('may hold the greatest sequence and those behind it', () => {
    producers.send({ sequence: 2_147_483_645, count: 5, at: 100 })
    expect(producers.state.get(ID)?.lastSequence).toBe(1)
    const again = sentBatch({ sequence: 2_147_483_645, count: 5, at: 200 })
    expect(producers.state.begin('client').duplicateOf(again)).toMatchObject({ lastOffset: 104n })
    producers.send({ sequence: 2, at: 105 })
    expect(producers.state.get(ID)?.lastSequence).toBe(2)
  })

  it.each([
    [7, 'a gap'],
    [5, 'a repetition that is none of a whole batch'],
    [0, 'the beginning'],
  ])('is refused with sequence %i, %s', sequence => {
    producers.send({ sequence: 4, count: 2, at: 100 })
    expect(refusalOf(() => producers.send({ sequence, at: 102 }))).toBe(
      'OUT_OF_ORDER_SEQUENCE_NUMBER: Out of order sequence number for producer 9 at offset 102: ' +
        `${sequence} (incoming seq. number), 5 (current end sequence number)`,
    )
  })

  it('begins with 0 where only a marker was seen of its producer', () => {
    producers.end({ at: 100 })
    expect(producers.state.get(ID)).toMatchObject({ epoch: 3, lastSequence: -1 })
    expect(refusalOf(() => producers.send({ sequence: 1, at: 101 }))).toMatch(
      /^OUT_OF_ORDER_SEQUENCE_NUMBER/,
    )
    expect(refusalOf(() => producers.send({ sequence: 0, at: 101 }))).toBe('taken')
  })

  it.each(['client', 'coordinator', 'replication'] as const)(
    'is refused while a transaction is open and it is none of it, when it comes from a %s',
    origin => {
      producers.send({ sequence: 0, at: 100, isTransactional: true })
      expect(refusalOf(() => producers.send({ sequence: 1, at: 101 }, origin))).toBe(
        'INVALID_TXN_STATE: Expected transactional write from producer 9 at offset 101',
      )
    },
  )
})

describe('what was accepted once', () => {
  it('is taken from replication, whatever its epoch and sequence', () => {
    producers.send({ sequence: 0, at: 100 })
    producers.send({ epoch: 2, sequence: 40, at: 101 }, 'replication')
    expect(producers.state.get(ID)).toMatchObject({ epoch: 2, lastSequence: 40 })
  })

  it('is taken from a coordinator with any sequence, but no old epoch', () => {
    producers.send({ sequence: 0, at: 100 })
    expect(refusalOf(() => producers.send({ sequence: 40, at: 101 }, 'coordinator'))).toBe('taken')
    const old = { epoch: 2, sequence: 0, at: 102 }
    expect(refusalOf(() => producers.send(old, 'coordinator'))).toMatch(/^INVALID_PRODUCER_EPOCH/)
  })
})

describe('an append that is refused', () => {
  it('changes nothing', () => {
    producers.send({ sequence: 0, at: 100 })
    const append = producers.state.begin('client')
    append.add(sentBatch({ sequence: 1, at: 101, isTransactional: true }))
    expect(() => append.add(sentBatch({ sequence: 9, at: 102 }))).toThrow(RefusedError)
    expect(producers.state.get(ID)).toMatchObject({ lastSequence: 0, txnFirstOffset: undefined })
    expect(producers.state.firstUnstableOffset).toBeUndefined()
  })
})
