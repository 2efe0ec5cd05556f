/** Indexes and rolls, by numbers that Apache Kafka's own classes were seen to come to. */
import { describe, expect, it } from 'vitest'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import type { LogSegment } from '../../src/log/log-segment.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { batchOfSize, newBatch, placedAt } from './new-batch.ts'
import { newDisk, NOW_MS, openLog, pathOf, segmentFiles } from './new-log.ts'

const CLIENT = { leaderEpoch: 0, origin: 'client' } as const
const REPLICATION = { leaderEpoch: -1, origin: 'replication' } as const
const NO_LIMIT = 0x7fff_ffff_ffff_ffffn
/** Batches of 1000 bytes, one by one, their timestamps ascending. */
function appendAll(log: PartitionLog, count: number): void {
  for (let n = 0; n < count; n++) log.append(batchOfSize(1000, NOW_MS + n), CLIENT)
}

function entriesOf({ offsetIndex }: LogSegment): [offset: bigint, position: number][] {
  return Array.from({ length: offsetIndex!.usedCount }, (_, slot) => {
    const { offset, position } = offsetIndex!.entryAt(slot)
    return [offset, position]
  })
}

function timesOf({ timeIndex }: LogSegment): [timestamp: number, offset: bigint][] {
  return Array.from({ length: timeIndex!.usedCount }, (_, slot) => {
    const { timestamp, offset } = timeIndex!.entryAt(slot)
    return [Number(timestamp) - NOW_MS, offset]
  })
}

const basesOf = ({ segments }: PartitionLog) => segments.map(({ baseOffset }) => baseOffset)

describe('the indexes of a segment', () => {
  it('have an entry for the batch behind more than 4096 bytes of others', () => {
    const log = openLog()
    appendAll(log, 23)
    expect(entriesOf(log.segments[0]!)).toEqual([
      [5n, 5000],
      [10n, 10_000],
      [15n, 15_000],
      [20n, 20_000],
    ])
    expect(timesOf(log.segments[0]!)).toEqual([
      [5, 5n],
      [10, 10n],
      [15, 15n],
      [20, 20n],
    ])
  })

  it('are the same when they are built anew, with the last time at the end', async () => {
    const disk = newDisk()
    const log = openLog(disk)
    appendAll(log, 23)
    await log.close()
    const closed = [pathOf('index', 0), pathOf('timeindex', 0)].map(path => disk.readWhole(path))
    expect(closed.map(({ length }) => length)).toEqual([32, 60])
    const [recovered] = openLog(disk).segments
    expect(entriesOf(recovered!)).toHaveLength(4)
    expect(timesOf(recovered!)).toEqual([
      [5, 5n],
      [10, 10n],
      [15, 15n],
      [20, 20n],
      [22, 22n],
    ])
    const rebuilt = [pathOf('index', 0), pathOf('timeindex', 0)].map(path => disk.readWhole(path))
    expect(rebuilt.map((bytes, n) => bytes.subarray(0, closed[n]!.length))).toEqual(closed)
  })

  it('count the batches of one append one by one', () => {
    const log = openLog()
    for (let append = 0; append < 3; append++) {
      const batches = Array.from({ length: 6 }, (_, n) =>
        placedAt(batchOfSize(1000), 6 * append + n),
      )
      log.append(Buffer.concat(batches), REPLICATION)
    }
    expect(entriesOf(log.segments[0]!)).toEqual([
      [5n, 5000],
      [10n, 10_000],
      [15n, 15_000],
    ])
  })

  it('have a time only where it is a new maximum, which is told with its own offset', () => {
    const log = openLog(undefined, { config: { indexIntervalBytes: 0 } })
    for (const delta of [10, 50, 20, 20, 60, 30]) {
      log.append(newBatch({ timestamps: [NOW_MS + delta] }), CLIENT)
    }
    expect(timesOf(log.segments[0]!)).toEqual([
      [50, 1n],
      [60, 4n],
    ])
    expect(entriesOf(log.segments[0]!)).toHaveLength(5)
  })

  it('are as long as all that may come, and cut to what they hold at the roll', () => {
    const disk = newDisk()
    const log = openLog(disk, { config: { segmentIndexBytes: 10_240 } })
    appendAll(log, 12)
    const sizes = (base: number) =>
      [pathOf('index', base), pathOf('timeindex', base)].map(path => disk.status(path)?.size)
    expect(sizes(0)).toEqual([10_240, 10_236])
    log.roll()
    expect(sizes(0)).toEqual([16, 36])
    expect(sizes(12)).toEqual([10_240, 10_236])
  })

  it('begin to count again when the log is opened', async () => {
    const disk = newDisk()
    const log = openLog(disk)
    appendAll(log, 4)
    await log.close()
    const again = openLog(disk, { isClean: true, recoveryPoint: 4n })
    appendAll(again, 6)
    expect(entriesOf(again.segments[0]!)).toEqual([[9n, 9000]])
  })
})

