/** All logs of several log.dirs put in order and closed, in this thread or as threads would. */
import { beforeEach, describe, expect, it } from 'vitest'
import { CorruptDataError, DiskError } from '../../src/base/errors.ts'
import type { Disk } from '../../src/disk/disk.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { OverlayDisk } from '../../src/disk/overlay-disk.ts'
import type { LogDirs } from '../../src/log-dirs/log-dirs.ts'
import type { SegmentToRead } from '../../src/log/segment-facts.ts'
import type { RecoveryOptions, RecoveryThreading } from '../../src/log-dirs/recovery.ts'
import { readSegment } from '../../src/log-dirs/segment-reading.ts'
import { failing } from '../log/failing-disk.ts'
import { newBatch } from '../log/new-batch.ts'
import {
  A,
  B,
  contentsOf,
  fourPartitions,
  markerOf,
  openDirs,
  partition,
  twoLogDirs,
} from './two-log-dirs.ts'

const EXECUTED = { isPreview: false }

let disk: MemoryDisk

beforeEach(async () => {
  disk = await killed()
})

/** Partition n has n + 2 records of 400 bytes, two to a segment; the last of each is torn. */
async function killed(): Promise<MemoryDisk> {
  const written = twoLogDirs()
  await fourPartitions(written, 0)
  const dirs = openDirs(written)
  dirs.openAll()
  for (const number of [0, 1, 2, 3]) {
    const log = dirs.log(partition(number))!
    for (let n = 0; n < number + 2; n++) {
      log.append(newBatch({ value: Buffer.alloc(400) }), { leaderEpoch: 0, origin: 'client' })
    }
    const { logPath, size } = log.segments.at(-1)!
    written.openForWriting(logPath).truncate(size - 7)
  }
  return written
}

interface Recovered {
  readonly dirs: LogDirs
  readonly failed: Awaited<ReturnType<LogDirs['recoverAll']>>
  readonly told: readonly string[]
}

async function recover(on: Disk, options: RecoveryOptions): Promise<Recovered> {
  const told: string[] = []
  const dirs = openDirs(on, {
    onAction: (name, { kind, path }) => told.push(`${name} ${kind} ${path}`),
  })
  const failed = await dirs.recoverAll(options)
  await dirs.close()
  return { dirs, failed, told }
}

/** The last to begin is the first to end. */
function threads(on: Disk, count: number, begun: string[] = []): RecoveryThreading {
  const run = async (segment: SegmentToRead) => {
    begun.push(segment.path)
    const waits = 20 - begun.length
    const reading = readSegment(structuredClone(segment), { disk: on })
    for (let turn = 0; turn < waits; turn++) await new Promise(resolve => setImmediate(resolve))
    return structuredClone(reading)
  }
  const close = () => Promise.resolve()
  return { countMax: count, bytesMin: 0, start: () => ({ run, progressBytes: 0, close }) }
}

