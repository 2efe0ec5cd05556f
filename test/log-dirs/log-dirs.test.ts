/** Several log.dirs, written: checkpoints, marks, placement. */
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { RefusedError } from '../../src/base/errors.ts'
import { diskWith } from '../../src/disk/disk-with.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { newBatch, placedAt } from '../log/new-batch.ts'
import { configWith } from '../log/new-log.ts'
import {
  A,
  B,
  contentsOf,
  DIRECTORY_IDS,
  fourPartitions,
  markerOf,
  openDirs,
  partition,
  textOf,
  TOPIC_ID,
  twoLogDirs,
} from './two-log-dirs.ts'

const CLIENT = { leaderEpoch: 0, origin: 'client' } as const
const RECOVERY_POINT = 'recovery-point-offset-checkpoint'
const LOG_START = 'log-start-offset-checkpoint'
const HIGH_WATERMARK = 'replication-offset-checkpoint'

let disk: MemoryDisk

beforeEach(() => {
  disk = twoLogDirs()
})

/** Its entries, sorted. */
function entriesOf(dir: string, name: string, of = disk): string[] {
  const [version, count, ...entries] = textOf(of, dir, name)!.trimEnd().split('\n')
  expect([version, count]).toEqual(['0', `${entries.length}`])
  return entries.sort()
}

describe('checkpoints', () => {
  it('say at an orderly end where each log ends, durably', async () => {
    await fourPartitions(disk, 3)
    const after = disk.crash()
    expect(entriesOf(A, RECOVERY_POINT, after)).toEqual(['orders 0 3', 'orders 2 3'])
    expect(entriesOf(B, RECOVERY_POINT, after)).toEqual(['orders 1 3', 'orders 3 3'])
    expect(textOf(after, A, LOG_START)).toBe('0\n0\n')
    expect(entriesOf(A, HIGH_WATERMARK, after)).toEqual(['orders 0 0', 'orders 2 0'])
  })

  it('keep what they say of partitions that are not opened', async () => {
    await fourPartitions(disk)
    disk.put(`${A}/${LOG_START}`, Buffer.from('0\n1\norders 2 1\n'))
    const dirs = openDirs(disk)
    dirs.openAll(({ partition }) => partition === 0)
    const log = dirs.log(partition(0))!
    log.append(newBatch({ count: 5 }), CLIENT)
    log.raiseHighWatermark(7n)
    await dirs.close()
    expect(entriesOf(A, RECOVERY_POINT)).toEqual(['orders 0 7', 'orders 2 2'])
    expect(entriesOf(A, HIGH_WATERMARK)).toEqual(['orders 0 7', 'orders 2 0'])
    expect(entriesOf(A, LOG_START)).toEqual(['orders 2 1'])
    expect(entriesOf(B, RECOVERY_POINT)).toEqual(['orders 1 2', 'orders 3 2'])
  })

  it('tell the start of a log only where no segment’s name does', async () => {
    await fourPartitions(disk, 0)
    const dirs = openDirs(disk)
    dirs.openAll()
    const [even, odd] = [dirs.log(partition(0))!, dirs.log(partition(1))!]
    for (const log of [even, odd]) {
      for (let n = 0; n < 4; n++) log.append(newBatch({ value: Buffer.alloc(400) }), CLIENT)
      log.raiseHighWatermark(4n)
    }
    even.raiseLogStart(even.segments[1]!.baseOffset)
    odd.raiseLogStart(1n)
    for (const dir of dirs.dirs) dir.checkpoint()
    expect(textOf(disk, A, LOG_START)).toBe('0\n0\n')
    expect(entriesOf(B, LOG_START)).toEqual(['orders 1 1'])
    const again = openDirs(disk)
    expect(again.openAll()).toEqual([])
    expect(again.log(partition(0))?.logStartOffset).toBe(2n)
    expect(again.log(partition(1))?.logStartOffset).toBe(1n)
    expect(again.log(partition(1))?.highWatermark).toBe(4n)
  })

  it.each([
    ['begins in a remote storage', true, 0n, ['orders 0 0']],
    ['may, as nobody knows the topic', undefined, 2n, ['orders 0 0']],
    ['does not', false, 2n, []],
  ])(
    'of a log that %s: what they say before its first segment',
    async (_, isRemote, start, said) => {
      const configOf = () => configWith({ segmentBytes: 1000, isRemote })
      const dirs = openDirs(disk, { configOf })
      dirs.openAll()
      const log = dirs.create(partition(0), TOPIC_ID, DIRECTORY_IDS[0])
      for (let n = 0; n < 4; n++) log.append(newBatch({ value: Buffer.alloc(400) }), CLIENT)
      await dirs.close()
      for (const kind of ['log', 'index', 'timeindex']) {
        disk.remove(join(log.folder.path, `00000000000000000000.${kind}`))
      }
      disk.put(`${A}/${LOG_START}`, Buffer.from('0\n1\norders 0 0\n'))
      const again = openDirs(disk, { configOf })
      again.openAll()
      expect(again.log(partition(0))).toMatchObject({
        logStartOffset: start,
        localLogStartOffset: 2n,
      })
      await again.close()
      expect(entriesOf(A, LOG_START)).toEqual(said)
    },
  )

  it('do not say beyond the active segment’s beginning while logs are open', async () => {
    await fourPartitions(disk)
    openDirs(disk).openAll()
    expect(entriesOf(A, RECOVERY_POINT)).toEqual(['orders 0 0', 'orders 2 0'])
  })

  it('go back before a log is truncated', async () => {
    await fourPartitions(disk, 0)
    const dirs = openDirs(disk)
    dirs.openAll()
    const log = dirs.log(partition(0))!
    for (let n = 0; n < 5; n++) log.append(newBatch({ value: Buffer.alloc(400) }), CLIENT)
    await log.flush()
    for (const dir of dirs.dirs) dir.checkpoint()
    expect(entriesOf(A, RECOVERY_POINT)).toContain('orders 0 4')
    log.truncateTo(1n)
    expect(entriesOf(A, RECOVERY_POINT, disk.crash())).toContain('orders 0 0')
  })

  it('say nothing of the controller’s log', async () => {
    const dirs = openDirs(disk)
    const log = dirs.create(partition(0, '__cluster_metadata'), TOPIC_ID, DIRECTORY_IDS[0])
    log.append(placedAt(newBatch(), 0, 1), { leaderEpoch: 1, origin: 'raft' })
    await dirs.close()
    expect(textOf(disk, A, RECOVERY_POINT)).toBe('0\n0\n')
  })
})