describe('a log that is preallocated', () => {
  const config = { preallocate: true, segmentBytes: 10_000 }
  const sizeAt = (disk: MemoryDisk, base: number) => disk.status(pathOf('log', base))?.size

  it('is as long as a segment may be, and cut at the roll and when it is closed', async () => {
    const disk = newDisk()
    const log = openLog(disk, { config })
    appendAll(log, 3)
    expect(sizeAt(disk, 0)).toBe(10_000)
    log.roll()
    expect(sizeAt(disk, 0)).toBe(3000)
    appendAll(log, 1)
    expect(sizeAt(disk, 3)).toBe(10_000)
    await log.close()
    expect(sizeAt(disk, 3)).toBe(1000)
    expect(openLog(disk, { config, isClean: true, recoveryPoint: 4n }).endOffset).toBe(4n)
  })

  it('is cut to its batches by a recovery', () => {
    const disk = newDisk()
    appendAll(openLog(disk, { config }), 3)
    const recovered = openLog(disk, { config })
    expect(recovered.endOffset).toBe(3n)
    expect(recovered.segments[0]!.size).toBe(3000)
    recovered.append(newBatch(), CLIENT)
    expect(openLog(disk, { config }).endOffset).toBe(4n)
  })
})

describe('an append goes to a new segment', () => {
  it('where the segment would grow beyond its size: ten of 1000 bytes fit into 10,000', () => {
    const log = openLog(undefined, { config: { segmentBytes: 10_000 } })
    appendAll(log, 10)
    expect(basesOf(log)).toEqual([0n])
    appendAll(log, 1)
    expect(basesOf(log)).toEqual([0n, 10n])
  })

  it('where its time is more than segment.ms behind the first batch', () => {
    const config = { segmentMs: 1000 }
    const log = openLog(undefined, { config })
    const at = (timestamp: number) => log.append(newBatch({ timestamps: [timestamp] }), CLIENT)
    for (const timestamp of [5000, 5900, 6000]) at(timestamp)
    expect(basesOf(log)).toEqual([0n])
    at(6001)
    at(4000)
    at(7001)
    expect(basesOf(log)).toEqual([0n, 3n])
    at(7002)
    expect(basesOf(log)).toEqual([0n, 3n, 6n])
  })

  it('still by the time of the first batch after it was opened again', async () => {
    const disk = newDisk()
    const config = { segmentMs: 1000 }
    const log = openLog(disk, { config })
    log.append(newBatch({ timestamps: [5000] }), CLIENT)
    log.append(newBatch({ timestamps: [5900] }), CLIENT)
    await log.close()
    const again = openLog(disk, { config, isClean: true, recoveryPoint: 2n })
    again.append(newBatch({ timestamps: [6001] }), CLIENT)
    expect(basesOf(again)).toEqual([0n, 2n])
  })

  it('by the clock where the batches have no time', () => {
    let nowMs = NOW_MS
    const log = openLog(undefined, { config: { segmentMs: 1000 }, clock: { nowMs: () => nowMs } })
    const append = () => log.append(newBatch({ timestamps: [-1] }), CLIENT)
    append()
    nowMs += 1000
    append()
    nowMs += 1
    append()
    expect(basesOf(log)).toEqual([0n, 2n])
  })

  it('so much earlier as its jitter says', () => {
    const log = openLog(undefined, { config: { segmentMs: 1000 }, drawJitterMs: () => 300 })
    for (const timestamp of [5000, 5700]) log.append(newBatch({ timestamps: [timestamp] }), CLIENT)
    expect(basesOf(log)).toEqual([0n])
    log.append(newBatch({ timestamps: [5701] }), CLIENT)
    expect(basesOf(log)).toEqual([0n, 2n])
  })

  it('where an index is full, a place of the time index being kept', () => {
    // Room for 4 offsets and for 3 times, of which the last is for the end.
    const log = openLog(undefined, { config: { segmentIndexBytes: 36, indexIntervalBytes: 0 } })
    for (let n = 0; n < 4; n++) log.append(newBatch({ timestamps: [NOW_MS + n] }), CLIENT)
    expect(basesOf(log)).toEqual([0n, 3n])
    expect(timesOf(log.segments[0]!)).toEqual([
      [1, 1n],
      [2, 2n],
    ])
    const same = openLog(undefined, { config: { segmentIndexBytes: 36, indexIntervalBytes: 0 } })
    for (let n = 0; n < 6; n++) same.append(newBatch(), CLIENT)
    expect(basesOf(same)).toEqual([0n, 5n])
  })

  it('where an index could not hold the offset', () => {
    const last = 0x7fff_ffff
    const log = openLog()
    log.append(placedAt(newBatch(), 0), REPLICATION)
    log.append(placedAt(newBatch(), last), REPLICATION)
    expect(basesOf(log)).toEqual([0n])
    log.append(placedAt(newBatch(), last + 1), REPLICATION)
    expect(basesOf(log)).toEqual([0n, BigInt(last + 1)])
  })

  it('with the offset of the append as its base, where that leaves a gap', () => {
    const log = openLog(undefined, { config: { segmentBytes: 1000 } })
    log.append(placedAt(batchOfSize(900), 0), REPLICATION)
    log.append(placedAt(batchOfSize(900), 40), REPLICATION)
    expect(basesOf(log)).toEqual([0n, 40n])
    expect(log.endOffset).toBe(41n)
  })
})

