/** What a log gives up: at its end, as a whole, and at its start. */
import { beforeEach, describe, expect, it } from 'vitest'
import { RefusedError } from '../../src/base/errors.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { readBatches } from '../crash/check-log.ts'
import { batchOfSize, newBatch, newMarker } from './new-batch.ts'
import { newDisk, NOW_MS, openLog, pathOf, segmentFiles } from './new-log.ts'

const CLIENT = { leaderEpoch: 0, origin: 'client' } as const
const CONFIG = { segmentBytes: 1000, indexIntervalBytes: 0, fileDeleteDelayMs: 60_000 }

let disk: MemoryDisk
let log: PartitionLog
let nowMs: number
let truncations: string[]

const basesOf = ({ segments }: PartitionLog) => segments.map(({ baseOffset }) => baseOffset)

const open = () =>
  openLog(disk, {
    config: CONFIG,
    clock: { nowMs: () => nowMs },
    onTruncated: () => truncations.push(segmentFiles(disk).join(' ')),
  })

/** Segments at 0, 3, 6 and 9, of which the last has one batch; epoch 1 from offset 4 on. */
beforeEach(() => {
  disk = newDisk()
  nowMs = NOW_MS
  truncations = []
  log = open()
  for (let offset = 0; offset < 10; offset++) {
    log.append(batchOfSize(300, NOW_MS + offset), { ...CLIENT, leaderEpoch: offset < 4 ? 0 : 1 })
  }
  log.raiseHighWatermark(10n)
})

describe('a log that is truncated', () => {
  it('keeps the batches below the one that holds the offset, and goes on at the offset', () => {
    disk = newDisk()
    log = open()
    for (let n = 0; n < 2; n++) log.append(newBatch({ count: 5 }), CLIENT)
    log.truncateTo(7n)
    expect(readBatches(log)).toMatchObject([{ baseOffset: 0n, lastOffset: 4n }])
    expect(log.endOffset).toBe(7n)
    expect(openLog(disk, { config: CONFIG }).endOffset).toBe(5n)
    expect(log.append(newBatch(), CLIENT)).toMatchObject({ firstOffset: 7n })
    expect(openLog(disk, { config: CONFIG }).endOffset).toBe(8n)
  })

  it('gives up the segments behind, and what indexes, epochs and producers knew of them', async () => {
    const late = newBatch({ producer: { id: 9n, epoch: 0, sequence: 0 } })
    log.append(late, { ...CLIENT, leaderEpoch: 1 })
    await log.flush()
    log.truncateTo(4n)
    expect(basesOf(log)).toEqual([0n, 3n])
    expect(log.segments[1]!.size).toBe(300)
    expect(log.segments[1]!.offsetIndex!.usedCount).toBe(0)
    expect(log.segments[1]!.timeIndex!.usedCount).toBe(0)
    expect(log.segments[1]!.greatestTimestamp.timestamp).toBe(BigInt(NOW_MS + 3))
    expect(log.epochs.entries).toEqual([{ epoch: 0, startOffset: 0n }])
    expect(log.producer(9n)).toBeUndefined()
    expect(log).toMatchObject({ endOffset: 4n, highWatermark: 4n, durableOffset: 4n })
    expect(log.recoveryPoint).toBe(3n)
    const left = segmentFiles(disk).filter(name => /^[69].*(log|index|snapshot)$/.test(name))
    expect(left).toEqual([])
  })

  it('tells that its recovery point went back before anything is gone', () => {
    log.truncateTo(4n)
    expect(truncations).toHaveLength(1)
    expect(truncations[0]).toContain('6.log 6.snapshot')
    expect(truncations[0]).not.toContain('deleted')
  })

  it('grows in the segment that was cut, whose indexes go on', () => {
    log.truncateTo(5n)
    log.append(batchOfSize(300, NOW_MS + 20), CLIENT)
    log.append(batchOfSize(300, NOW_MS + 21), CLIENT)
    expect(basesOf(log)).toEqual([0n, 3n, 6n])
    const { offsetIndex, timeIndex } = log.segments[1]!
    expect(offsetIndex!.usedCount).toBe(1)
    expect(offsetIndex!.entryAt(0)).toEqual({ offset: 4n, position: 300 })
    expect(timeIndex!.entryAt(timeIndex!.usedCount - 1)).toEqual({
      timestamp: BigInt(NOW_MS + 20),
      offset: 5n,
    })
    expect(openLog(disk, { config: CONFIG }).endOffset).toBe(7n)
  })

  it('at its end or beyond is left as it is', () => {
    log.truncateTo(10n)
    log.truncateTo(99n)
    expect(log.endOffset).toBe(10n)
    expect(truncations).toEqual([])
  })

  it('before its first segment begins anew there', () => {
    log.raiseLogStart(7n)
    log.truncateTo(2n)
    expect(basesOf(log)).toEqual([2n])
    expect(log).toMatchObject({ logStartOffset: 2n, endOffset: 2n, highWatermark: 2n })
  })

  it('takes back an aborted transaction whose marker it gives up', () => {
    const producer = { id: 9n, epoch: 0, sequence: 0 }
    log.append(newBatch({ producer, isTransactional: true }), CLIENT)
    log.append(newMarker(producer), { ...CLIENT, origin: 'coordinator' })
    expect(disk.status(pathOf('txnindex', 9))?.size).toBe(34)
    log.truncateTo(11n)
    expect(disk.status(pathOf('txnindex', 9))?.size).toBe(0)
    expect(log.producer(9n)?.txnFirstOffset).toBe(10n)
    expect(log.lastStableOffset).toBe(10n)
  })

  it('is as short after a crash', async () => {
    await log.flush()
    log.truncateTo(4n)
    const { recoveryPoint } = log
    const after = openLog(disk.crash(), { config: CONFIG, recoveryPoint })
    expect(after.endOffset).toBe(4n)
    expect(basesOf(after)).toEqual([0n, 3n])
  })
})

