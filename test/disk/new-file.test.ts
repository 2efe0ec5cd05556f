import { describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import { diskWith } from '../../src/disk/disk-with.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { NewFile } from '../../src/disk/new-file.ts'

describe('a new file', () => {
  it('has its name once it is whole', () => {
    const disk = new MemoryDisk()
    const file = new NewFile(disk, '/x')
    file.write(Buffer.from('ab'))
    file.write(Buffer.from('c'))
    expect(disk.status('/x')).toBeUndefined()
    file.finish()
    expect(disk.readWhole('/x').toString()).toBe('abc')
    expect(disk.list('/').map(({ name }) => name)).toEqual(['x'])
  })

  it('that can not get its name leaves nothing, and is closed once', () => {
    const disk = new MemoryDisk()
    let closed = 0
    const failing = diskWith(disk, {
      create(path) {
        const file = disk.create(path)
        const close = file.close.bind(file)
        return Object.assign(file, { close: () => (closed++, close()) })
      },
      rename(from) {
        throw new DiskError('rename', from, new Error('no'))
      },
    })
    const file = new NewFile(failing, '/x')
    expect(() => file.finish()).toThrow('cannot rename')
    file.discard()
    expect([closed, disk.list('/')]).toEqual([1, []])
  })
})
