/**
 * Directories for one test file each, on the disk of the checkout: /tmp is often memory, which
 * can't evict pages.
 */
import fs from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'

export function scratchDirectory(): string {
  const parent = join(process.cwd(), '.cache')
  fs.mkdirSync(parent, { recursive: true })
  const path = fs.mkdtempSync(join(parent, 'test-disk-'))
  afterAll(() => fs.rmSync(path, { recursive: true }))
  return path
}

const TMPFS = 0x01021994

/** Whether pages of its files can leave the page cache, their home being elsewhere. */
export function isBackedByDisk(directory: string): boolean {
  return fs.statfsSync(directory).type !== TMPFS
}
