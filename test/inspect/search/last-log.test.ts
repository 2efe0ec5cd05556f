import { describe, expect, it } from 'vitest'
import type { Disk, DiskFile } from '../../../src/disk/disk.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { keepingLastLog } from '../../../src/inspect/search/last-log.ts'

describe('a disk that keeps its last log open', () => {
  it('opens a file once, however often it is asked for', () => {
    const { disk, calls } = watchedDisk()
    const keeping = keepingLastLog(disk)
    keeping.open('/a.log').close()
    keeping.open('/a.log').close()
    expect(calls).toEqual(['open /a.log'])
  })

  it('closes it for the next, and when told to let go', () => {
    const { disk, calls } = watchedDisk()
    const keeping = keepingLastLog(disk)
    keeping.open('/a.log')
    keeping.open('/b.log')
    keeping.letGo()
    keeping.letGo()
    expect(calls).toEqual(['open /a.log', 'close /a.log', 'open /b.log', 'close /b.log'])
  })

  it('leaves other files to those who open them', () => {
    const { disk, calls } = watchedDisk()
    const keeping = keepingLastLog(disk)
    keeping.open('/a.log')
    keeping.open('/a.index').close()
    keeping.open('/a.log')
    expect(calls).toEqual(['open /a.log', 'open /a.index', 'close /a.index'])
  })

  it('is one and the same for a disk', () => {
    const { disk } = watchedDisk()
    expect(keepingLastLog(disk)).toBe(keepingLastLog(disk))
  })

  it('holds nothing when the next could not be opened', () => {
    const { disk, calls } = watchedDisk()
    const keeping = keepingLastLog(disk)
    keeping.open('/a.log')
    expect(() => keeping.open('/missing.log')).toThrow('ENOENT')
    keeping.letGo()
    expect(calls).toEqual(['open /a.log', 'close /a.log', 'open /missing.log'])
  })
})

function watchedDisk(): { disk: Disk; calls: string[] } {
  const disk = new MemoryDisk()
  disk.put('/a.log', Buffer.from('a'))
  disk.put('/b.log', Buffer.from('b'))
  disk.put('/a.index', Buffer.from('i'))
  const calls: string[] = []
  const open = disk.open.bind(disk)
  disk.open = (path: string): DiskFile => {
    calls.push(`open ${path}`)
    return { ...open(path), close: () => calls.push(`close ${path}`) }
  }
  return { disk, calls }
}
