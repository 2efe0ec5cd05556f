import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ExclusiveLock } from '../../src/disk/exclusive-lock.ts'
import { libc } from '../../src/disk/libc.ts'
import { failureOf } from './failure-of.ts'
import { startHolding, stopHolding } from './lock-holding-process.ts'
import { scratchDirectory } from './scratch.ts'

const scratch = scratchDirectory()

function newDirectory(): string {
  return fs.mkdtempSync(join(scratch, 'd'))
}

describe.runIf(libc())('an exclusive lock', () => {
  test('is not given to another process while this one has it', async () => {
    const path = join(newDirectory(), '.lock')
    const lock = ExclusiveLock.take(path)
    await expect(startHolding(path)).rejects.toThrow(/the lock was refused/)
    lock.release()
    expect(fs.existsSync(path)).toBe(false)
    fs.writeFileSync(path, '')
    await stopHolding(await startHolding(path))
  })

  test('is not taken from another process, which is named', async () => {
    const path = join(newDirectory(), '.lock')
    fs.writeFileSync(path, '')
    const holder = await startHolding(path)
    expect(failureOf(() => ExclusiveLock.take(path))).toEqual({ op: 'lock', path, errno: 'EAGAIN' })
    expect(() => ExclusiveLock.take(path)).toThrow(`it is held by process ${holder.pid}`)
    expect(fs.existsSync(path)).toBe(true)
    await stopHolding(holder)
    ExclusiveLock.take(path).release()
  })

  test('is not given twice to this process, whatever the name', async () => {
    const directory = newDirectory()
    const path = join(directory, '.lock')
    const link = `${directory}-link`
    fs.symlinkSync(directory, link)
    const lock = ExclusiveLock.take(path)
    expect(() => ExclusiveLock.take(path)).toThrow('it is held by this process')
    expect(() => ExclusiveLock.take(join(link, '.lock'))).toThrow('it is held by this process')
    expect(() => ExclusiveLock.take(`${directory}/./.lock`)).toThrow('it is held by this process')
    // What is asked of the operating system about an own lock would lose it.
    await expect(startHolding(path)).rejects.toThrow(/the lock was refused/)
    lock.release()
    ExclusiveLock.take(join(link, '.lock')).release()
  })
})

test('a lock in a directory that is not there fails', () => {
  const path = join(scratch, 'missing', '.lock')
  expect(failureOf(() => ExclusiveLock.take(path))).toEqual({ op: 'lock', path, errno: 'ENOENT' })
})
