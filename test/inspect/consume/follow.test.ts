import { describe, expect, it } from 'vitest'
import type { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { follow, type FollowOptions } from '../../../src/inspect/consume/follow.ts'
import {
  batchOf,
  diskOf,
  logPath,
  marker,
  optionsFor,
  partitionsOn,
  transactional,
  valueIn,
} from './scene.ts'

const FIRST = batchOf(0, 0, [1, 2])
const SECOND = batchOf(0, 2, [3])
const THIRD = batchOf(0, 3, [4])
const EARLIEST = { from: { kind: 'earliest' }, to: { kind: 'latest' } } as const
const LATEST = { from: { kind: 'latest' }, to: { kind: 'latest' } } as const

/** What happens to the disk, one thing between two looks; then nothing more comes. */
type Step = (disk: MemoryDisk) => void

const writes =
  (path: string, ...batches: readonly Buffer[]): Step =>
  disk =>
    disk.put(path, Buffer.concat(batches))

async function followed(
  disk: MemoryDisk,
  steps: readonly Step[],
  options: Partial<FollowOptions> = {},
): Promise<{ readonly rounds: string[][]; readonly told: string[] }> {
  const rounds: string[][] = [[]]
  const told: string[] = []
  let now = 0
  let next = 0
  const all = {
    ...optionsFor(told),
    offsets: EARLIEST,
    timeoutMs: 1000,
    nowMs: () => now,
    onCaughtUp: () => void rounds.push([]),
    wait(ms: number) {
      now += ms
      steps[next++]?.(disk)
      return Promise.resolve()
    },
    ...options,
  }
  await follow(disk, partitionsOn(disk), all, cursor => {
    rounds.at(-1)!.push(valueIn(cursor))
    return true
  })
  return { rounds: rounds.slice(0, steps.length + 1), told }
}

describe('a log that is followed', () => {
  it('gives what is there, and then what is written', async () => {
    const disk = diskOf({ [logPath(0)]: [FIRST] })
    const { rounds, told } = await followed(disk, [writes(logPath(0), FIRST, SECOND)])
    expect(rounds).toEqual([['0@0', '0@1'], ['0@2']])
    expect(told).toEqual([])
  })

  it('gives only what is written where it begins at the end', async () => {
    const disk = diskOf({ [logPath(0)]: [FIRST] })
    const steps = [writes(logPath(0), FIRST, SECOND)]
    const { rounds } = await followed(disk, steps, { offsets: LATEST })
    expect(rounds).toEqual([[], ['0@2']])
  })

  it('never shows a batch before all of it is there', async () => {
    const disk = diskOf({ [logPath(0)]: [FIRST] })
    const whole = Buffer.concat([FIRST, SECOND])
    const sizes = [1, 9, 13, 30, 61, SECOND.length - 1, SECOND.length]
    const steps = sizes.map(size => writes(logPath(0), whole.subarray(0, FIRST.length + size)))
    const { rounds, told } = await followed(disk, steps)
    expect(rounds).toEqual([['0@0', '0@1'], [], [], [], [], [], [], ['0@2']])
    expect(told).toEqual([])
  })

  it('waits where the bytes of a batch are there but not right yet, as in one allocated ahead', async () => {
    const half = Buffer.from(SECOND)
    half.fill(0, 40)
    const [zeros, more] = [Buffer.alloc(500), Buffer.alloc(500 - SECOND.length)]
    const disk = diskOf({ [logPath(0)]: [FIRST, zeros] })
    const { rounds, told } = await followed(disk, [
      writes(logPath(0), FIRST, half, more),
      writes(logPath(0), FIRST, half, more),
      writes(logPath(0), FIRST, SECOND, more),
    ])
    expect(rounds).toEqual([['0@0', '0@1'], [], [], ['0@2']])
    expect(told).toEqual([])
  })

  it('tells of a batch that stays wrong once a good one follows', async () => {
    const damaged = Buffer.from(SECOND)
    damaged[damaged.length - 2]! ^= 1
    const disk = diskOf({ [logPath(0)]: [FIRST, damaged] })
    const { rounds, told } = await followed(disk, [
      writes(logPath(0), FIRST, damaged, THIRD),
      () => undefined,
    ])
    expect(rounds.flat()).toEqual(['0@0', '0@1', '0@3'])
    expect(told).toEqual([expect.stringContaining('its checksum does not hold')])
  })

  it('goes from segment to segment as they are rolled, each record once', async () => {
    const disk = diskOf({ [logPath(0)]: [FIRST] })
    const { rounds, told } = await followed(disk, [
      writes(logPath(0, 2)),
      writes(logPath(0, 2), SECOND),
      disk => {
        disk.put(logPath(0, 2), Buffer.concat([SECOND, THIRD]))
        disk.put(logPath(0, 4), batchOf(0, 4, [5]))
      },
      () => undefined,
    ])
    expect(rounds).toEqual([['0@0', '0@1'], [], ['0@2'], ['0@3', '0@4'], []])
    expect(told).toEqual([])
  })

  it('minds no segment that retention takes once it was passed', async () => {
    const disk = diskOf({ [logPath(0)]: [FIRST] })
    const { rounds, told } = await followed(disk, [
      disk => {
        disk.put(logPath(0, 2), SECOND)
        disk.remove(logPath(0))
      },
      writes(logPath(0, 2), SECOND, THIRD),
    ])
    expect(rounds).toEqual([['0@0', '0@1'], ['0@2'], ['0@3']])
    expect(told).toEqual([])
  })

  it('says that a log was cut, and goes on with what is written in its place', async () => {
    const disk = diskOf({ [logPath(0)]: [FIRST, SECOND] })
    const { rounds, told } = await followed(disk, [
      writes(logPath(0), FIRST),
      writes(logPath(0), FIRST, SECOND, THIRD),
    ])
    expect(rounds.flat()).toEqual(['0@0', '0@1', '0@2', '0@3'])
    expect(told).toEqual([expect.stringContaining('was cut to')])
  })

  it('shows committed records only when their transaction ends, and aborted ones never', async () => {
    const written = [
      batchOf(0, 0, [1]),
      transactional(0, 1, 7n),
      batchOf(0, 2, [3]),
      marker(3, 7n, 'abort'),
      transactional(0, 4, 8n),
      marker(5, 8n, 'commit'),
    ]
    const disk = diskOf({ [logPath(0)]: written.slice(0, 1) })
    const steps = [2, 3, 4, 5, 6].map(count => writes(logPath(0), ...written.slice(0, count)))
    const { rounds, told } = await followed(disk, steps, { isolation: 'read_committed' })
    expect(rounds).toEqual([['0@0'], [], [], ['0@2'], [], ['0@4']])
    expect(told).toEqual([])
  })

  it('ends where the range does, though no record is there', async () => {
    const disk = diskOf({ [logPath(0)]: [FIRST] })
    const offsets = { from: { kind: 'earliest' }, to: { kind: 'offset', offset: 4n } } as const
    const { rounds } = await followed(
      disk,
      [writes(logPath(0), FIRST, SECOND, marker(3, 7n, 'commit')), () => undefined],
      { offsets, timeoutMs: undefined },
    )
    expect(rounds.flat()).toEqual(['0@0', '0@1', '0@2'])
  })

  it('is given up, and that told, when its folder is gone', async () => {
    const disk = diskOf({ [logPath(0)]: [FIRST] })
    const { rounds, told } = await followed(disk, [
      disk => {
        disk.rename('/data/orders-0', '/data/orders-0.0123-delete')
      },
    ])
    expect(rounds).toEqual([['0@0', '0@1'], []])
    expect(told).toEqual([expect.stringContaining('no longer followed')])
  })

  it('of several partitions gives what has come in order of time', async () => {
    const disk = diskOf({ [logPath(0)]: [FIRST], [logPath(1)]: [batchOf(1, 0, [2])] })
    const { rounds } = await followed(disk, [
      disk => {
        disk.put(logPath(0), Buffer.concat([FIRST, batchOf(0, 2, [10])]))
        disk.put(logPath(1), Buffer.concat([batchOf(1, 0, [2]), batchOf(1, 1, [9])]))
      },
    ])
    expect(rounds).toEqual([
      ['0@0', '0@1', '1@0'],
      ['1@1', '0@2'],
    ])
  })
})
