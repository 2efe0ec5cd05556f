import { describe, expect, it } from 'vitest'
import type { Disk, DiskFile } from '../../../src/disk/disk.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { keepingLastFile } from '../../../src/inspect/search/last-file.ts'

describe('a disk that keeps its last file open', () => {
  it('opens a file once, however often it is asked for', () => {
    const { disk, calls } = watchedDisk()
    const keeping = keepingLastFile(disk)
    keeping.open('/a').close()
    keeping.open('/a').close()
    expect(calls).toEqual(['open /a'])
  })

  it('closes it for the next, and when told to let go', () => {
    const { disk, calls } = watchedDisk()
    const keeping = keepingLastFile(disk)
    keeping.open('/a')
    keeping.open('/b')
    keeping.letGo()
    keeping.letGo()
    expect(calls).toEqual(['open /a', 'close /a', 'open /b', 'close /b'])
  })

  it('is one and the same for a disk', () => {
    const { disk } = watchedDisk()
    expect(keepingLastFile(disk)).toBe(keepingLastFile(disk))
  })

  it('holds nothing when the next could not be opened', () => {
    const { disk, calls } = watchedDisk()
    const keeping = keepingLastFile(disk)
    keeping.open('/a')
    expect(() => keeping.open('/missing')).toThrow('ENOENT')
    keeping.letGo()
    expect(calls).toEqual(['open /a', 'close /a', 'open /missing'])
  })
})

function watchedDisk(): { disk: Disk; calls: string[] } {
  const disk = new MemoryDisk()
  disk.put('/a', Buffer.from('a'))
  disk.put('/b', Buffer.from('b'))
  const calls: string[] = []
  const open = disk.open.bind(disk)
  disk.open = (path: string): DiskFile => {
    calls.push(`open ${path}`)
    return { ...open(path), close: () => calls.push(`close ${path}`) }
  }
  return { disk, calls }
}
