/** What every disk promises, asked of each. */
import fs from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { LimitError } from '../../src/base/errors.ts'
import type { Disk } from '../../src/disk/disk.ts'
import { considerate } from '../../src/disk/considerate-disk.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { failureOf } from './failure-of.ts'
import { scratchDirectory } from './scratch.ts'

const scratch = scratchDirectory()

describe.each<[string, () => { disk: Disk; root: string }]>([
  ['the node disk', () => ({ disk: nodeDisk, root: fs.mkdtempSync(join(scratch, 'd')) })],
  ['a memory disk', () => ({ disk: new MemoryDisk(), root: '/' })],
  ['a considerate disk', () => ({ disk: considerate(new MemoryDisk()), root: '/' })],
])('%s', (_name, make) => {
  let disk: Disk
  let at: (name: string) => string
  let root: string

  beforeEach(() => {
    const made = make()
    disk = made.disk
    root = made.root
    at = name => join(root, name)
  })

  const write = (name: string, text: string) => {
    const file = disk.create(at(name))
    file.append(Buffer.from(text))
    file.close()
  }

  test('reads from a position what was appended', () => {
    const file = disk.create(at('a'))
    file.append(Buffer.from('hello '))
    file.append(Buffer.from('world'))
    file.sync()
    file.close()
    const opened = disk.open(at('a'))
    const buffer = Buffer.alloc(5)
    expect(opened.read(buffer, 6)).toBe(5)
    expect(buffer.toString()).toBe('world')
    opened.close()
  })

  test('reads fewer bytes than asked only at the end of the file, and none beyond it', () => {
    write('a', 'hello')
    const file = disk.open(at('a'))
    const buffer = Buffer.alloc(4, '-')
    expect(file.read(buffer, 3)).toBe(2)
    expect(buffer.toString()).toBe('lo--')
    expect(file.read(buffer, 5)).toBe(0)
    expect(file.read(buffer, 1000)).toBe(0)
    file.close()
  })

  test('an open file sees what is appended meanwhile', () => {
    const written = disk.create(at('a'))
    const file = disk.open(at('a'))
    expect(file.size()).toBe(0)
    written.append(Buffer.from('late'))
    expect(file.size()).toBe(4)
    expect(file.read(Buffer.alloc(9), 0)).toBe(4)
    file.close()
    written.close()
  })

  test('a truncated file goes on at its new end, and a lengthened one holds zeros', () => {
    const file = disk.create(at('a'))
    file.append(Buffer.from('hello'))
    file.truncate(2)
    file.append(Buffer.from('y'))
    file.truncate(5)
    file.append(Buffer.from('!'))
    file.close()
    expect(disk.readWhole(at('a')).toString()).toBe('hey\0\0!')
  })

  test('a file that is there is opened for writing as it is, and read through the same', () => {
    write('a', 'hello')
    const file = disk.openForWriting(at('a'))
    expect(file.size()).toBe(5)
    file.append(Buffer.from('!'))
    const buffer = Buffer.alloc(9)
    expect(file.read(buffer, 1)).toBe(5)
    expect(buffer.toString('latin1', 0, 5)).toBe('ello!')
    file.close()
    expect(disk.readWhole(at('a')).toString()).toBe('hello!')
  })

  test('a write goes to its position: over what is there, and behind a gap of zeros', () => {
    write('a', 'hello')
    const file = disk.openForWriting(at('a'))
    file.write(Buffer.from('E'), 1)
    file.write(Buffer.from('lo world'), 3)
    file.write(Buffer.from('!'), 13)
    file.append(Buffer.from('?'))
    file.close()
    expect(disk.readWhole(at('a')).toString()).toBe('hEllo world\0\0!?')
  })

  test('a sync comes back, with and without holding up the thread', async () => {
    const file = disk.create(at('a'))
    file.write(Buffer.from('hello'), 0)
    await expect(file.datasync()).resolves.toBeUndefined()
    file.sync()
    file.close()
    expect(disk.readWhole(at('a')).toString()).toBe('hello')
  })

  test('an empty directory is removed', () => {
    disk.makeDirectory(at('dir'))
    disk.removeDirectory(at('dir'))
    expect(disk.status(at('dir'))).toBeUndefined()
    expect(disk.list(root)).toEqual([])
  })

  test('lists names sorted by code unit, with their kinds', () => {
    for (const name of ['b', 'a10', 'a9', 'B', '.lock']) write(name, '')
    disk.makeDirectory(at('dir'))
    expect(disk.list(root)).toEqual([
      { name: '.lock', kind: 'file' },
      { name: 'B', kind: 'file' },
      { name: 'a10', kind: 'file' },
      { name: 'a9', kind: 'file' },
      { name: 'b', kind: 'file' },
      { name: 'dir', kind: 'directory' },
    ])
  })

  test('the status of a missing name, or of one below a file, is undefined', () => {
    write('a', '')
    expect(disk.status(at('missing'))).toBeUndefined()
    expect(disk.status(at('a/below'))).toBeUndefined()
  })

  test('the status tells kind and size, and one inode per file', () => {
    write('a', 'hello')
    write('b', '')
    expect(disk.status(at('a'))).toMatchObject({ kind: 'file', size: 5 })
    expect(disk.status(root)).toMatchObject({ kind: 'directory' })
    expect(disk.status(at('a'))!.inode).not.toBe(disk.status(at('b'))!.inode)
  })

  test('a rename replaces what had the name', () => {
    write('old', 'old')
    write('new', 'new')
    disk.rename(at('new'), at('old'))
    expect(disk.readWhole(at('old')).toString()).toBe('new')
    expect(disk.list(root)).toHaveLength(1)
  })

  test('a link is a second name of the same bytes, which outlives the first', () => {
    write('a', 'hello')
    disk.link(at('a'), at('b'))
    expect(disk.status(at('b'))!.inode).toBe(disk.status(at('a'))!.inode)
    expect(() => disk.link(at('a'), at('b'))).toThrow(/EEXIST/)
    disk.remove(at('a'))
    expect(disk.readWhole(at('b')).toString()).toBe('hello')
  })

  test('a removed file is gone, but readable by who has it open', () => {
    write('a', 'hello')
    const file = disk.open(at('a'))
    disk.remove(at('a'))
    disk.syncDirectory(root)
    expect(disk.status(at('a'))).toBeUndefined()
    expect(file.size()).toBe(5)
    file.close()
  })

  test('reading a file whole stops at the limit', () => {
    write('a', 'hello')
    expect(disk.readWhole(at('a'), 5).toString()).toBe('hello')
    expect(() => disk.readWhole(at('a'), 4)).toThrow(LimitError)
  })

  test.each<[string, (name: string) => unknown, string, string]>([
    ['open', name => disk.open(at(name)), 'missing', 'ENOENT'],
    ['open', name => disk.open(at(name)), 'dir', 'EISDIR'],
    ['open', name => disk.readWhole(at(name)), 'missing', 'ENOENT'],
    ['list', name => disk.list(at(name)), 'missing', 'ENOENT'],
    ['list', name => disk.list(at(name)), 'file', 'ENOTDIR'],
    ['create', name => disk.create(at(name)), 'file', 'EEXIST'],
    ['create', name => disk.create(at(name)), 'missing/file', 'ENOENT'],
    ['create', name => disk.create(at(name)), 'dir', 'EEXIST'],
    ['make directory', name => disk.makeDirectory(at(name)), 'dir', 'EEXIST'],
    ['make directory', name => disk.makeDirectory(at(name)), 'file', 'EEXIST'],
    ['make directory', name => disk.makeDirectory(at(name)), 'missing/dir', 'ENOENT'],
    ['remove directory', name => disk.removeDirectory(at(name)), 'missing', 'ENOENT'],
    ['remove directory', name => disk.removeDirectory(at(name)), 'file', 'ENOTDIR'],
    ['remove directory', name => disk.removeDirectory(at(name)), 'full', 'ENOTEMPTY'],
    ['open', name => disk.openForWriting(at(name)), 'missing', 'ENOENT'],
    ['open', name => disk.openForWriting(at(name)), 'dir', 'EISDIR'],
    ['rename', name => disk.rename(at(name), at('to')), 'missing', 'ENOENT'],
    ['remove', name => disk.remove(at(name)), 'missing', 'ENOENT'],
    ['sync directory', name => disk.syncDirectory(at(name)), 'missing', 'ENOENT'],
  ])('a failed %s is a DiskError (%#)', (op, act, name, errno) => {
    write('file', '')
    disk.makeDirectory(at('dir'))
    disk.makeDirectory(at('full'))
    write('full/file', '')
    expect(failureOf(() => act(name))).toMatchObject({ op, errno })
  })
})
