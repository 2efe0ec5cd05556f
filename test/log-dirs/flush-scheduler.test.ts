/** What is done to open logs as time goes by. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Disk } from '../../src/disk/disk.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import type { LogConfig } from '../../src/log/log-config.ts'
import { type FlushIntervals, FlushScheduler } from '../../src/log-dirs/flush-scheduler.ts'
import type { LogDirs } from '../../src/log-dirs/log-dirs.ts'
import { failing } from '../log/failing-disk.ts'
import { newBatch } from '../log/new-batch.ts'
import { configWith, NOW_MS } from '../log/new-log.ts'
import { A, B, fourPartitions, openDirs, partition, textOf, twoLogDirs } from './two-log-dirs.ts'

const CLIENT = { leaderEpoch: 0, origin: 'client' } as const
const INTERVALS: FlushIntervals = {
  flushMs: 10,
  recoveryPointMs: 20,
  logStartMs: 30,
  highWatermarkMs: 40,
}

let disk: MemoryDisk
let nowMs: number
/** What each interval's timer does. */
let timers: Map<number, () => void>
const clock = { nowMs: () => nowMs }

beforeEach(async () => {
  disk = twoLogDirs()
  await fourPartitions(disk)
  nowMs = NOW_MS
  timers = new Map()
})

function open(on: Disk = disk, config: Partial<LogConfig> = {}): LogDirs {
  const dirs = openDirs(on, {
    clock,
    configOf: () => configWith({ segmentBytes: 1000, ...config }),
  })
  expect(dirs.openAll()).toEqual([])
  return dirs
}

function schedule(
  dirs: LogDirs,
  intervals: Partial<FlushIntervals> = {},
  flushMsMax?: number,
): FlushScheduler {
  const every = (ms: number, act: () => void) => {
    timers.set(ms, act)
    return () => void timers.delete(ms)
  }
  const scheduler = new FlushScheduler(dirs, {
    intervals: { ...INTERVALS, ...intervals },
    clock,
    timers: { every },
    ...(flushMsMax !== undefined && { flushMsMax }),
  })
  scheduler.start()
  return scheduler
}

/** The timer of an interval goes off, and all that it began ends. */
async function goOff(ms: number): Promise<void> {
  timers.get(ms)!()
  await new Promise(resolve => setImmediate(resolve))
}

const logOf = (dirs: LogDirs, number: number) => dirs.log(partition(number))!
const append = (dirs: LogDirs, number: number) => logOf(dirs, number).append(newBatch(), CLIENT)
const durable = (dirs: LogDirs) => [0, 1, 2, 3].map(number => logOf(dirs, number).durableOffset)

describe('the flush scheduler', () => {
  it('flushes logs once their flush.ms is over, and only where something waits', async () => {
    const dirs = open(disk, { flushMs: 1000 })
    schedule(dirs)
    for (const number of [0, 1]) append(dirs, number)
    nowMs += 999
    await goOff(10)
    expect(durable(dirs)).toEqual([2n, 2n, 2n, 2n])
    nowMs += 1
    await goOff(10)
    expect(durable(dirs)).toEqual([3n, 3n, 2n, 2n])
    expect(logOf(dirs, 0).flushedAtMs).toBe(nowMs)
    expect(logOf(dirs, 2).flushCount).toBe(0)
  })

  it('flushes no log whose flush.ms is for ever, but where it is told to', async () => {
    const dirs = open()
    schedule(dirs)
    append(dirs, 0)
    nowMs += 1e12
    await goOff(10)
    expect(logOf(dirs, 0).durableOffset).toBe(2n)
    schedule(dirs, {}, 0)
    await goOff(10)
    expect(logOf(dirs, 0).durableOffset).toBe(3n)
  })

  it.each<[keyof FlushIntervals, string, string]>([
    ['recoveryPointMs', 'recovery-point-offset-checkpoint', 'orders 0 4\n'],
    ['logStartMs', 'log-start-offset-checkpoint', 'orders 0 3\n'],
    ['highWatermarkMs', 'replication-offset-checkpoint', 'orders 0 5\n'],
  ])('after %s writes the %s, and no other', async (interval, name, entry) => {
    const dirs = open(disk, { segmentBytes: 170 })
    const log = logOf(dirs, 0)
    for (let n = 0; n < 3; n++) append(dirs, 0)
    log.raiseHighWatermark(5n)
    log.raiseLogStart(3n)
    await log.flush()
    const before = rootFiles()
    schedule(dirs)
    await goOff(INTERVALS[interval])
    expect(textOf(disk, A, name)).toContain(entry)
    const others = Object.entries(before).filter(([path]) => !path.endsWith(name))
    expect(rootFiles()).toMatchObject(Object.fromEntries(others))
  })

  it('removes files once they were given up for long enough', async () => {
    const dirs = open(disk, { fileDeleteDelayMs: 5000 })
    schedule(dirs)
    const log = logOf(dirs, 0)
    log.truncateFullyAndStartAt(7n)
    const deleted = () => disk.list(`${A}/orders-0`).filter(({ name }) => name.endsWith('.deleted'))
    nowMs += 4999
    await goOff(1000)
    expect(deleted()).not.toEqual([])
    nowMs += 1
    await goOff(1000)
    expect(deleted()).toEqual([])
  })

  it('sets no timer for what is for ever, nor once it is stopped', () => {
    const scheduler = schedule(open(), { flushMs: Number(0x7fffffffffffffffn), logStartMs: -1 })
    expect([...timers.keys()]).toEqual([20, 40, 1000])
    scheduler.stop()
    expect([...timers.keys()]).toEqual([])
  })

  it.each(['sync', 'write'] as const)(
    'where the disk fails at a %s, looks after the other directories',
    async op => {
      let isBroken = false
      const broken = failing(disk, { op, below: A, isOn: () => isBroken })
      const dirs = open(broken, { flushMs: 0 })
      schedule(dirs)
      for (const number of [0, 1]) append(dirs, number)
      isBroken = true
      for (const ms of [10, 20]) await goOff(ms)
      for (const ms of [10, 20, 30, 40, 1000]) await goOff(ms)
      expect(dirs.failure).toMatchObject({ op, errno: 'EIO' })
      expect(dirs.dirs.map(({ failure }) => failure === undefined)).toEqual([false, true])
      expect(logOf(dirs, 1).durableOffset).toBe(3n)
      expect(() => append(dirs, 2)).toThrow(dirs.failure!)
    },
  )
})

function rootFiles(): Record<string, string> {
  const paths = [A, B].flatMap(dir =>
    disk
      .list(dir)
      .filter(({ kind }) => kind === 'file')
      .map(({ name }) => `${dir}/${name}`),
  )
  return Object.fromEntries(paths.map(path => [path, disk.readWhole(path).toString()]))
}
