import { beforeEach, describe, expect, test } from 'vitest'
import type { Disk, WritableDiskFile } from '../../src/disk/disk.ts'
import { diskWith } from '../../src/disk/disk-with.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { OpenFiles } from '../../src/disk/open-files.ts'
import { OverlayDisk } from '../../src/disk/overlay-disk.ts'

const PATHS = ['/a', '/b', '/c', '/d'] as const

let opened: string[]
let closed: string[]
let openMost: number
let finishSyncs: () => void
let disk: Disk

beforeEach(() => {
  const memory = new MemoryDisk()
  for (const path of PATHS) memory.put(path, Buffer.from(path))
  opened = []
  closed = []
  openMost = 0
  const waiting: (() => void)[] = []
  finishSyncs = () => {
    for (const resolve of waiting.splice(0)) resolve()
  }
  const watch = <T extends object>(path: string, file: T): T => {
    opened.push(path)
    openMost = Math.max(openMost, opened.length - closed.length)
    return Object.assign(file, { close: () => closed.push(path) })
  }
  const writable = (path: string, file: WritableDiskFile) => {
    const datasync = () => new Promise<void>(resolve => waiting.push(resolve))
    return watch(path, Object.assign(file, { datasync }))
  }
  disk = diskWith(memory, {
    open: path => watch(path, memory.open(path)),
    create: path => writable(path, memory.create(path)),
    openForWriting: path => writable(path, memory.openForWriting(path)),
  })
})

describe('open files', () => {
  test('are opened once, and the one that was not used for longest is closed first', () => {
    const files = new OpenFiles(disk, 2)
    files.reading('/a')
    files.reading('/b')
    files.reading('/a')
    expect(opened).toEqual(['/a', '/b'])
    files.reading('/c')
    expect(closed).toEqual(['/b'])
    files.reading('/a')
    expect(opened).toEqual(['/a', '/b', '/c'])
    files.reading('/b')
    expect(closed).toEqual(['/b', '/c'])
    expect(files.count).toBe(2)
    expect(openMost).toBe(2)
  })

  test('are opened anew for writing, and then used for reading too', () => {
    const files = new OpenFiles(disk, 4)
    files.reading('/a')
    files.writing('/a').append(Buffer.from('!'))
    expect(closed).toEqual(['/a'])
    expect(files.reading('/a').size()).toBe(3)
    expect(opened).toEqual(['/a', '/a'])
  })

  test('that are created take the place of those that had the name', () => {
    const files = new OpenFiles(disk, 4)
    files.reading('/a')
    disk.remove('/a')
    files.create('/a')
    expect(closed).toEqual(['/a'])
    expect(files.reading('/a').size()).toBe(0)
  })

  test('that wait for the disk are not closed, however many others are needed', async () => {
    const files = new OpenFiles(disk, 1)
    const sync = files.datasync('/a')
    for (const path of PATHS.slice(1)) files.reading(path)
    expect(closed).toEqual(['/b', '/c'])
    finishSyncs()
    await sync
    expect(closed).not.toContain('/a')
    files.reading('/b')
    expect(closed).toContain('/a')
    expect(files.count).toBe(1)
  })

  test('that are given up while they wait are closed behind the last who waits', async () => {
    const files = new OpenFiles(disk, 4)
    const syncs = [files.datasync('/a'), files.datasync('/a')]
    files.close('/a')
    expect(files.count).toBe(0)
    expect(closed).toEqual([])
    files.writing('/a')
    expect(opened).toEqual(['/a', '/a'])
    finishSyncs()
    await Promise.all(syncs)
    expect(closed).toEqual(['/a'])
    expect(files.count).toBe(1)
  })

  test('are all closed at the end', () => {
    const files = new OpenFiles(disk, 4)
    for (const path of PATHS) files.reading(path)
    files.closeAll()
    expect(closed).toEqual(PATHS)
    expect(files.count).toBe(0)
  })

  test('are found by the name that they were asked for by', () => {
    const overlay = new OverlayDisk(disk)
    overlay.rename('/a', '/a.deleted')
    overlay.create('/a').append(Buffer.from('new'))
    const files = new OpenFiles(overlay, 4)
    expect(files.reading('/a.deleted').size()).toBe(2)
    expect(files.reading('/a').size()).toBe(3)
  })
})
