/** What commands say of a log that somebody else truncates while they read it. */
import { existsSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Disk, DiskFile } from '../../src/disk/disk.ts'
import { diskWith } from '../../src/disk/disk-with.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const scratch = scratchDirectory()
const FOLDER = join(FIXTURES, 'segments-3.9/log/events-0')
const LOG = join(FOLDER, '00000000000000000000.log')
const SIZE = nodeDisk.status(LOG)!.size
const LEFT = Math.floor(SIZE / 2)
const SHRANK = `the file shrank while it was read, as where a broker truncates it: found ${LEFT} bytes, expected ${SIZE}`

/** Of the log's bytes, no more are there than that, though it was opened with all of them. */
const disk: Disk = diskWith(nodeDisk, {
  open(path) {
    const file = nodeDisk.open(path)
    if (path !== LOG) return file
    return {
      path,
      size: () => file.size(),
      read: (bytes, at) => file.read(bytes.subarray(0, Math.max(0, LEFT - at)), at),
      close: () => file.close(),
    }
  },
})

function countOf(text: string, output: string): number {
  return output.split(text).length - 1
}

describe('a log that shrinks while it is read', () => {
  it.each([
    ['dump', LOG],
    ['search', FOLDER, '--key', 'none'],
    ['stats', FOLDER],
    ['consume', '-t', 'events', '--log-dirs', join(FOLDER, '..'), '-o', 'beginning'],
    ['diff', FOLDER, FOLDER],
  ])('is told of once by %s', async (...args) => {
    const { stdout, stderr, exitCode } = await runInProcess(args, { disk })
    expect(countOf(SHRANK, stdout + stderr)).toBe(args[0] === 'diff' ? 2 : 1)
    expect(exitCode).toBe(1)
  })

  it('is a finding of verify, which tells to verify again', async () => {
    const { stdout, exitCode } = await runInProcess(['verify', FOLDER], { disk })
    expect(stdout).toMatch(`found: ${LEFT} bytes; expected: ${SIZE}`)
    expect(stdout).toMatch(/^error shrunken .*fix: verify again/m)
    expect(exitCode).toBe(5)
  })

  it.each(['out.jsonl', 'out.jsonl.gz', 'out'])('leaves nothing of an export to %s', async name => {
    const to = join(mkdtempSync(join(scratch, 'export-')), name)
    await expect(runInProcess(['export', FOLDER, '--to', to], { disk })).rejects.toThrow(SHRANK)
    expect([to, `${to}.partial`].filter(path => existsSync(path))).toEqual([])
  })

  it('leaves nothing of an export either where it was shorter when it was opened than when listed', async () => {
    let isOpened = false
    const shorter: Disk = diskWith(nodeDisk, {
      open(path) {
        if (path === LOG) isOpened = true
        return disk.open(path)
      },
      status(path) {
        const status = nodeDisk.status(path)
        const isShorter = path === LOG && isOpened && status !== undefined
        return isShorter ? { ...status, size: LEFT } : status
      },
    })
    const cut = diskWith(shorter, {
      open(path) {
        const file = shorter.open(path)
        return path === LOG ? { ...boundTo(file), size: () => LEFT } : file
      },
    })
    const to = join(mkdtempSync(join(scratch, 'export-')), 'out.jsonl')
    await expect(runInProcess(['export', FOLDER, '--to', to], { disk: cut })).rejects.toThrow(
      SHRANK,
    )
    expect(existsSync(to)).toBe(false)
  })
})

function boundTo(file: DiskFile): DiskFile {
  return {
    path: file.path,
    size: () => file.size(),
    read: (bytes, at) => file.read(bytes, at),
    close: () => file.close(),
  }
}
