/** Where the bytes lie that a reader gets. */
import { beforeEach, describe, expect, it } from 'vitest'
import { RefusedError } from '../../src/base/errors.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import type { LogRead, ReadOptions } from '../../src/log/log-read.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { BatchV2 } from '../../src/record/batch-v2.ts'
import { batchOfSize, newBatch, newMarker, placedAt } from './new-batch.ts'
import { newDisk, openLog, pathOf } from './new-log.ts'

const CLIENT = { leaderEpoch: 0, origin: 'client' } as const
const COORDINATOR = { leaderEpoch: 0, origin: 'coordinator' } as const
const ALL: ReadOptions = { isolation: 'log-end', bytesMax: 1_000_000 }

let disk: MemoryDisk
let log: PartitionLog

/** The base offsets of the batches in the region. */
function batchesIn({ region }: LogRead): number[] {
  if (region === undefined) return []
  const bytes = disk.readWhole(region.path).subarray(region.position, region.position + region.size)
  expect(bytes).toHaveLength(region.size)
  const offsets: number[] = []
  for (let at = 0; at < bytes.length;) {
    const batch = new BatchV2(bytes, at)
    expect(batch.isValid()).toBe(true)
    offsets.push(Number(batch.baseOffset))
    at += batch.size
  }
  return offsets
}

const read = (offset: number, options: Partial<ReadOptions> = {}) =>
  batchesIn(log.read(BigInt(offset), { ...ALL, ...options }))

describe('a read', () => {
  /** Segments at 0 and 6, batches of 301 bytes with two records each; the last begins at 10. */
  beforeEach(() => {
    disk = newDisk()
    log = openLog(disk, { config: { segmentBytes: 1000, indexIntervalBytes: 0 } })
    for (let n = 0; n < 6; n++) log.append(twoRecords(), CLIENT)
    log.raiseHighWatermark(12n)
  })

  it('is told where the bytes lie: whole batches of one segment', () => {
    expect(log.read(2n, ALL)).toEqual({
      region: { path: pathOf('log', 0), position: 301, size: 602 },
      baseOffset: 2n,
      aborted: [],
    })
    expect(read(2)).toEqual([2, 4])
    expect(read(6)).toEqual([6, 8, 10])
  })

  it('may begin with a batch that begins before the offset', () => {
    expect(log.read(9n, ALL)).toMatchObject({ baseOffset: 8n, region: { position: 301 } })
    expect(read(9)).toEqual([8, 10])
  })

  it.each([
    [300, []],
    [301, [6]],
    [902, [6, 8]],
    [903, [6, 8, 10]],
  ])('of at most %i bytes has whole batches only', (bytesMax, batches) => {
    expect(read(6, { bytesMax })).toEqual(batches)
  })

  it('has one batch at least where that is wanted', () => {
    expect(read(6, { bytesMax: 10, atLeastOneBatch: true })).toEqual([6])
    expect(read(6, { bytesMax: 0, atLeastOneBatch: true })).toEqual([6])
    expect(read(6, { bytesMax: 650, atLeastOneBatch: true })).toEqual([6, 8])
  })

  it('at the end has nothing', () => {
    expect(log.read(12n, ALL)).toEqual({ baseOffset: 12n, aborted: [] })
  })

  it('of what is not there is refused', () => {
    log.raiseLogStart(3n)
    expect(() => log.read(13n, ALL)).toThrow(RefusedError)
    expect(() => log.read(13n, ALL)).toThrow(
      'Received request for offset 13 for partition orders-0, but we only have log segments upto 12.',
    )
    expect(() => log.read(2n, ALL)).toThrow(
      'Received request for offset 2 for partition orders-0, but we only have log segments ' +
        'starting from offset: 3.',
    )
    expect(read(3)).toEqual([2, 4])
  })

  it('goes on in the next segment where the offset falls between two', () => {
    disk = newDisk()
    log = openLog(disk, { config: { segmentBytes: 1000 } })
    for (const offset of [0, 2, 40, 90]) {
      const options = { leaderEpoch: -1, origin: 'replication' } as const
      log.append(placedAt(batchOfSize(offset === 90 ? 700 : 300), offset), options)
    }
    expect(read(41)).toEqual([90])
    expect(read(3)).toEqual([40])
  })

  it('stops at the high watermark', () => {
    log.append(twoRecords(), CLIENT)
    expect(read(9, { isolation: 'high-watermark' })).toEqual([8, 10])
    expect(read(12, { isolation: 'high-watermark' })).toEqual([])
    expect(read(12)).toEqual([12])
    log.raiseHighWatermark(14n)
    expect(read(12, { isolation: 'high-watermark' })).toEqual([12])
  })

  it('leaves out the batch that the high watermark falls into', () => {
    disk = newDisk()
    log = openLog(disk)
    for (let n = 0; n < 3; n++) log.append(twoRecords(), CLIENT)
    log.raiseHighWatermark(3n)
    expect(read(0, { isolation: 'high-watermark' })).toEqual([0])
    expect(read(2, { isolation: 'high-watermark' })).toEqual([])
  })
})