describe('the mark of a clean shutdown', () => {
  const marks = (of = disk) => [A, B].map(dir => markerOf(of, dir))
  const MARK = '{"version":0,"brokerEpoch":11}'

  it('is gone, durably, once the directories are opened, and back when they are closed', async () => {
    const dirs = openDirs(disk)
    expect(marks(disk.crash())).toEqual([undefined, undefined])
    dirs.openAll()
    await dirs.close()
    expect(marks(disk.crash())).toEqual([MARK, MARK])
  })

  it('comes back where not all was opened, as the rest was in order before', async () => {
    await fourPartitions(disk)
    const dirs = openDirs(disk)
    dirs.openAll(({ partition }) => partition === 0)
    await dirs.close()
    expect(marks()).toEqual([MARK, MARK])
  })

  it('does not come to a directory that was not clean, unless all of it was opened', async () => {
    await fourPartitions(disk)
    disk.remove(`${A}/.kafka_cleanshutdown`)
    const some = openDirs(disk)
    some.openAll(({ partition }) => partition === 0)
    await some.close()
    expect(marks()).toEqual([undefined, MARK])
    const all = openDirs(disk)
    all.openAll()
    await all.close()
    expect(marks()).toEqual(['{"version":0,"brokerEpoch":-1}', MARK])
  })

  it('does not come where a log could not be opened, and the rest go on', async () => {
    await fourPartitions(disk)
    disk.put(`${A}/orders-2/leader-epoch-checkpoint`, Buffer.from('0\nnonsense\n'))
    const dirs = openDirs(disk)
    expect(dirs.openAll()).toMatchObject([{ partition: partition(2), path: `${A}/orders-2` }])
    expect(dirs.log(partition(0))?.append(newBatch(), CLIENT)).toMatchObject({ firstOffset: 2n })
    await dirs.close()
    expect(marks()).toEqual([undefined, MARK])
    expect(entriesOf(A, RECOVERY_POINT)).toEqual(['orders 0 3', 'orders 2 2'])
  })

  it('spares the next start a recovery', async () => {
    await fourPartitions(disk)
    const told: string[] = []
    openDirs(disk, { onAction: (name, { kind }) => told.push(`${name} ${kind}`) }).openAll()
    expect(told).toEqual([])
    openDirs(disk, { onAction: (name, { kind }) => told.push(`${name} ${kind}`) }).openAll()
    expect(told).toContain('orders-3 segment-recovered')
  })
})

