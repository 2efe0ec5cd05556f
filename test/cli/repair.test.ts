/** What `kbroker repair` says where it could do nothing, or not all. */
import { cpSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { failing } from '../log/failing-disk.ts'
import { runInProcess } from './run-in-process.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures')
const scratch = scratchDirectory()
let workingDirectory: string

beforeEach(() => {
  workingDirectory = mkdtempSync(join(scratch, 'repair-'))
})

function copyOf(fixture: string, logDirs: readonly string[]): string[] {
  for (const name of logDirs) {
    cpSync(join(FIXTURES, fixture, name), join(workingDirectory, name), { recursive: true })
  }
  return ['repair', '--log-dirs', logDirs.join(), '--salvage', '--execute']
}

test('where nothing is damaged, that nothing was done, and what else may be', async () => {
  const repair = copyOf('clean-4.3', ['a', 'b'])
  const { stdout, stderr, exitCode } = await runInProcess(repair, { workingDirectory })
  expect([stdout, exitCode]).toEqual(['', 0])
  expect(stderr).toMatch(
    /^nothing was repaired: no log is damaged; .+ kbroker reindex mends those$/m,
  )
})

test.each(['create', 'write', 'rename'] as const)(
  'where the disk is full when it is to %s, that the same command finishes; and it does',
  async op => {
    const repair = copyOf('damaged/zeroed-range', ['log'])
    const disk = failing(nodeDisk, { op, below: 'log', errno: 'ENOSPC' })
    const { stderr, exitCode } = await runInProcess(repair, { workingDirectory, disk })
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(AFTER)])
    const again = await runInProcess(repair, { workingDirectory })
    const verified = await runInProcess(['verify', 'log'], { workingDirectory })
    expect([again.exitCode, verified.exitCode]).toEqual([0, 0])
  },
)

const AFTER = /ENOSPC[^]+no record is lost: .+ the same command again finishes$/m