describe('a roll', () => {
  it('writes the producers down, and replaces an empty segment of the same base', () => {
    const disk = newDisk()
    const log = openLog(disk)
    log.roll()
    expect(basesOf(log)).toEqual([0n])
    expect(segmentFiles(disk)).toContain('0.log.deleted')
    log.append(newBatch({ producer: { id: 9n, epoch: 0, sequence: 0 } }), CLIENT)
    log.roll()
    expect(disk.status(pathOf('snapshot', 1))?.size).toBe(56)
    expect(basesOf(log)).toEqual([0n, 1n])
  })

  it('does away with files of that name, which a cut has left', () => {
    const disk = newDisk()
    const log = openLog(disk)
    log.append(newBatch(), CLIENT)
    disk.put(pathOf('log', 1), Buffer.from('old'))
    disk.put(pathOf('txnindex', 1), Buffer.from('old'))
    log.roll()
    expect(disk.status(pathOf('log', 1))?.size).toBe(0)
    expect(disk.status(pathOf('txnindex', 1))).toBeUndefined()
  })
})

it('offsets beyond the range of numbers are kept exactly', () => {
  const log = openLog(undefined, { logStartOffset: NO_LIMIT - 10n })
  log.append(placedAt(newBatch(), NO_LIMIT - 5n), REPLICATION)
  expect(log.endOffset).toBe(NO_LIMIT - 4n)
  expect(log.segments[0]!.find(NO_LIMIT - 6n)?.baseOffset).toBe(NO_LIMIT - 5n)
})
