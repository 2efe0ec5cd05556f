/** A log.dir whose disk fails goes offline, alone. */
import { beforeEach, describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import type { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { type Failing, failing } from '../log/failing-disk.ts'
import { newBatch } from '../log/new-batch.ts'
import {
  A,
  B,
  contentsOf,
  fourPartitions,
  markerOf,
  openDirs,
  partition,
  textOf,
  TOPIC_ID,
  twoLogDirs,
} from './two-log-dirs.ts'

const CLIENT = { leaderEpoch: 0, origin: 'client' } as const

let disk: MemoryDisk
let isBroken: boolean

beforeEach(async () => {
  disk = twoLogDirs()
  await fourPartitions(disk)
  isBroken = false
})

const brokenAt = (op: Failing['op'], below = A) =>
  failing(disk, { op, below, isOn: () => isBroken })

const append = (dirs: ReturnType<typeof openDirs>, number: number) =>
  dirs.log(partition(number))!.append(newBatch(), CLIENT)

describe('a log.dir whose disk fails', () => {
  it('goes offline with all its logs, and the others go on', () => {
    const dirs = openDirs(brokenAt('write'))
    expect(dirs.openAll()).toEqual([])
    const before = contentsOf(disk, A)
    isBroken = true
    expect(() => append(dirs, 0)).toThrow(DiskError)
    isBroken = false
    const [a, b] = dirs.dirs
    expect(a!.failure).toMatchObject({ op: 'write', errno: 'EIO' })
    expect(b!.failure).toBeUndefined()
    expect(() => append(dirs, 2)).toThrow(a!.failure!)
    expect(append(dirs, 1)).toMatchObject({ firstOffset: 2n })
    expect(contentsOf(disk, A)).toEqual(before)
  })

  it('is left as it is at the end, and the others are closed in order', async () => {
    const dirs = openDirs(brokenAt('write'))
    dirs.openAll()
    isBroken = true
    expect(() => append(dirs, 0)).toThrow(DiskError)
    isBroken = false
    append(dirs, 1)
    const before = contentsOf(disk, A)
    await dirs.close()
    expect(contentsOf(disk, A)).toEqual(before)
    expect(markerOf(disk, A)).toBeUndefined()
    expect(markerOf(disk, B)).toBe('{"version":0,"brokerEpoch":11}')
    expect(textOf(disk, B, 'recovery-point-offset-checkpoint')).toContain('orders 1 3\n')
  })

  it('as it is closed is told, once the others are closed', async () => {
    const dirs = openDirs(brokenAt('sync'))
    dirs.openAll()
    for (const number of [0, 1]) append(dirs, number)
    isBroken = true
    await expect(dirs.close()).rejects.toThrow(DiskError)
    expect(markerOf(disk, A)).toBeUndefined()
    expect(markerOf(disk, B)).toBeDefined()
  })

  it('as it is taken leaves the others as they were', () => {
    isBroken = true
    expect(() => openDirs(brokenAt('remove', B))).toThrow(DiskError)
    expect(markerOf(disk, A)).toBe('{"version":0,"brokerEpoch":11}')
    expect(markerOf(disk, B)).toBe('{"version":0,"brokerEpoch":11}')
  })

  it('gets no new partitions, but those that are assigned to it', () => {
    const dirs = openDirs(brokenAt('write'))
    dirs.openAll()
    isBroken = true
    expect(() => append(dirs, 0)).toThrow(DiskError)
    for (const number of [4, 5]) dirs.create(partition(number), TOPIC_ID)
    expect(disk.status(`${B}/orders-4`)).toBeDefined()
    expect(disk.status(`${B}/orders-5`)).toBeDefined()
  })

  it('with all others leaves no place for a new partition', () => {
    const dirs = openDirs(brokenAt('write', '/logs'))
    dirs.openAll()
    isBroken = true
    for (const number of [0, 1]) expect(() => append(dirs, number)).toThrow(DiskError)
    expect(() => dirs.create(partition(4), TOPIC_ID)).toThrow(dirs.dirs[0]!.failure!)
  })

  it('as it is loaded is passed over from then on', () => {
    const dirs = openDirs(brokenAt('read'))
    isBroken = true
    const failed = dirs.openAll()
    expect(failed).toMatchObject([{ partition: partition(0), path: `${A}/orders-0` }])
    expect(dirs.dirs[0]!.failure).toBeInstanceOf(DiskError)
    expect(dirs.log(partition(2))).toBeUndefined()
    expect(append(dirs, 3)).toMatchObject({ firstOffset: 2n })
  })

  it('at a checkpoint has the old one', () => {
    const dirs = openDirs(brokenAt('write'))
    dirs.openAll()
    const before = textOf(disk, A, 'recovery-point-offset-checkpoint')
    isBroken = true
    const [a, b] = dirs.dirs
    expect(() => a!.checkpoint()).toThrow(DiskError)
    expect(a!.failure).toBeDefined()
    expect(() => b!.checkpoint()).not.toThrow()
    expect(textOf(disk, A, 'recovery-point-offset-checkpoint')).toBe(before)
  })
})

it('of a disk that is full a log keeps what was acknowledged', async () => {
  const full = failing(disk, { op: 'write', below: A, errno: 'ENOSPC', isOn: () => isBroken })
  const dirs = openDirs(full)
  dirs.openAll()
  append(dirs, 0)
  await dirs.log(partition(0))!.flush()
  isBroken = true
  expect(() => append(dirs, 0)).toThrow(/cannot write .*orders-0.*no space left on device/)
  isBroken = false
  const again = openDirs(disk.crash())
  again.openAll()
  expect(again.log(partition(0))?.endOffset).toBe(3n)
})