describe('a new partition', () => {
  const placeOf = (number: number) =>
    [A, B].filter(dir => disk.status(`${dir}/orders-${number}`) !== undefined)

  it('goes to the directory with the fewest, opened or not', async () => {
    for (const number of [0, 1, 2]) {
      const dirs = openDirs(disk)
      dirs.create(partition(number), TOPIC_ID, DIRECTORY_IDS[0])
      await dirs.close()
    }
    const dirs = openDirs(disk)
    for (const number of [3, 4, 5, 6]) dirs.create(partition(number), TOPIC_ID)
    expect([3, 4, 5].map(placeOf)).toEqual([[B], [B], [B]])
    expect(placeOf(6)).toEqual([A])
  })

  it('goes where the cluster has assigned it', () => {
    const dirs = openDirs(disk)
    dirs.create(partition(0), TOPIC_ID, DIRECTORY_IDS[1])
    dirs.create(partition(1), TOPIC_ID, DIRECTORY_IDS[1])
    dirs.create(partition(2), TOPIC_ID, 'AAAAAAAAAAAAAAAAAAAAAA')
    expect([0, 1, 2].map(placeOf)).toEqual([[B], [B], [A]])
  })

  it('has its topic’s id on disk, and is found again after a crash', () => {
    openDirs(disk).create(partition(0), TOPIC_ID, DIRECTORY_IDS[0])
    const after = disk.crash()
    expect(textOf(after, `${A}/orders-0`, 'partition.metadata')).toBe(
      `version: 0\ntopic_id: ${TOPIC_ID}`,
    )
    const dirs = openDirs(after)
    expect(dirs.openAll()).toEqual([])
    expect(dirs.log(partition(0))?.endOffset).toBe(0n)
  })
})

describe('directories that do not belong together', () => {
  it.each<[string, () => void, RegExp]>([
    [
      'hold one partition twice',
      () => disk.put(`${B}/orders-0/00000000000000000000.log`, Buffer.alloc(0)),
      /^orders-0 lies in \/logs\/a and in \/logs\/b: a broker would not start$/,
    ],
    [
      'are of two clusters',
      () => disk.put(`${B}/meta.properties`, Buffer.from('version=1\ncluster.id=d\nnode.id=1\n')),
      /has clusterId d, .* has c: not of one broker$/,
    ],
    [
      'are of two brokers',
      () => disk.put(`${B}/meta.properties`, Buffer.from('version=1\ncluster.id=c\nnode.id=2\n')),
      /has nodeId 2, .* has 1: not of one broker$/,
    ],
  ])('as they %s are refused before anything is changed', async (_, spoil, message) => {
    await fourPartitions(disk)
    spoil()
    const before = contentsOf(disk)
    expect(() => openDirs(disk)).toThrow(RefusedError)
    expect(() => openDirs(disk)).toThrow(message)
    expect(contentsOf(disk)).toEqual(before)
  })

  it('may hold a partition that is about to be deleted, or moved here', async () => {
    await fourPartitions(disk)
    const id = '0123456789abcdef0123456789abcdef'
    for (const state of ['delete', 'future', 'stray']) {
      disk.put(`${B}/orders-0.${id}-${state}/00000000000000000000.log`, Buffer.alloc(0))
    }
    expect(openDirs(disk).openAll()).toEqual([])
  })
})

it('ten thousand segments are served with 64 open files', async () => {
  const count = 10_000
  for (let base = 0; base < count; base++) {
    const name = `${A}/orders-0/${String(base).padStart(20, '0')}`
    disk.put(`${name}.log`, placedAt(newBatch(), base))
    for (const kind of ['index', 'timeindex']) disk.put(`${name}.${kind}`, Buffer.alloc(0))
  }
  const open = new Set<object>()
  let openMost = 0
  const watch = <T extends object>(file: T): T => {
    open.add(file)
    openMost = Math.max(openMost, open.size)
    return Object.assign(file, { close: () => open.delete(file) })
  }
  const watched = diskWith(disk, {
    open: path => watch(disk.open(path)),
    create: path => watch(disk.create(path)),
    openForWriting: path => watch(disk.openForWriting(path)),
  })
  const dirs = openDirs(watched, { openFilesMax: 64 })
  expect(dirs.openAll()).toEqual([])
  const log = dirs.log(partition(0))!
  expect(log.segments).toHaveLength(count)
  for (let base = 0; base < count; base += 7) {
    const { region } = log.read(BigInt(base), { isolation: 'log-end', bytesMax: 100 })
    expect(region?.size).toBe(newBatch().length)
  }
  log.append(newBatch(), CLIENT)
  await dirs.close()
  // A snapshot is opened beside them, for as long as it is synced.
  expect(openMost).toBeLessThanOrEqual(65)
  expect(open.size).toBe(0)
})