describe('the high watermark', () => {
  it('never goes back, nor beyond the end', () => {
    log = openLog()
    log.append(newBatch({ count: 5 }), CLIENT)
    log.raiseHighWatermark(4n)
    log.raiseHighWatermark(2n)
    expect(log.highWatermark).toBe(4n)
    log.raiseHighWatermark(9n)
    expect(log.highWatermark).toBe(5n)
  })
})

describe('a read of what is committed', () => {
  const send = (id: bigint, sequence: number, count = 10) =>
    log.append(
      newBatch({ count, producer: { id, epoch: 0, sequence }, isTransactional: true }),
      CLIENT,
    )
  const end = (id: bigint, isCommitted: boolean) =>
    log.append(newMarker({ id, epoch: 0, isCommitted }), COORDINATOR)
  const committed = (offset: number) => log.read(BigInt(offset), { ...ALL, isolation: 'committed' })

  /** Ten records, then A from 10 on, B from 20 on; A aborted at 30, B at 40. */
  beforeEach(() => {
    disk = newDisk()
    log = openLog(disk)
    log.append(newBatch({ count: 10 }), CLIENT)
    send(1n, 0)
    send(2n, 0)
  })

  it('stops at the first open transaction, and at the high watermark', () => {
    expect(log.lastStableOffset).toBe(0n)
    log.raiseHighWatermark(30n)
    expect(log.lastStableOffset).toBe(10n)
    expect(batchesIn(committed(0))).toEqual([0])
    end(1n, true)
    expect(log.lastStableOffset).toBe(10n)
    log.raiseHighWatermark(31n)
    expect(log.lastStableOffset).toBe(20n)
    expect(batchesIn(committed(0))).toEqual([0, 10])
    end(2n, true)
    log.raiseHighWatermark(32n)
    expect(log.lastStableOffset).toBe(32n)
  })

  it('is told whose records to skip', () => {
    end(1n, false)
    log.append(newBatch({ count: 9 }), CLIENT)
    end(2n, false)
    log.raiseHighWatermark(41n)
    const a = { version: 0, producerId: 1n, firstOffset: 10n, lastOffset: 30n }
    const b = { version: 0, producerId: 2n, firstOffset: 20n, lastOffset: 40n }
    const both = [
      { ...a, lastStableOffset: 20n },
      { ...b, lastStableOffset: 41n },
    ]
    expect(committed(0).aborted).toEqual(both)
    expect(committed(31).aborted).toEqual(both.slice(1))
    expect(log.segments[0]!.aborted({ fetchOffset: 0n, upperBound: 25n })).toEqual({
      transactions: both,
      complete: true,
    })
    expect(log.read(0n, ALL).aborted).toEqual([])
  })

  it('is told of markers in later segments too', () => {
    log.roll()
    end(1n, false)
    log.append(newBatch({ producer: { id: 9n, epoch: 0, sequence: 0 } }), CLIENT)
    log.roll()
    end(2n, false)
    log.raiseHighWatermark(99n)
    expect(committed(10).aborted.map(({ producerId }) => producerId)).toEqual([1n, 2n])
    expect(disk.status(pathOf('txnindex', 30))?.size).toBe(34)
    expect(disk.status(pathOf('txnindex', 32))?.size).toBe(34)
  })
})

function twoRecords(): Buffer {
  const bytes = newBatch({ count: 2, value: Buffer.alloc(111, 'v') })
  expect(bytes.length).toBe(301)
  return bytes
}
