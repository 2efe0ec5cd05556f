import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { askProc, holderIn, lockHolder } from '../../src/disk/file-lock.ts'
import { libc } from '../../src/disk/libc.ts'
import { startHolding, stopHolding } from './lock-holding-process.ts'
import { scratchDirectory } from './scratch.ts'

const scratch = scratchDirectory()

function lockFile(name: string): string {
  const path = join(scratch, name)
  fs.writeFileSync(path, '')
  return path
}

describe.runIf(libc())('a lock', () => {
  test('is seen with its holder while that lives, and not afterwards', async () => {
    const path = lockFile('.lock')
    expect(lockHolder(path)).toBeUndefined()
    const holder = await startHolding(path)
    expect(lockHolder(path)).toEqual({ pid: holder.pid })
    expect(lockHolder(path)).toEqual({ pid: holder.pid })
    expect(lockHolder(lockFile('other'))).toBeUndefined()
    await stopHolding(holder)
    expect(lockHolder(path)).toBeUndefined()
  })

  test('is seen in /proc/locks too', async () => {
    const path = lockFile('.lock-proc')
    const holder = await startHolding(path)
    const { dev, ino } = fs.statSync(path, { bigint: true })
    const seen = holderIn(fs.readFileSync('/proc/locks', 'latin1'), { dev, ino })
    // On btrfs and overlay the device differs, and the answer must not be "nobody".
    expect([{ pid: holder.pid }, 'unknown']).toContainEqual(seen)
    expect(askProc(path)).toEqual(seen)
    await stopHolding(holder)
    expect([undefined, 'unknown']).toContain(askProc(path))
  })
})

test('a file that is not there is held by nobody', () => {
  expect(lockHolder(join(scratch, 'missing'))).toBeUndefined()
  expect(askProc(join(scratch, 'missing'))).toBeUndefined()
})

test('a named pipe is not waited for', () => {
  const pipe = join(scratch, 'pipe')
  execFileSync('mkfifo', [pipe])
  expect([undefined, 'unknown']).toContain(lockHolder(pipe))
})

describe('/proc/locks', () => {
  const broker = '2: POSIX  ADVISORY  WRITE 5491 fe:00:9987282 0 EOF\n'
  const file = { ino: 9987282n, dev: 0xfe00n }

  test.each<[string, string, { ino: bigint; dev: bigint }, unknown]>([
    ['the holder is found by device and inode', broker, file, { pid: 5491 }],
    ['another inode is another file', broker, { ...file, ino: 9n }, undefined],
    ['the same inode of another device may be the file', broker, { ...file, dev: 1n }, 'unknown'],
    ['an empty table has no holder', '', file, undefined],
    ['who waits holds nothing', broker.replace('2:', '2: ->'), file, undefined],
    [
      "Node's and RocksDB's kind of lock is no broker's",
      broker.replace('POSIX', 'FLOCK'),
      file,
      undefined,
    ],
    [
      'a holder without a process has no pid',
      broker.replace('5491', '-1'),
      file,
      { pid: undefined },
    ],
    [
      'others before it do not hide it',
      '1: OFDLCK ADVISORY  READ  -1 00:19:17 0 EOF\n' + broker,
      file,
      { pid: 5491 },
    ],
    [
      'large device numbers are put together as stat(2) tells them',
      broker.replace('fe:00', '103:12345'),
      { ...file, dev: 0x12310345n },
      { pid: 5491 },
    ],
  ])('%s', (_sentence, table, identity, expected) => {
    expect(holderIn(table, identity)).toEqual(expected)
  })
})