describe('a log that begins anew', () => {
  it('has nothing, and an empty segment at the offset', () => {
    log.append(newBatch({ producer: { id: 9n, epoch: 0, sequence: 0 } }), CLIENT)
    log.truncateFullyAndStartAt(50n)
    expect(basesOf(log)).toEqual([50n])
    expect(log).toMatchObject({ logStartOffset: 50n, endOffset: 50n, highWatermark: 50n })
    expect(log.epochs.entries).toEqual([])
    expect(log.producerCount).toBe(0)
    const live = segmentFiles(disk).filter(name => !name.endsWith('.deleted'))
    expect(live).toEqual(['50.index', '50.log', '50.timeindex'])
    expect(log.append(newBatch(), CLIENT)).toMatchObject({ firstOffset: 50n })
  })

  it('may begin before that offset, in a remote storage', () => {
    log.truncateFullyAndStartAt(50n, 40n)
    expect(log).toMatchObject({ logStartOffset: 40n, localLogStartOffset: 50n, endOffset: 50n })
    expect(() => log.read(45n, { isolation: 'log-end', bytesMax: 1000 })).toThrow(
      'Received request for offset 45 for partition orders-0, but we only have log segments starting from offset: 50.',
    )
  })

  it('makes durable what is appended to it', async () => {
    await log.flush()
    log.truncateFullyAndStartAt(50n)
    log.append(newBatch(), CLIENT)
    expect(log.durableOffset).toBeLessThanOrEqual(50n)
    await log.flush()
    expect(log.durableOffset).toBe(51n)
    const after = openLog(disk.crash(), { config: CONFIG, recoveryPoint: log.recoveryPoint })
    expect(after.endOffset).toBe(51n)
  })
})

describe('the start of a log', () => {
  it('goes up, and segments with nothing behind it go', () => {
    log.raiseLogStart(7n)
    expect(basesOf(log)).toEqual([6n, 9n])
    expect(log.logStartOffset).toBe(7n)
    expect(log.epochs.entries).toEqual([{ epoch: 1, startOffset: 7n }])
    const gone = segmentFiles(disk).filter(name => /^[03]\./.test(name))
    expect(gone.every(name => name.endsWith('.deleted'))).toBe(true)
    expect(gone).toContain('3.snapshot.deleted')
  })

  it('keeps the segment it falls into, and the last one', () => {
    log.raiseLogStart(6n)
    expect(basesOf(log)).toEqual([6n, 9n])
    log.raiseLogStart(10n)
    expect(basesOf(log)).toEqual([9n])
  })

  it('never goes back, nor beyond the high watermark', () => {
    log.raiseLogStart(7n)
    log.raiseLogStart(5n)
    expect(log.logStartOffset).toBe(7n)
    log.append(newBatch(), CLIENT)
    expect(() => log.raiseLogStart(11n)).toThrow(RefusedError)
    expect(() => log.raiseLogStart(11n)).toThrow(
      'Cannot increment the log start offset to 11 of partition orders-0 since it is larger ' +
        'than the high watermark 10',
    )
  })
})

describe('files that were given up', () => {
  it('are removed after file.delete.delay.ms', () => {
    log.raiseLogStart(7n)
    const deleted = () => segmentFiles(disk).filter(name => name.endsWith('.deleted')).length
    nowMs += 59_999
    log.removeCondemned()
    expect(deleted()).toBe(7)
    nowMs += 1
    log.removeCondemned()
    expect(deleted()).toBe(0)
  })

  it.each([
    [59_999, 7],
    [60_000, 0],
  ])('for %i ms are not there when the log is closed, but for %i', async (waitedMs, count) => {
    log.raiseLogStart(7n)
    nowMs += waitedMs
    await log.close()
    expect(segmentFiles(disk).filter(name => name.endsWith('.deleted'))).toHaveLength(count)
  })

  it('are removed when the log is loaded again', async () => {
    log.raiseLogStart(7n)
    await log.close()
    open()
    expect(segmentFiles(disk).filter(name => name.endsWith('.deleted'))).toEqual([])
  })

  it('may have been removed by another', () => {
    log.raiseLogStart(7n)
    disk.remove(`${pathOf('log', 0)}.deleted`)
    expect(() => log.removeCondemned(Infinity)).not.toThrow()
  })
})
