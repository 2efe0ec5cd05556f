import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { failureOf } from './failure-of.ts'
import { scratchDirectory } from './scratch.ts'

const scratch = scratchDirectory()
const at = (name: string) => join(scratch, name)

test('a symbolic link has the kind of what it leads to, and is other when it leads nowhere', () => {
  fs.mkdirSync(at('links'))
  fs.writeFileSync(at('links/file'), '')
  fs.symlinkSync('file', at('links/to-file'))
  fs.symlinkSync('.', at('links/to-directory'))
  fs.symlinkSync('gone', at('links/to-nothing'))
  fs.symlinkSync('to-itself', at('links/to-itself'))
  expect(nodeDisk.list(at('links'))).toEqual([
    { name: 'file', kind: 'file' },
    { name: 'to-directory', kind: 'directory' },
    { name: 'to-file', kind: 'file' },
    { name: 'to-itself', kind: 'other', what: 'a link that leads in a circle' },
    { name: 'to-nothing', kind: 'other', what: 'a link that leads nowhere' },
  ])
})

test('opening a named pipe is refused and does not wait for a writer', () => {
  execFileSync('mkfifo', [at('pipe')])
  expect(failureOf(() => nodeDisk.open(at('pipe')))).toMatchObject({ op: 'open', errno: 'EINVAL' })
})

test('a sparse file takes less on disk than its size', () => {
  const file = nodeDisk.create(at('sparse'))
  file.truncate(10 * 1024 * 1024)
  file.close()
  const { size, allocated } = nodeDisk.status(at('sparse'))!
  expect(size).toBe(10 * 1024 * 1024)
  expect(allocated).toBeLessThan(size)
})

test('the status agrees with the file system on time, inode and device', () => {
  fs.writeFileSync(at('stated'), 'x')
  fs.utimesSync(at('stated'), 1000, 1234.5)
  const stats = fs.statSync(at('stated'), { bigint: true })
  expect(nodeDisk.status(at('stated'))).toMatchObject({
    mtimeMs: 1234500,
    inode: stats.ino,
    device: stats.dev,
  })
})

test('the space of a disk is in bytes', () => {
  const { totalBytes, freeBytes, usableBytes } = nodeDisk.space(scratch)!
  expect(totalBytes).toBeGreaterThan(1_000_000n)
  expect(freeBytes).toBeLessThanOrEqual(totalBytes)
  expect(usableBytes).toBeLessThanOrEqual(freeBytes)
})

test('the space of a missing path is a DiskError', () => {
  expect(failureOf(() => nodeDisk.space(at('missing')))).toEqual({
    op: 'statfs',
    path: at('missing'),
    errno: 'ENOENT',
  })
})
