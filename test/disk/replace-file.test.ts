import { describe, expect, test } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { replaceFile } from '../../src/disk/replace-file.ts'
import { FaultyDisk } from '../crash/faulty-disk.ts'
import { Seeded } from '../crash/seeded.ts'
import { failing } from '../log/failing-disk.ts'

const bytes = (text: string) => Buffer.from(text)

describe('a file that is replaced', () => {
  test('is the new one, durably, and leaves nothing beside it', () => {
    const disk = new MemoryDisk()
    disk.put('/dir/a', bytes('a longer old one'))
    replaceFile(disk, '/dir/a', bytes('new'))
    expect(disk.crash().readWhole('/dir/a').toString()).toBe('new')
    expect(disk.crash().list('/dir')).toEqual([{ name: 'a', kind: 'file' }])
  })

  test('need not have been there', () => {
    const disk = new MemoryDisk()
    disk.put('/dir/other', bytes(''))
    replaceFile(disk, '/dir/a', bytes('new'))
    expect(disk.crash().readWhole('/dir/a').toString()).toBe('new')
  })

  test.each(['create', 'write', 'sync', 'rename'] as const)(
    'is the old one where the %s fails, and is replaced the next time',
    op => {
      const disk = new MemoryDisk()
      disk.put('/dir/a', bytes('old'))
      const broken = failing(disk, { op, below: '/dir' })
      expect(() => replaceFile(broken, '/dir/a', bytes('new'))).toThrow(DiskError)
      expect(disk.readWhole('/dir/a').toString()).toBe('old')
      replaceFile(disk, '/dir/a', bytes('new'))
      expect(disk.readWhole('/dir/a').toString()).toBe('new')
      expect(disk.list('/dir')).toHaveLength(1)
    },
  )

  test.each([0, 1, 2])('is the old one alone where there is no room at its call %i', at => {
    const below = new MemoryDisk()
    below.put('/dir/a', bytes('old'))
    const plan = { at, fault: 'ENOSPC', below: '/dir/a.tmp' } as const
    const { disk } = new FaultyDisk(below, plan, new Seeded(at))
    expect(() => replaceFile(disk, '/dir/a', bytes('new'))).toThrow('ENOSPC')
    expect(below.list('/dir')).toEqual([{ name: 'a', kind: 'file' }])
    expect(below.readWhole('/dir/a').toString()).toBe('old')
  })

  test('has its bytes on disk before it has its name', () => {
    const disk = new MemoryDisk()
    disk.put('/dir/a', bytes('old'))
    const left: string[] = []
    const watched = Object.assign(Object.create(disk) as MemoryDisk, {
      list: (path: string) => disk.list(path),
      status: (path: string) => disk.status(path),
      create: (path: string) => disk.create(path),
      rename: (from: string, to: string) => disk.rename(from, to),
      syncDirectory(path: string) {
        for (const count of [0, 1, 2]) {
          const after = disk.crash({ prefix: () => count, survives: () => false })
          left.push(after.readWhole('/dir/a').toString())
        }
        disk.syncDirectory(path)
      },
    })
    replaceFile(watched, '/dir/a', bytes('new'))
    expect(left).toEqual(['old', 'old', 'new'])
  })
})
