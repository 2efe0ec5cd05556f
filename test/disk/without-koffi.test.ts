/** Everything works where koffi isn't installed, and says what it does without. */
import fs from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { considerate } from '../../src/disk/considerate-disk.ts'
import { lockHolder } from '../../src/disk/file-lock.ts'
import { libc, libcAbsence } from '../../src/disk/libc.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { evict, isResident, pageCacheNotice, residency } from '../../src/disk/page-cache.ts'
import { scratchDirectory } from './scratch.ts'

vi.mock('node:module', () => ({
  createRequire: () => () => {
    throw new Error('Cannot find module')
  },
}))

const path = join(scratchDirectory(), 'file')
fs.writeFileSync(path, Buffer.alloc(2 * 1024 * 1024, 'x'))

test('there is no libc, and a reason', () => {
  expect(libc()).toBeUndefined()
  expect(libcAbsence()).toMatch(/koffi is not installed|not 64-bit Linux/)
  expect(pageCacheNotice(path)).toContain(libcAbsence())
})

test('the page cache has no answers, and evicting does nothing', () => {
  expect(residency(path)).toBeUndefined()
  expect(isResident(path, 0, 1)).toBeUndefined()
  evict(path, [{ position: 0, size: 1 }])
})

test('a considerate disk is a plain one', () => {
  const file = considerate(nodeDisk).open(path)
  expect(file.read(Buffer.alloc(10), 0)).toBe(10)
  file.close()
})

test('a lock that nobody holds is free, or unknown where not every lock is seen', () => {
  expect([undefined, 'unknown']).toContain(lockHolder(path))
})
