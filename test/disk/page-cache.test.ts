import fs from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { MEBIBYTE } from '../../src/base/limits.ts'
import { libc, libcAbsence } from '../../src/disk/libc.ts'
import {
  evict,
  isResident,
  pageCacheNotice,
  residency,
  unwritten,
} from '../../src/disk/page-cache.ts'
import { failureOf } from './failure-of.ts'
import { isBackedByDisk, scratchDirectory } from './scratch.ts'

const scratch = scratchDirectory()
const path = join(scratch, 'file')
const library = libc()
const canEvict = library !== undefined && isBackedByDisk(scratch)

/**
 * Whole MiB and some bytes: Linux may keep pages in folios of up to 2 MiB, which go together or not
 * at all.
 */
const size = 8 * MEBIBYTE + 100

describe.runIf(library)('on Linux with koffi', () => {
  let page: number

  beforeEach(() => {
    page = library!.pageBytes
    fs.writeFileSync(path, Buffer.alloc(size, 'x'), { flush: true })
  })

  test('there is nothing to notice', () => {
    expect(libcAbsence()).toBe('')
    expect(pageCacheNotice()).toBeUndefined()
    expect(pageCacheNotice(path)).toBeUndefined()
  })

  test('a file just written is resident', () => {
    expect(residency(path)).toEqual([{ position: 0, size, resident: true }])
    expect(isResident(path, 0, size)).toEqual({ residentBytes: size, totalBytes: size })
  })

  test('an answer is clipped to what was asked and to the file', () => {
    expect(isResident(path, 10, 20)).toEqual({ residentBytes: 20, totalBytes: 20 })
    expect(isResident(path, size - 5, 1000)).toEqual({ residentBytes: 5, totalBytes: 5 })
    expect(residency(path, size, 1000)).toEqual([])
    expect(residency(path, size + MEBIBYTE)).toEqual([])
  })

  test('an open file is asked by its descriptor', () => {
    const fd = fs.openSync(path, 'r')
    expect(residency(fd, page, page)).toEqual([{ position: page, size: page, resident: true }])
    fs.closeSync(fd)
  })

  test('a missing file is a DiskError', () => {
    expect(failureOf(() => residency(join(scratch, 'missing')))).toMatchObject({ errno: 'ENOENT' })
  })

  test('a file system that cannot map has no answer', () => {
    expect(library!.pagesHeld(-1, 0, page)).toBeUndefined()
    expect(library!.countPages(-1, 0, page)).toBeUndefined()
  })

  describe.runIf(canEvict)('on a disk', () => {
    test('what was written is dirty until it is synced', () => {
      if (unwritten(path, 0, 1) === undefined) return
      const fd = fs.openSync(path, 'r+')
      fs.writeSync(fd, Buffer.alloc(3 * page), 0, 3 * page, MEBIBYTE)
      const { dirtyBytes, writingBytes } = unwritten(fd, 0, size)!
      expect(dirtyBytes + writingBytes).toBeGreaterThanOrEqual(3 * page)
      expect(unwritten(fd, MEBIBYTE, 10)).toEqual({ dirtyBytes: 10, writingBytes: 0 })
      fs.fsyncSync(fd)
      expect(unwritten(fd, 0, size)).toEqual({ dirtyBytes: 0, writingBytes: 0 })
      fs.closeSync(fd)
    })

    test('an evicted file is absent', () => {
      evict(path, [{ position: 0, size }])
      expect(residency(path)).toEqual([{ position: 0, size, resident: false }])
    })

    test('exactly the pages wholly in the evicted ranges are absent, and the last one', () => {
      evict(path, [
        { position: 2 * MEBIBYTE - 1, size: 2 * MEBIBYTE + 2 },
        { position: 8 * MEBIBYTE, size: 100 },
      ])
      expect(residency(path, 1000)).toEqual([
        { position: 1000, size: 2 * MEBIBYTE - 1000, resident: true },
        { position: 2 * MEBIBYTE, size: 2 * MEBIBYTE, resident: false },
        { position: 4 * MEBIBYTE, size: 4 * MEBIBYTE, resident: true },
        { position: 8 * MEBIBYTE, size: 100, resident: false },
      ])
      const residentBytes = size - 2 * MEBIBYTE - 100
      expect(isResident(path, 0, size)).toEqual({ residentBytes, totalBytes: size })
    })
  })
})
