/** Everything works where koffi isn't installed, and says what it does without. */
import fs from 'node:fs'
import type nodeModule from 'node:module'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { considerate, sparingNotice } from '../../src/disk/considerate-disk.ts'
import { lockHolder } from '../../src/disk/file-lock.ts'
import { libc, libcAbsence } from '../../src/disk/libc.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { evict, isResident, pageCacheNotice, residency } from '../../src/disk/page-cache.ts'
import { notePageCache } from '../../src/cli/page-cache-note.ts'
import { runInProcess } from '../cli/run-in-process.ts'
import { scratchDirectory } from './scratch.ts'

vi.mock('node:module', async importOriginal => {
  const { createRequire } = await importOriginal<typeof nodeModule>()
  return {
    createRequire: (from: string) => (name: string) => {
      if (name === 'koffi') throw new Error('Cannot find module')
      return createRequire(from)(name) as unknown
    },
  }
})

const scratch = scratchDirectory()
const path = join(scratch, 'file')
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

test('it is said where files are large enough to push others out, and only there', () => {
  const asked = (...sizes: number[]) => sparingNotice(() => sizes)
  expect(asked(10, 2 * 1024 * 1024)).toContain(libcAbsence())
  expect(asked(10, 1024 * 1024 - 1)).toBeUndefined()
  const lines: string[] = []
  notePageCache(
    () => [2 * 1024 * 1024],
    line => lines.push(line),
  )
  expect(lines).toEqual([
    `kbroker: the page cache can be neither seen nor spared: ${libcAbsence()}`,
  ])
})

test.each(['dump', 'verify', 'search', 'stats'])('%s says it once', async command => {
  const folder = join(scratch, 'orders-0')
  fs.mkdirSync(folder, { recursive: true })
  for (const name of ['00000000000000000000.log', '00000000000000000001.log']) {
    fs.writeFileSync(join(folder, name), Buffer.alloc(1024 * 1024))
  }
  const { stderr } = await runInProcess([command, folder])
  expect(stderr.match(/neither seen nor spared/g)).toHaveLength(1)
})

test('a considerate disk is a plain one', () => {
  const file = considerate(nodeDisk).open(path)
  expect(file.read(Buffer.alloc(10), 0)).toBe(10)
  file.close()
})

test('a lock that nobody holds is free, or unknown where not every lock is seen', () => {
  expect([undefined, 'unknown']).toContain(lockHolder(path))
})
