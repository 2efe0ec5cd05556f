/** Transactions as a partition knows them, and what a snapshot keeps. */
import { beforeEach, describe, expect, it } from 'vitest'
import { encodeProducerSnapshot, readProducerSnapshot } from '../../src/log/producer-snapshot.ts'
import { ProducerState } from '../../src/log/producer-state.ts'
import { BatchV2 } from '../../src/record/batch-v2.ts'
import { FOREIGN } from '../record/foreign-bytes.ts'
import { DAY_MS, NOW_MS } from './new-log.ts'
import { ID, ProducersOnly, refusalOf, sentBatch } from './sent-batch.ts'

let producers: ProducersOnly

beforeEach(() => {
  producers = new ProducersOnly()
})

describe('a marker', () => {
  it('ends the transaction, keeps the batches of its epoch, and tells the coordinator', () => {
    producers.send({ sequence: 0, at: 100, isTransactional: true })
    expect(producers.state.get(ID)?.txnFirstOffset).toBe(100n)
    expect(producers.end({ at: 101, coordinatorEpoch: 12 })).toEqual([
      { producerId: ID, firstOffset: 100n, markerOffset: 101n, isAborted: true },
    ])
    expect(producers.state.get(ID)).toMatchObject({
      coordinatorEpoch: 12,
      lastSequence: 0,
      txnFirstOffset: undefined,
    })
  })

  it('ends nothing where no transaction is open', () => {
    expect(producers.end({ at: 101, isCommitted: true })).toEqual([])
  })

  it('is refused with an old epoch', () => {
    producers.send({ sequence: 0, at: 100, isTransactional: true })
    expect(refusalOf(() => producers.end({ epoch: 2, at: 101 }))).toMatch(
      /^INVALID_PRODUCER_EPOCH.* is 2/,
    )
    expect(refusalOf(() => producers.end({ epoch: 2, at: 101 }, 'replication'))).toBe('taken')
  })

  it('is refused of a coordinator that another has replaced', () => {
    producers.end({ at: 100, coordinatorEpoch: 12 })
    const old = { at: 101, coordinatorEpoch: 11 }
    expect(refusalOf(() => producers.end(old))).toBe(
      'TRANSACTION_COORDINATOR_FENCED: Invalid coordinator epoch for producerId 9 at offset 101: ' +
        '11 (zombie), 12 (current)',
    )
    expect(refusalOf(() => producers.end(old, 'replication'))).toBe('taken')
    expect(refusalOf(() => producers.end({ at: 102, coordinatorEpoch: 12 }))).toBe('taken')
  })

  it('of another epoch forgets the batches, so that the producer begins with 0', () => {
    producers.send({ sequence: 0, at: 100, isTransactional: true })
    producers.end({ epoch: 4, at: 101 })
    expect(producers.state.get(ID)).toMatchObject({ epoch: 4, lastSequence: -1 })
    expect(refusalOf(() => producers.send({ epoch: 4, sequence: 0, at: 102 }))).toBe('taken')
  })

  it('under KIP-890 has an epoch above that of the data', () => {
    producers.send({ sequence: 0, at: 100, isTransactional: true })
    expect(refusalOf(() => producers.end({ at: 101 }, 'coordinator', 2))).toBe(
      'INVALID_PRODUCER_EPOCH: Epoch of producer 9 at offset 101 is 3, which is <= ' +
        'the last seen epoch 3',
    )
    expect(refusalOf(() => producers.end({ epoch: 4, at: 101 }, 'coordinator', 2))).toBe('taken')
  })

  it('under KIP-890 may be sent again, once its transaction is decided', () => {
    producers.send({ sequence: 0, at: 100, isTransactional: true })
    producers.end({ epoch: 4, at: 101 }, 'coordinator', 2)
    expect(producers.end({ epoch: 4, at: 102 }, 'coordinator', 2)).toEqual([])
    expect(refusalOf(() => producers.end({ epoch: 3, at: 103 }, 'coordinator', 2))).toMatch(
      /^INVALID_PROD/,
    )
  })

  it('as Apache Kafka writes it is understood', () => {
    const producer = { id: 9000n, epoch: 3 }
    producers.send({ ...producer, sequence: 0, at: 40, isTransactional: true })
    const completed = producers.take(new BatchV2(Buffer.from(FOREIGN.abortMarker)), 'replication')
    const transaction = { producerId: 9000n, firstOffset: 40n, markerOffset: 50n }
    expect(completed).toEqual([{ ...transaction, isAborted: true }])
    expect(producers.state.get(9000n)).toMatchObject({ coordinatorEpoch: 12 })
    producers.send({ ...producer, sequence: 1, at: 41, isTransactional: true })
    const [committed] = producers.take(
      new BatchV2(Buffer.from(FOREIGN.commitMarker)),
      'replication',
    )
    expect(committed?.isAborted).toBe(false)
  })
})

