import { describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import { withOpenFilesAtMost } from '../../src/disk/bounded-files.ts'
import { diskWith } from '../../src/disk/disk-with.ts'
import type { Disk } from '../../src/disk/disk.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'

const PATHS = ['/a', '/b', '/c', '/d', '/e']

/** Counts what is open, and holds no more than the process may. */
function countingDisk(limit: number) {
  const memory = new MemoryDisk()
  for (const path of PATHS) memory.put(path, Buffer.from(path))
  const counts = { open: 0, most: 0 }
  const open: Disk['open'] = path => {
    if (counts.open === limit) {
      throw new DiskError('open', path, Object.assign(new Error(), { code: 'EMFILE' }))
    }
    const file = memory.open(path)
    counts.most = Math.max(counts.most, ++counts.open)
    const close = () => {
      counts.open--
      file.close()
    }
    return { path, size: () => file.size(), read: (b, at) => file.read(b, at), close }
  }
  return { disk: diskWith(memory, { open }), counts }
}

function readAll(disk: Disk): string {
  const files = PATHS.map(path => disk.open(path))
  let text = ''
  for (let round = 0; round < 2; round++) {
    for (const file of files) {
      const bytes = Buffer.alloc(2)
      file.read(bytes, 0)
      text += bytes.toString()
    }
  }
  for (const file of files) file.close()
  return text
}

describe('a disk of few open files', () => {
  it('reads many, and never holds more', () => {
    const { disk, counts } = countingDisk(100)
    expect(readAll(withOpenFilesAtMost(disk, 2))).toBe('/a/b/c/d/e'.repeat(2))
    expect(counts).toEqual({ open: 0, most: 2 })
  })

  it('makes do with fewer where the process may hold no more', () => {
    const { disk, counts } = countingDisk(3)
    expect(readAll(withOpenFilesAtMost(disk, 100))).toBe('/a/b/c/d/e'.repeat(2))
    expect(counts).toEqual({ open: 0, most: 3 })
  })

  it('says at once that a file is not there', () => {
    expect(() => withOpenFilesAtMost(new MemoryDisk(), 2).open('/none')).toThrow(DiskError)
  })
})
