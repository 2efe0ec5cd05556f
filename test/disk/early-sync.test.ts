import { join } from 'node:path'
import { expect, it } from 'vitest'
import { MEBIBYTE } from '../../src/base/limits.ts'
import { EarlySync } from '../../src/disk/early-sync.ts'
import { libc } from '../../src/disk/libc.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { isResident } from '../../src/disk/page-cache.ts'
import { scratchDirectory } from './scratch.ts'

const scratch = scratchDirectory()

it('begins with a piece as soon as it is written, and waits for the one before', () => {
  const calls: [string, number, number][] = []
  const disk = new MemoryDisk()
  const file = {
    ...disk.create('/file'),
    beginSync: (at: number, size: number) => void calls.push(['begin', at, size]),
    finishSync: (at: number, size: number) => void calls.push(['finish', at, size]),
  }
  const early = new EarlySync(file)
  for (let end = 10; end <= 60; end += 10) early.written(end * MEBIBYTE)
  const inMebibytes = calls.map(([call, at, size]) => [call, at / MEBIBYTE, size / MEBIBYTE])
  expect(inMebibytes).toEqual([
    ['begin', 0, 20],
    ['begin', 20, 20],
    ['finish', 0, 20],
    ['begin', 40, 20],
    ['finish', 20, 20],
  ])
})

it('leaves the bytes as they are, and takes them out of the page cache', () => {
  const path = join(scratch, 'file')
  const bytes = Buffer.alloc(3 * MEBIBYTE, 'kbroker')
  const file = nodeDisk.create(path)
  file.write(bytes, 0)
  file.beginSync(0, bytes.length)
  file.finishSync(0, bytes.length)
  const left = isResident(path, 0, bytes.length)?.residentBytes
  file.close()
  expect(left ?? 0).toBe(0)
  expect(left === undefined).toBe(libc() === undefined)
  expect(nodeDisk.readWhole(path)).toEqual(bytes)
})