describe('what is undecided', () => {
  it('begins with the first open transaction, and ends with markers below the high watermark', () => {
    producers.send({ id: 1n, sequence: 0, at: 10, isTransactional: true })
    producers.send({ id: 2n, sequence: 0, at: 20, isTransactional: true })
    expect(producers.state.firstUnstableOffset).toBe(10n)
    producers.end({ id: 1n, at: 30 })
    expect(producers.state.firstUnstableOffset).toBe(10n)
    producers.state.highWatermarkMoved(30n)
    expect(producers.state.firstUnstableOffset).toBe(10n)
    producers.state.highWatermarkMoved(31n)
    expect(producers.state.firstUnstableOffset).toBe(20n)
    producers.end({ id: 2n, at: 40, isCommitted: true })
    producers.state.highWatermarkMoved(41n)
    expect(producers.state.firstUnstableOffset).toBeUndefined()
  })

  it('is told to the index: the first of the others, or what is behind the marker', () => {
    producers.send({ id: 1n, sequence: 0, at: 10, isTransactional: true })
    producers.send({ id: 2n, sequence: 0, at: 20, isTransactional: true })
    const first = { producerId: 1n, firstOffset: 10n, markerOffset: 30n, isAborted: true }
    expect(producers.state.lastStableOffsetAfter(first)).toBe(20n)
    producers.end({ id: 1n, at: 30 })
    const second = { producerId: 2n, firstOffset: 20n, markerOffset: 40n, isAborted: true }
    expect(producers.state.lastStableOffsetAfter(second)).toBe(41n)
  })
})

describe('a producer that is not heard of', () => {
  it('is forgotten after a day, unless its transaction is open', () => {
    producers.send({ id: 1n, sequence: 0, at: 10 })
    producers.send({ id: 2n, sequence: 0, at: 20, isTransactional: true })
    producers.state.expire(NOW_MS + DAY_MS - 1, DAY_MS)
    expect(producers.state.size).toBe(2)
    producers.state.expire(NOW_MS + DAY_MS, DAY_MS)
    expect(producers.state.size).toBe(1)
    expect(producers.state.get(2n)).toBeDefined()
  })
})

describe('a snapshot', () => {
  it('of one producer is that of Apache Kafka, byte for byte', () => {
    producers.send({ id: 9000n, sequence: 42, count: 3, at: 100 })
    expect(encodeProducerSnapshot(producers.state.stored()).toString('hex')).toBe(
      '000120a7310900000001000000000000232800030000002c0000000000000066000000020000018bcfe56800' +
        'ffffffffffffffffffffffff',
    )
    expect(encodeProducerSnapshot([]).toString('hex')).toBe('000148674bc700000000')
  })

  it('read back leaves what is undecided, and the last batch of each', () => {
    producers.send({ id: 2n, sequence: 0, at: 20, isTransactional: true })
    producers.send({ id: 1n, sequence: 0, at: 30, isTransactional: true })
    producers.send({ id: 1n, sequence: 1, at: 31, isTransactional: true })
    producers.end({ id: 4n, at: 32, coordinatorEpoch: 7 })
    const again = new ProducerState()
    again.load(readProducerSnapshot(encodeProducerSnapshot(producers.state.stored())), 33n)
    expect(again.endOffset).toBe(33n)
    expect(again.stored()).toEqual(producers.state.stored())
    expect(again.firstUnstableOffset).toBe(20n)
    const duplicate = (sequence: number) =>
      again.begin('client').duplicateOf(sentBatch({ id: 1n, sequence, at: 90 }))
    expect(duplicate(1)).toMatchObject({ lastOffset: 31n })
    expect(duplicate(0)).toBeUndefined()
    expect(again.get(4n)).toMatchObject({ lastSequence: -1, coordinatorEpoch: 7 })
    const transaction = { producerId: 2n, firstOffset: 20n, markerOffset: 40n, isAborted: false }
    expect(again.lastStableOffsetAfter(transaction)).toBe(30n)
  })
})
