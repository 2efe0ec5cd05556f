import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { ObservedDisk } from '../../../src/inspect/lookup/observed-disk.ts'

const disk = new MemoryDisk()
disk.put('/a', Buffer.alloc(100))
disk.put('/b', Buffer.alloc(10))

describe('an observed disk', () => {
  it('unites what was read, and leaves out what was not', () => {
    const observed = new ObservedDisk(disk, () => undefined)
    const file = observed.open('/a')
    file.read(Buffer.alloc(10), 50)
    file.read(Buffer.alloc(10), 0)
    file.read(Buffer.alloc(10), 55)
    file.read(Buffer.alloc(40), 90)
    file.read(Buffer.alloc(5), 200)
    file.close()
    observed.open('/b').close()
    expect(observed.reads()).toEqual([
      {
        path: '/a',
        ranges: [
          { position: 0, size: 10 },
          { position: 50, size: 15 },
          { position: 90, size: 10 },
        ],
        touchedBytes: 35,
        residentBytes: undefined,
      },
    ])
  })

  it('asks the page cache once, before anything is read', () => {
    const asked: string[] = []
    const observed = new ObservedDisk(disk, path => {
      asked.push(path)
      return [
        { position: 0, size: 60, resident: true },
        { position: 60, size: 40, resident: false },
      ]
    })
    const file = observed.open('/a')
    file.read(Buffer.alloc(20), 50)
    expect(asked).toEqual(['/a'])
    observed.readWhole('/a')
    observed.readWhole('/b')
    expect(asked).toEqual(['/a', '/b'])
    expect(observed.reads()).toMatchObject([
      { path: '/a', touchedBytes: 100, residentBytes: 60 },
      { path: '/b', touchedBytes: 10, residentBytes: 10 },
    ])
  })
})
