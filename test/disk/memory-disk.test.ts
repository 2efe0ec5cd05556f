import { describe, expect, test } from 'vitest'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { failureOf } from './failure-of.ts'

const bytes = (text: string) => Buffer.from(text)

describe('after a crash', () => {
  test('a file holds what was synced, not what was appended since', () => {
    const disk = new MemoryDisk()
    const file = disk.create('/a')
    disk.syncDirectory('/')
    file.append(bytes('kept'))
    file.sync()
    file.append(bytes(' lost'))
    expect(disk.crash().readWhole('/a').toString()).toBe('kept')
    expect(disk.readWhole('/a').toString()).toBe('kept lost')
  })

  test('a file cut short but not synced has its old bytes', () => {
    const disk = new MemoryDisk()
    const file = disk.create('/a')
    disk.syncDirectory('/')
    file.append(bytes('kept'))
    file.sync()
    file.truncate(0)
    file.append(bytes('new!'))
    expect(disk.crash().readWhole('/a').toString()).toBe('kept')
  })

  test('a synced file whose name was not synced is lost', () => {
    const disk = new MemoryDisk()
    const file = disk.create('/a')
    file.append(bytes('lost'))
    file.sync()
    expect(disk.crash().list('/')).toEqual([])
  })

  test('a name that was synced over bytes that were not leads to an empty file', () => {
    const disk = new MemoryDisk()
    disk.create('/a').append(bytes('lost'))
    disk.syncDirectory('/')
    expect(disk.crash().readWhole('/a')).toHaveLength(0)
  })

  test('a rename and a removal whose directory was not synced are undone', () => {
    const disk = new MemoryDisk()
    disk.put('/dir/a', bytes('a'))
    disk.put('/dir/b', bytes('b'))
    disk.put('/dir/c', bytes('c'))
    disk.rename('/dir/a', '/dir/b')
    disk.remove('/dir/c')
    const before = disk.crash()
    expect(before.list('/dir').map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(before.readWhole('/dir/b').toString()).toBe('b')
    disk.syncDirectory('/dir')
    expect(disk.crash().list('/dir')).toEqual([{ name: 'b', kind: 'file' }])
    expect(disk.crash().readWhole('/dir/b').toString()).toBe('a')
  })

  test('names that came or went after their directory was synced are as they were then', () => {
    const disk = new MemoryDisk()
    disk.create('/a')
    disk.syncDirectory('/')
    disk.create('/b')
    disk.remove('/a')
    expect(disk.crash().list('/')).toEqual([{ name: 'a', kind: 'file' }])
  })

  test('a directory is lost, with all that was synced in it, until its own name is synced', () => {
    const disk = new MemoryDisk()
    disk.makeDirectory('/dir')
    disk.create('/dir/a')
    disk.syncDirectory('/dir')
    expect(disk.crash().status('/dir')).toBeUndefined()
    disk.syncDirectory('/')
    expect(disk.crash().list('/dir')).toEqual([{ name: 'a', kind: 'file' }])
  })

  test('what was not synced may survive sector by sector, in any order', () => {
    const disk = new MemoryDisk()
    disk.put('/a', bytes('kept'))
    disk.openForWriting('/a').write(Buffer.alloc(1200, 'n'), 400)
    const answers = [false, true, false, false]
    const survives = () => answers.shift()!
    const after = disk.crash({ prefix: () => 0, survives }).readWhole('/a')
    expect(answers).toHaveLength(0)
    expect(after).toHaveLength(1024)
    expect(after.toString('latin1', 0, 4)).toBe('kept')
    expect(after.subarray(4, 512)).toEqual(Buffer.alloc(508))
    expect(after.subarray(512)).toEqual(Buffer.alloc(512, 'n'))
  })

  test('a change of the length may survive that of the bytes', () => {
    const disk = new MemoryDisk()
    disk.put('/a', bytes('kept'))
    const file = disk.openForWriting('/a')
    file.truncate(2)
    file.append(bytes('new'))
    const answers = [true, false]
    const survives = () => answers.shift()!
    expect(
      disk
        .crash({ prefix: () => 0, survives })
        .readWhole('/a')
        .toString(),
    ).toBe('ke')
  })

  test('of the changes of names so many survive as chance has it, in their order', () => {
    const disk = new MemoryDisk()
    disk.put('/dir/a', bytes('a'))
    disk.rename('/dir/a', '/dir/b')
    disk.rename('/dir/b', '/dir/c')
    disk.create('/dir/d')
    const left = (count: number) =>
      disk
        .crash({ prefix: () => count, survives: () => false })
        .list('/dir')
        .map(({ name }) => name)
    expect([0, 1, 2, 3].map(left)).toEqual([['a'], ['b'], ['c'], ['c', 'd']])
  })

  test('a sync that does not hold up the thread makes durable what was written before it', async () => {
    const disk = new MemoryDisk()
    disk.put('/a', bytes(''))
    const file = disk.openForWriting('/a')
    file.append(bytes('kept'))
    const sync = file.datasync()
    file.append(bytes(' lost'))
    expect(disk.crash().readWhole('/a').toString()).toBe('')
    await sync
    expect(disk.crash().readWhole('/a').toString()).toBe('kept')
  })

  test('what survived one crash survives the next', () => {
    const disk = new MemoryDisk()
    disk.put('/dir/a', bytes('kept'))
    expect(disk.crash().crash().readWhole('/dir/a').toString()).toBe('kept')
  })
})

test('a scene is set with the directories above each file', () => {
  const disk = new MemoryDisk()
  disk.put('/logs/topic-0/00000000000000000000.log', bytes('log'))
  disk.put('/logs/topic-0/00000000000000000000.index', bytes(''))
  expect(disk.list('/logs/topic-0')).toHaveLength(2)
  expect(disk.list('/logs')).toEqual([{ name: 'topic-0', kind: 'directory' }])
})

test('a scene that puts a file below a file is refused', () => {
  const disk = new MemoryDisk()
  disk.put('/a', bytes(''))
  expect(failureOf(() => disk.put('/a/b', bytes('')))).toMatchObject({ errno: 'ENOTDIR' })
})

test('paths lead to the same file however they are spelled', () => {
  const disk = new MemoryDisk()
  disk.put('/logs/a', bytes('a'))
  expect(disk.status('/logs/../logs//./a')).toEqual(disk.status('/logs/a'))
})

test('memory has no space to tell', () => {
  expect(new MemoryDisk().space()).toBeUndefined()
})
