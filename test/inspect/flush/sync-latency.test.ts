import { describe, expect, it } from 'vitest'
import { DiskError } from '../../../src/base/errors.ts'
import { diskWith } from '../../../src/disk/disk-with.ts'
import type { Disk } from '../../../src/disk/disk.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { measureSync, scratchName } from '../../../src/inspect/flush/sync-latency.ts'
import { parsePartitionFolder } from '../../../src/log/file-names.ts'

const NOT_ABORTED = new AbortController().signal

/** A sync takes as many milliseconds as there were before it, up to ten, in turn. */
function clockOf() {
  let now = 0
  let calls = 0
  return () => {
    calls++
    if (calls > 1 && calls % 3 === 0) now += (Math.floor(calls / 3) % 10) + 1
    return now
  }
}

function diskWithDirectory(): MemoryDisk {
  const disk = new MemoryDisk()
  disk.makeDirectory('/d')
  return disk
}

const measurement = (disk: Disk, signal = NOT_ABORTED) => ({
  disk,
  clock: clockOf(),
  nonce: '00ff',
  signal,
})

describe('the latency of a sync', () => {
  it('is told in ranks, and nothing is left in the directory', async () => {
    const disk = diskWithDirectory()
    const { syncs, p50Ms, p99Ms, maxMs, meanMs } = await measureSync('/d', measurement(disk))
    expect(syncs).toBeGreaterThan(100)
    expect([p50Ms, p99Ms, maxMs]).toEqual([5, 10, 10])
    expect(meanMs).toBeCloseTo(5.5, 0)
    expect(disk.list('/d')).toEqual([])
  })

  it('is of a file that has no name any more, which even kill -9 leaves nothing of', async () => {
    const disk = diskWithDirectory()
    const named: number[] = []
    const watched = diskWith(disk, {
      create: path => {
        const file = disk.create(path)
        const datasync = () => {
          named.push(disk.list('/d').length)
          return Promise.resolve()
        }
        return Object.assign(file, { datasync })
      },
    })
    await measureSync('/d', measurement(watched))
    expect(new Set(named)).toEqual(new Set([0]))
  })

  it('leaves nothing where the disk fails', async () => {
    const disk = diskWithDirectory()
    const failing = diskWith(disk, {
      create: path =>
        Object.assign(disk.create(path), {
          datasync: () => Promise.reject(new DiskError('sync', path, new Error('EIO'))),
        }),
    })
    await expect(measureSync('/d', measurement(failing))).rejects.toThrow('cannot sync')
    expect(disk.list('/d')).toEqual([])
  })

  it('is broken off by a signal, with what was measured', async () => {
    const disk = diskWithDirectory()
    const { syncs } = await measureSync('/d', measurement(disk, AbortSignal.abort()))
    expect(syncs).toBe(1)
    expect(disk.list('/d')).toEqual([])
  })

  it('is measured on a file that no broker takes for a partition', () => {
    expect(parsePartitionFolder(scratchName('00ff'))).toBeUndefined()
  })
})
