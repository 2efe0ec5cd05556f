import fs from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MEBIBYTE } from '../../src/base/limits.ts'
import { considerate } from '../../src/disk/considerate-disk.ts'
import type { Disk } from '../../src/disk/disk.ts'
import { libc } from '../../src/disk/libc.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { evict, holdsAny, isResident, residency } from '../../src/disk/page-cache.ts'
import { readOnly } from '../../src/disk/read-only-disk.ts'
import { isBackedByDisk, scratchDirectory } from './scratch.ts'

const scratch = scratchDirectory()
const path = join(scratch, 'file')
const size = 50 * MEBIBYTE + 1234

/** Pages that the kernel is reading ahead at that moment are locked, and stay. */
const IN_FLIGHT_BYTES_MAX = 12 * MEBIBYTE

const disk = considerate(readOnly(nodeDisk))

beforeAll(() => {
  const bytes = Buffer.alloc(size)
  for (let i = 0; i < size; i += 4096) bytes.writeUInt32BE(i, i)
  fs.writeFileSync(path, bytes, { flush: true })
})

/** Reads the file from its beginning to its end, and checks a number in each page. */
function scan(from: Disk): void {
  const file = from.open(path)
  const buffer = Buffer.alloc(MEBIBYTE)
  let position = 0
  for (let count; (count = file.read(buffer, position)) > 0; position += count) {
    for (let i = 0; i < count; i += 4096) expect(buffer.readUInt32BE(i)).toBe(position + i)
  }
  expect(position).toBe(size)
  file.close()
}

const residentBytes = () => isResident(path, 0, size)!.residentBytes

test('a scan reads what is there', () => {
  scan(disk)
})

test('a small file is opened as ever', () => {
  const small = join(scratch, 'small')
  fs.writeFileSync(small, 'hello')
  const file = disk.open(small)
  expect(file.constructor).toBe(nodeDisk.open(small).constructor)
  file.close()
})

const canSee = libc() !== undefined && isBackedByDisk(scratch)

/**
 * Twice more when it fails: the page cache is the whole machine's, and others may press on it just
 * then.
 */
describe.runIf(canSee)('the page cache', { retry: 2 }, () => {
  beforeEach(() => {
    evict(path, [{ position: 0, size }])
    expect(residentBytes()).toBe(0)
  })

  test('holds all of a file after a plain scan: the tests below can fail', () => {
    scan(nodeDisk)
    expect(residentBytes()).toBe(size)
  })

  test('holds nothing of a cold file after a considerate scan', () => {
    scan(disk)
    expect(residentBytes()).toBe(0)
  })

  test('holds exactly what it held of a partly warm file', () => {
    warm(0, 4096)
    warm(15 * MEBIBYTE, 3 * MEBIBYTE)
    warm(size - 1, 1)
    const before = residency(path)
    expect(residentBytes()).toBeGreaterThan(3 * MEBIBYTE)
    scan(disk)
    expect(residency(path)).toEqual(before)
  })

  test('holds all of a warm file', () => {
    warm(0, size)
    scan(disk)
    expect(residentBytes()).toBe(size)
  })

  test('loses what a scan has left behind, not at its end alone', () => {
    const file = disk.open(path)
    file.read(Buffer.alloc(24 * MEBIBYTE), 0)
    expect(residentBytes()).toBeGreaterThanOrEqual(24 * MEBIBYTE)
    file.read(Buffer.alloc(1), 40 * MEBIBYTE)
    expect(isResident(path, 0, 32 * MEBIBYTE)!.residentBytes).toBeLessThan(IN_FLIGHT_BYTES_MAX)
    file.close()
  })

  test('holds nothing after a scan that broke off', ctx => {
    warm(0, 1)
    if (!holdsAny(path, [{ position: 0, size }])) ctx.skip('pages are counted since Linux 6.5')
    evict(path, [{ position: 0, size }])
    for (let start = 0; start < size; start += 6 * MEBIBYTE) {
      const file = disk.open(path)
      for (let i = 0; i < 4; i++) file.read(Buffer.alloc(MEBIBYTE / 4), start + (i * MEBIBYTE) / 4)
      file.close()
    }
    expect(residentBytes()).toBe(0)
  })

  test('holds next to nothing after reads here and there, backwards too', () => {
    const file = disk.open(path)
    const buffer = Buffer.alloc(MEBIBYTE)
    for (const position of [45, 31, 16, 15.99, 0, 33, 49].map(at => Math.floor(at * MEBIBYTE))) {
      expect(file.read(buffer, position)).toBe(buffer.length)
    }
    file.close()
    expect(residentBytes()).toBeLessThan(MEBIBYTE)
  })

  test('keeps what was appended while a scan went on', () => {
    const growing = join(scratch, 'growing')
    fs.writeFileSync(growing, Buffer.alloc(2 * MEBIBYTE), { flush: true })
    evict(growing, [{ position: 0, size: 2 * MEBIBYTE }])
    const file = disk.open(growing)
    file.read(Buffer.alloc(100), 0)
    fs.writeFileSync(growing, Buffer.alloc(MEBIBYTE), { flag: 'a', flush: true })
    file.close()
    expect(residency(growing)).toEqual([
      { position: 0, size: 2 * MEBIBYTE, resident: false },
      { position: 2 * MEBIBYTE, size: MEBIBYTE, resident: true },
    ])
  })
})

function warm(position: number, count: number): void {
  const fd = fs.openSync(path, 'r')
  fs.readSync(fd, Buffer.alloc(count), 0, count, position)
  fs.closeSync(fd)
}
