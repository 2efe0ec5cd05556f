import { beforeEach, describe, expect, test } from 'vitest'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { OverlayDisk } from '../../src/disk/overlay-disk.ts'
import { readOnly } from '../../src/disk/read-only-disk.ts'
import { failureOf } from './failure-of.ts'

const bytes = (text: string) => Buffer.from(text)

let below: MemoryDisk
let disk: OverlayDisk

/** The disk below refuses every change. */
beforeEach(() => {
  below = new MemoryDisk()
  below.put('/dir/a', bytes('hello'))
  below.put('/dir/b', bytes('world'))
  disk = new OverlayDisk(readOnly(below))
})

const names = (path = '/dir') => disk.list(path).map(({ name }) => name)
const text = (path: string) => disk.readWhole(path).toString()

describe('an overlaid file', () => {
  test('reads as the one below until it is changed', () => {
    expect(text('/dir/a')).toBe('hello')
    const file = disk.openForWriting('/dir/a')
    expect(file.size()).toBe(5)
    file.write(bytes('E'), 1)
    file.append(bytes('!'))
    expect(text('/dir/a')).toBe('hEllo!')
    expect(disk.status('/dir/a')).toMatchObject({ kind: 'file', size: 6 })
    expect(below.readWhole('/dir/a').toString()).toBe('hello')
  })

  test('shows what was written last where writes lie over each other', () => {
    const file = disk.openForWriting('/dir/a')
    file.write(bytes('12345'), 3)
    file.write(bytes('ab'), 4)
    expect(text('/dir/a')).toBe('hel1ab45')
    const buffer = Buffer.alloc(4, '-')
    expect(file.read(buffer, 5)).toBe(3)
    expect(buffer.toString()).toBe('b45-')
    expect(file.read(buffer, 8)).toBe(0)
  })

  test('holds zeros where it was cut and grew again', () => {
    const file = disk.openForWriting('/dir/a')
    file.write(bytes('xyz'), 3)
    file.truncate(4)
    file.truncate(6)
    file.append(bytes('!'))
    expect(text('/dir/a')).toBe('helx\0\0!')
    file.truncate(0)
    file.truncate(3)
    expect(text('/dir/a')).toBe('\0\0\0')
  })

  test('keeps its own copy of what was written', () => {
    const written = bytes('new')
    disk.create('/dir/c').append(written)
    written.fill('-')
    expect(text('/dir/c')).toBe('new')
  })

  test('is what it was when it is opened again', () => {
    const file = disk.openForWriting('/dir/a')
    file.append(bytes('!'))
    file.close()
    disk.openForWriting('/dir/a').append(bytes('?'))
    expect(text('/dir/a')).toBe('hello!?')
  })
})

describe('names', () => {
  test('come and go in the listing, which stays sorted', () => {
    disk.create('/dir/aa')
    disk.remove('/dir/b')
    disk.makeDirectory('/dir/c')
    expect(disk.list('/dir')).toEqual([
      { name: 'a', kind: 'file' },
      { name: 'aa', kind: 'file' },
      { name: 'c', kind: 'directory' },
    ])
    expect(disk.list('/dir/c')).toEqual([])
    expect(below.list('/dir')).toHaveLength(2)
  })

  test('that are renamed lead to the same bytes, changed or not', () => {
    disk.openForWriting('/dir/a').append(bytes('!'))
    disk.rename('/dir/a', '/dir/c')
    disk.rename('/dir/b', '/dir/a')
    expect(names()).toEqual(['a', 'c'])
    expect(text('/dir/c')).toBe('hello!')
    expect(text('/dir/a')).toBe('world')
    expect(disk.status('/dir/b')).toBeUndefined()
  })

  test('that are linked have the same bytes under both names', () => {
    disk.link('/dir/a', '/dir/c')
    disk.openForWriting('/dir/c').append(bytes('!'))
    expect([text('/dir/a'), text('/dir/c')]).toEqual(['hello!', 'hello!'])
    disk.remove('/dir/a')
    expect(text('/dir/c')).toBe('hello!')
  })

  test('that are removed may be given again', () => {
    disk.remove('/dir/a')
    expect(disk.status('/dir/a')).toBeUndefined()
    disk.create('/dir/a').append(bytes('new'))
    expect(text('/dir/a')).toBe('new')
  })

  test('of directories come and go with what is in them', () => {
    disk.makeDirectory('/dir/c')
    disk.create('/dir/c/d')
    expect(names('/dir/c')).toEqual(['d'])
    expect(failureOf(() => disk.removeDirectory('/dir/c'))).toMatchObject({ errno: 'ENOTEMPTY' })
    disk.remove('/dir/c/d')
    disk.removeDirectory('/dir/c')
    expect(disk.status('/dir/c')).toBeUndefined()
    expect(failureOf(() => disk.list('/dir/c'))).toMatchObject({ errno: 'ENOENT' })
  })

  test('of a directory that was emptied lead nowhere', () => {
    for (const name of ['a', 'b']) disk.remove(`/dir/${name}`)
    disk.removeDirectory('/dir')
    expect(failureOf(() => disk.list('/dir'))).toMatchObject({ op: 'list', errno: 'ENOENT' })
    expect(names('/')).toEqual([])
  })

  test.each<[string, () => unknown, string]>([
    ['open', () => disk.open('/dir/gone'), 'ENOENT'],
    ['open', () => disk.openForWriting('/dir/gone'), 'ENOENT'],
    ['open', () => disk.openForWriting('/dir/new'), 'EISDIR'],
    ['create', () => disk.create('/dir/b'), 'EEXIST'],
    ['create', () => disk.create('/missing/b'), 'ENOENT'],
    ['make directory', () => disk.makeDirectory('/dir/b'), 'EEXIST'],
    ['rename', () => disk.rename('/dir/gone', '/dir/c'), 'ENOENT'],
    ['remove', () => disk.remove('/dir/gone'), 'ENOENT'],
  ])('that do not fit are refused: %s (%#)', (op, act, errno) => {
    disk.remove('/dir/a')
    disk.rename('/dir/b', '/dir/gone')
    disk.rename('/dir/gone', '/dir/b')
    disk.makeDirectory('/dir/new')
    expect(failureOf(act)).toMatchObject({ op, errno })
  })
})

test('a sync makes nothing durable, and fails at nothing', async () => {
  const file = disk.openForWriting('/dir/a')
  file.append(bytes('!'))
  file.sync()
  await file.datasync()
  disk.syncDirectory()
  expect(below.crash().readWhole('/dir/a').toString()).toBe('hello')
})
