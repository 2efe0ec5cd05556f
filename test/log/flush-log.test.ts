/** What is on disk, and how often the disk was waited for. */
import { beforeEach, describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { failing } from './failing-disk.ts'
import { batchOfSize, newBatch } from './new-batch.ts'
import { newDisk, NOW_MS, openLog, pathOf, segmentFiles } from './new-log.ts'
import { WatchedDisk } from './watched-disk.ts'

const CLIENT = { leaderEpoch: 0, origin: 'client' } as const
const CONFIG = { segmentBytes: 1000, indexIntervalBytes: 0 }

let memory: MemoryDisk
let watched: WatchedDisk
let log: PartitionLog
let nowMs: number

beforeEach(() => {
  memory = newDisk()
  watched = new WatchedDisk(memory)
  nowMs = NOW_MS
  const clock = { nowMs: () => nowMs }
  log = openLog(watched.disk, { config: { ...CONFIG, flushMs: 1000 }, clock })
})

const append = () => log.append(batchOfSize(300), CLIENT)

/** What a machine finds that lost its power now, with the checkpoint as it would be. */
const afterCrash = () =>
  openLog(memory.crash(), { config: CONFIG, recoveryPoint: log.recoveryPoint })

describe('a flush', () => {
  it('makes durable what was appended before and in the same turn, and promises no more', async () => {
    append()
    const flush = log.flush()
    append()
    expect(log.durableOffset).toBe(0n)
    await flush
    append()
    expect(log.durableOffset).toBe(2n)
    expect(afterCrash().endOffset).toBe(2n)
  })

  it('serves all who wait with one sync', async () => {
    append()
    const flushes = [log.flush()]
    append()
    for (let n = 0; n < 50; n++) flushes.push(log.flush())
    await Promise.all(flushes)
    expect(watched.syncsOf(pathOf('log', 0))).toBe(1)
    expect(log.flushCount).toBe(1)
    expect(log.durableOffset).toBe(2n)
  })

  it('costs as many writers who wait for each of their appends as it costs one', async () => {
    const write = async () => {
      for (let n = 0; n < 10; n++) {
        append()
        await log.flush()
      }
    }
    await Promise.all(Array.from({ length: 20 }, write))
    expect(log.endOffset).toBe(200n)
    expect(log.flushCount).toBe(10)
  })

  it('costs nothing where all is durable', async () => {
    append()
    await log.flush()
    await log.flush()
    await log.flush(1n)
    expect(log.flushCount).toBe(1)
  })

  it('up to an offset that is durable does not wait for the rest', async () => {
    append()
    await log.flush()
    append()
    await log.flush(1n)
    expect(log.flushCount).toBe(1)
    expect(log.durableOffset).toBe(1n)
  })

  it('syncs of the active segment only the records', async () => {
    append()
    await log.flush()
    expect(watched.syncsOf(pathOf('index', 0))).toBe(0)
    expect(watched.syncsOf(pathOf('timeindex', 0))).toBe(0)
  })

  it('syncs a segment that was left behind as a whole, once', async () => {
    for (let n = 0; n < 4; n++) append()
    await log.flush()
    append()
    await log.flush()
    const left = (['log', 'index', 'timeindex'] as const).map(kind => pathOf(kind, 0))
    expect(left.map(path => watched.syncsOf(path))).toEqual([1, 1, 1])
    expect(watched.syncsOf(pathOf('snapshot', 3))).toBe(1)
  })

  it('makes the names of new segments durable', async () => {
    for (let n = 0; n < 4; n++) append()
    await log.flush()
    expect(segmentFiles(memory.crash())).toEqual(segmentFiles(memory))
    expect(afterCrash().endOffset).toBe(4n)
  })

  it('of a segment that was rolled is begun at once, though nobody asks', async () => {
    for (let n = 0; n < 4; n++) append()
    await backgroundEnd()
    const synced = [pathOf('log', 0), pathOf('index', 0), pathOf('snapshot', 3), pathOf('log', 3)]
    expect(synced.map(path => watched.syncsOf(path))).toEqual([1, 1, 1, 0])
    expect(log.durableOffset).toBe(3n)
    expect(log.recoveryPoint).toBe(3n)
    expect(afterCrash().endOffset).toBe(3n)
  })

  it('of a rolled segment takes in what waits for it in the same turn', async () => {
    for (let n = 0; n < 4; n++) append()
    await log.flush()
    expect(log.flushCount).toBe(1)
    expect(log.durableOffset).toBe(4n)
  })

  it('of a rolled segment lets it be given up meanwhile', async () => {
    for (let n = 0; n < 4; n++) append()
    const flush = log.flush()
    await Promise.resolve()
    log.truncateFullyAndStartAt(0n)
    await flush
    await backgroundEnd()
    expect(log.failure).toBeUndefined()
    expect(log.recoveryPoint).toBe(0n)
  })

  it('follows each append by which flush.messages of them wait', async () => {
    const counting = openLog(newDisk(), { config: { flushMessages: 3 } })
    const appends = Array.from({ length: 4 }, () => counting.append(newBatch(), CLIENT)!)
    expect(appends.map(({ flushed }) => flushed !== undefined)).toEqual([false, false, true, true])
    await appends[2]!.flushed
    expect(counting.durableOffset).toBe(4n)
    expect(counting.append(newBatch(), CLIENT)!.flushed).toBeUndefined()
  })

  it('of what is truncated meanwhile comes back, and does not promise it', async () => {
    append()
    append()
    const flush = log.flush()
    log.truncateTo(1n)
    await flush
    expect(log.durableOffset).toBe(1n)
    append()
    expect(log.durableOffset).toBe(1n)
  })
})

const backgroundEnd = () => new Promise(resolve => setImmediate(resolve))

describe('the recovery point', () => {
  it('is never beyond what is durable, nor beyond the active segment’s beginning', async () => {
    expect(log.recoveryPoint).toBe(0n)
    for (let n = 0; n < 5; n++) append()
    expect(log.recoveryPoint).toBe(0n)
    await log.flush()
    expect(log.durableOffset).toBe(5n)
    expect(log.recoveryPoint).toBe(3n)
    for (let n = 0; n < 2; n++) append()
    expect(log.recoveryPoint).toBe(3n)
    await log.flush()
    expect(log.recoveryPoint).toBe(6n)
  })

  it('is the end once the log is closed', async () => {
    for (let n = 0; n < 5; n++) append()
    await log.close()
    expect(log.recoveryPoint).toBe(5n)
    const closed = openLog(memory.crash(), { config: CONFIG, isClean: true, recoveryPoint: 5n })
    expect(closed.endOffset).toBe(5n)
  })

  it('waits for segments that a recovery has written to', async () => {
    for (let n = 0; n < 5; n++) append()
    watched = new WatchedDisk(memory)
    const again = openLog(watched.disk, { config: CONFIG, recoveryPoint: 0n })
    expect(again.recoveryPoint).toBe(0n)
    await again.flush()
    expect(again.recoveryPoint).toBe(3n)
    expect(watched.syncsOf(pathOf('index', 0))).toBe(1)
    expect(watched.syncsOf(pathOf('timeindex', 0))).toBe(1)
  })
})

describe('a log whose disk fails', () => {
  const failures: DiskError[] = []
  const openOn = (op: 'sync' | 'write', kind: 'log' | 'index') => {
    failures.length = 0
    let isOn = false
    const disk = failing(memory, { op, below: pathOf(kind, 0), isOn: () => isOn })
    const opened = openLog(disk, { config: CONFIG, onFailure: failure => failures.push(failure) })
    isOn = true
    return opened
  }

  it('at a sync promises nothing, and takes no more appends', async () => {
    const failed = openOn('sync', 'log')
    failed.append(newBatch(), CLIENT)
    const waiting = [failed.flush(), failed.flush()]
    for (const flush of waiting) await expect(flush).rejects.toThrow(DiskError)
    expect(failed.durableOffset).toBe(0n)
    expect(failures).toHaveLength(1)
    expect(failed.failure).toBe(failures[0])
    expect(() => failed.append(newBatch(), CLIENT)).toThrow(failures[0]!)
    await expect(failed.flush()).rejects.toThrow(DiskError)
    await expect(failed.close()).rejects.toThrow(DiskError)
  })

  it('in the background takes no more appends', async () => {
    const failed = openOn('sync', 'index')
    for (let n = 0; n < 4; n++) failed.append(batchOfSize(300), CLIENT)
    await backgroundEnd()
    expect(failures).toHaveLength(1)
    expect(() => failed.append(newBatch(), CLIENT)).toThrow(failures[0]!)
    await expect(failed.close()).rejects.toThrow(failures[0]!)
  })

  it('at a flush that flush.messages asks for is told, whoever waits', async () => {
    const told: DiskError[] = []
    const disk = failing(memory, { op: 'sync', below: pathOf('log', 0) })
    const config = { flushMessages: 1 }
    const failed = openLog(disk, { config, onFailure: failure => told.push(failure) })
    const { flushed } = failed.append(newBatch(), CLIENT)!
    await backgroundEnd()
    expect(told).toHaveLength(1)
    await expect(flushed).rejects.toThrow(DiskError)
  })

  it.each(['log', 'index'] as const)('at a write to its %s takes no more appends', kind => {
    const failed = openOn('write', kind)
    const fill = () => {
      for (let n = 0; n < 2; n++) failed.append(newBatch(), CLIENT)
    }
    expect(fill).toThrow(DiskError)
    expect(() => failed.append(newBatch(), CLIENT)).toThrow(failures[0]!)
    expect(() => failed.truncateTo(0n)).toThrow(DiskError)
    expect(failures).toHaveLength(1)
  })
})
