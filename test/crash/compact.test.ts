/**
 * `compact`, killed at calls of the disk in turn, or met there by a disk that fails: the same command again finishes,
 * and leaves what it leaves when nothing comes between.
 */
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { runInProcess } from '../cli/run-in-process.ts'
import { listFiles } from '../kafka/directory-listing.ts'
import { type Fault, FaultyDisk } from './faulty-disk.ts'
import { Seeded } from './seeded.ts'

const FIXTURE = join(import.meta.dirname, '../../fixtures/compacted-4.3/log')
const PARTITION = 'accounts-0'
const CALLS_MAX = 2000
const STEP = 5
const TIMEOUT_MS = 120_000

let directory: string
let expected: ReadonlyMap<string, string>

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kbroker-compact-'))
  const logDir = copyOf('whole')
  await compact(logDir)
  expected = logsOf(logDir)
})
afterAll(() => rmSync(directory, { recursive: true }))

describe('compact', () => {
  it.each(['power', 'ENOSPC'] as const)(
    'survives %s at every fifth call',
    async fault => {
      let at = 0
      while (await isInterrupted(fault, at)) at += STEP
      expect(at).toBeGreaterThan(50)
    },
    TIMEOUT_MS,
  )
})

/** Without power, nothing more is done: all that was written stays, as after `kill -9`. */
async function isInterrupted(fault: Fault, at: number): Promise<boolean> {
  if (at > CALLS_MAX) throw new Error('it does not come to its end')
  const logDir = copyOf('interrupted')
  const below = join(logDir, PARTITION)
  const faulty = new FaultyDisk(nodeDisk, { at, fault, below }, new Seeded(at))
  await compact(logDir, faulty).catch((error: unknown) => {
    if (!(error instanceof DiskError)) throw error
  })
  const { exitCode, stderr } = await compact(logDir)
  expect([at, exitCode, stderr]).toEqual([at, 0, ''])
  expect([at, logsOf(logDir)]).toEqual([at, expected])
  return faulty.calls > at
}

function copyOf(name: string): string {
  const logDir = join(directory, name)
  rmSync(logDir, { recursive: true, force: true })
  const isLeftOut = (path: string) => /(transfers|forgotten|__transaction_state)-0$/.test(path)
  cpSync(FIXTURE, logDir, { recursive: true, filter: path => !isLeftOut(path) })
  return logDir
}

function compact(logDir: string, { disk } = { disk: nodeDisk }) {
  const args = ['compact', 'accounts', '--log-dirs', logDir, '--roll', '--execute', '-q']
  return runInProcess(args, { disk })
}

/** By name; of cleanings that did not end there is nothing left. */
function logsOf(logDir: string): ReadonlyMap<string, string> {
  const paths = Object.keys(listFiles([join(logDir, PARTITION)]))
  const logs = paths.filter(path => /log|cleaned|swap|deleted/.test(path.slice(logDir.length)))
  const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
  return new Map(logs.map(path => [path.slice(logDir.length), hashOf(path)]))
}