describe('logs put in order and closed', () => {
  it('are what they are when all are opened, and closed together', async () => {
    const [one, other] = [disk, await killed()]
    const opened = openDirs(one)
    expect(opened.openAll()).toEqual([])
    await opened.close()
    const { failed, dirs } = await recover(other, EXECUTED)
    expect(failed).toEqual([])
    expect(dirs.dirs.map(({ loadedCount }) => loadedCount)).toEqual([2, 2])
    expect(contentsOf(other)).toEqual(contentsOf(one))
    expect(markerOf(other, A)).toBeDefined()
  })

  it.each([2, 3, 9])('by %i threads are the same, and told in the same order', async count => {
    const [one, other] = [disk, await killed()]
    const here = await recover(one, EXECUTED)
    const begun: string[] = []
    const there = await recover(other, { ...EXECUTED, threading: threads(other, count, begun) })
    expect(here.told.length).toBeGreaterThan(4)
    expect(there.told).toEqual(here.told)
    expect(contentsOf(other)).toEqual(contentsOf(one))
    const logOf = (offset: number) => `/0000000000000000000${offset}.log`
    expect(begun.slice(0, 2)).toEqual([0, 2].map(offset => `${B}/orders-3${logOf(offset)}`))
    const all = [
      ...[0, 2].map(offset => `${A}/orders-2${logOf(offset)}`),
      ...[0, 2, 4].map(offset => `${B}/orders-3${logOf(offset)}`),
      ...[0, 2].map(offset => `${B}/orders-1${logOf(offset)}`),
      `${A}/orders-0${logOf(0)}`,
    ]
    expect(begun.toSorted()).toEqual(all.toSorted())
  })

  it('as a preview are told, and stay as they are', async () => {
    const executed = await recover(await killed(), EXECUTED)
    const before = contentsOf(disk)
    for (const threading of [undefined, threads(disk, 2)]) {
      const options = { isPreview: true, ...(threading && { threading }) }
      expect((await recover(new OverlayDisk(disk), options)).told).toEqual(executed.told)
      expect(contentsOf(disk)).toEqual(before)
    }
  })

  it('need no threads where less is to be read than those cost', async () => {
    const begun: string[] = []
    const threading = { ...threads(disk, 2, begun), bytesMin: 100_000 }
    expect((await recover(disk, { ...EXECUTED, threading })).failed).toEqual([])
    expect(begun).toEqual([])
    await recover(disk, { ...EXECUTED, threading: { ...threading, bytesMin: 1 } })
    expect(begun).toEqual([])
  })

  it('need none for the longest segment, which one alone reads', async () => {
    const begun: string[] = []
    // All are 6.5 KB, the longest is 0.9 KB of that.
    const tried = (bytesMin: number) => {
      const threading = { ...threads(disk, 2, begun), bytesMin }
      return recover(new OverlayDisk(disk), { isPreview: true, threading })
    }
    await tried(6000)
    expect(begun).toEqual([])
    await tried(5000)
    expect(begun).toHaveLength(8)
  })

  it('tell how much was read, of how much', async () => {
    const told: [bytes: number, totalBytes: number][] = []
    await recover(disk, {
      ...EXECUTED,
      onProgress: (bytes, totalBytes) => told.push([bytes, totalBytes]),
    })
    const [bytes, totalBytes] = told.at(-1)!
    expect(totalBytes).toBeGreaterThan(14 * 400)
    expect(bytes).toBeGreaterThan(10 * 400)
    expect(bytes).toBeLessThan(totalBytes)
  })

  it('are not read again when they are opened then', async () => {
    const told: string[] = []
    const dirs = openDirs(disk, { onAction: (_, { kind }) => told.push(kind) })
    await dirs.recoverAll(EXECUTED)
    const before = told.length
    expect(dirs.openAll(({ partition }) => partition === 3)).toEqual([])
    expect(told.length).toBe(before)
    const log = dirs.log(partition(3))!
    expect([log.endOffset, log.durableOffset]).toEqual([4n, 4n])
    log.append(newBatch(), { leaderEpoch: 0, origin: 'client' })
    await dirs.close()
    const after = openDirs(disk.crash())
    expect(after.dirs.map(({ isClean }) => isClean)).toEqual([true, true])
    expect(after.openAll()).toEqual([])
    expect([0, 1, 2, 3].map(n => after.log(partition(n))?.endOffset)).toEqual([1n, 2n, 3n, 5n])
  })
})

describe('a log that can’t be put in order', () => {
  it('leaves its log.dir unclean, and the others are put in order', async () => {
    disk.put(`${A}/orders-0/leader-epoch-checkpoint`, Buffer.from('9\n'))
    for (const threading of [undefined, threads(disk, 3)]) {
      const { failed } = await recover(disk, { ...EXECUTED, ...(threading && { threading }) })
      expect(failed).toMatchObject([{ path: `${A}/orders-0` }])
      expect(failed[0]!.error).toBeInstanceOf(CorruptDataError)
      expect([markerOf(disk, A), markerOf(disk, B)]).toEqual([undefined, expect.any(String)])
    }
  })

  it('as its disk fails takes its log.dir offline alone; the rest of that are let be', async () => {
    const broken = failing(disk, { op: 'read', below: `${A}/orders-2` })
    const before = contentsOf(disk, `${A}/orders-0`)
    const { failed, dirs } = await recover(broken, {
      ...EXECUTED,
      threading: threads(broken, 2),
    })
    const [a, b] = dirs.dirs
    expect(failed).toMatchObject([{ path: `${A}/orders-2`, error: a!.failure }])
    expect(a!.failure).toBeInstanceOf(DiskError)
    expect(a!.failure?.message).toContain('input/output error (EIO)')
    expect(contentsOf(disk, `${A}/orders-0`)).toEqual(before)
    expect([markerOf(disk, A), markerOf(disk, B)]).toEqual([undefined, expect.any(String)])
    expect([a!.loadedCount, b!.loadedCount]).toEqual([0, 2])
  })

  it('is told once, however many threads met the same disk', async () => {
    const broken = failing(disk, { op: 'read', below: A })
    const { failed } = await recover(broken, { ...EXECUTED, threading: threads(broken, 4) })
    expect(failed).toHaveLength(1)
  })

  it('by a fault of ours ends everything', async () => {
    const bug = new TypeError('a bug')
    const threading = {
      ...threads(disk, 2),
      start: () => ({
        run: () => Promise.reject(bug),
        progressBytes: 0,
        close: () => Promise.resolve(),
      }),
    }
    await expect(recover(disk, { ...EXECUTED, threading })).rejects.toBe(bug)
    expect(markerOf(disk, B)).toBeUndefined()
  })
})
