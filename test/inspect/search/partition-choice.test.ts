import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import type { Disk } from '../../../src/disk/disk.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { PartitionLogReader } from '../../../src/inspect/offsets/partition-log.ts'
import { placementsOf } from '../../../src/inspect/search/partition-choice.ts'
import { segmentFileName } from '../../../src/log/file-names.ts'
import { FIXTURES } from '../fixture-partitions.ts'

describe('the number of partitions that a key is placed by', () => {
  it('is what the command line says, before all', () => {
    expect(placed(folders(0, 1), '/d/orders-0', { partitionCount: 7 })).toMatchObject({
      partitionCount: 7,
      origin: 'given',
    })
  })

  it("is the metadata's where one of the log.dirs has it, however few folders there are", () => {
    const a = join(FIXTURES, 'clean-4.3/a')
    const b = join(FIXTURES, 'clean-4.3/b')
    const expected = { partitionCount: 3, origin: 'metadata', missing: [] }
    const logDirs = [a, b]
    expect(placed(nodeDisk, join(a, 'orders-1'), { logDirs })).toMatchObject(expected)
  })

  it('is told from the folders where nothing else tells', () => {
    expect(placed(folders(0, 1), '/d/orders-0')).toMatchObject({
      partitionCount: 2,
      origin: 'folders',
      missing: [],
    })
  })

  it('is not told by folders with one missing among them', () => {
    expect(placed(folders(0, 3), '/d/orders-0')).toMatchObject({
      origin: 'folders',
      missing: [1, 2],
    })
  })
})

function placed(
  disk: Disk,
  folder: string,
  options: { partitionCount?: number; logDirs?: readonly string[] } = {},
) {
  const log = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS).read(folder)
  const searched = [{ topic: 'orders', partition: 0, log, segments: log.segments }]
  const [placement] = placementsOf(disk, searched, {
    keys: [Buffer.from('key')],
    logDirs: options.logDirs ?? [],
    partitionCount: options.partitionCount,
    limits: DEFAULT_DECODE_LIMITS,
    problem: () => undefined,
    notice: () => undefined,
  })
  return placement
}

function folders(...partitions: readonly number[]): MemoryDisk {
  const disk = new MemoryDisk()
  for (const partition of partitions) {
    disk.put(`/d/orders-${partition}/${segmentFileName('log', 0n)}`, Buffer.alloc(0))
  }
  return disk
}
