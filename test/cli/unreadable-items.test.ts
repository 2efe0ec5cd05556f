import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { refusing } from '../disk/refusing-disk.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const ROOT = join(FIXTURES, 'transactions-4.3')
const LOG_DIR = join(ROOT, 'log')
const LEDGER = join(LOG_DIR, 'ledger-0')

describe("a partition's folder that can't be listed", () => {
  const disk = refusing(nodeDisk, LEDGER)
  const denied = `kbroker: cannot list ${LEDGER}: permission denied (EACCES)`

  it.each([
    ['dump', '--json'],
    ['search', '--json'],
    ['stats', '--json'],
    ['offsets', '--json'],
  ])('is told of by %s, which goes on with the others', async (command, ...options) => {
    for (const words of [[LOG_DIR], [`${LOG_DIR}/*-[01]`], ['--log-dirs', LOG_DIR]]) {
      const { stdout, stderr, exitCode } = await runInProcess([command, ...words, ...options], {
        disk,
      })
      expect(exitCode, stderr).toBe(1)
      expect(stderr).toContain(denied.replace('kbroker: ', ''))
      expect(stdout).toContain('payments')
    }
  })

  it('is a finding of verify, however it is reached', async () => {
    for (const word of [LOG_DIR, `${LOG_DIR}/*-[01]`, LEDGER]) {
      const { stdout, exitCode } = await runInProcess(['verify', word], { disk })
      expect(stdout).toMatch(new RegExp(`^error unreadable ${LEDGER} found: cannot list`, 'm'))
      expect(exitCode).toBe(5)
    }
  })

  it('is told of where a pattern looks into it', async () => {
    const run = await runInProcess(['dump', `${LOG_DIR}/*-0/*.log`], { disk })
    expect(run.stderr).toContain(denied)
    expect(run.stdout).toContain('payments-0')
    expect(run.exitCode).toBe(1)
  })
})

describe("an index that can't be read", () => {
  it('is not even looked for where everything is searched', async () => {
    const { stderr, exitCode } = await runInProcess(['search', folder, '--json'], { disk })
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
  })

  const folder = join(FIXTURES, 'segments-3.9/log/events-0')
  const indexes = nodeDisk
    .list(folder)
    .filter(({ name }) => /\.(index|timeindex)$/.test(name))
    .map(({ name }) => join(folder, name))
  const disk = refusing(nodeDisk, ...indexes)
  const time = '2020-01-01'

  it.each([
    ['lookup', '--offset', '40'],
    ['lookup', '--time', time],
    ['lookup', '--max-timestamp'],
    ['search', '--offsets', '40:60', '--from', time, '--json'],
    ['offsets'],
    ['offsets', '--time', time],
    ['dump', '--offsets', '40:60'],
  ])('is done without by %s %s, and noticed once', async (command, ...options) => {
    const plain = await runInProcess([command, folder, ...options])
    const { stdout, stderr, exitCode } = await runInProcess([command, folder, ...options], { disk })
    expect(plain.exitCode).toBe(0)
    expect(exitCode).toBe(0)
    expect(stdout).toBe(plain.stdout)
    const notices = stderr.split('\n').filter(line => line.includes('EACCES'))
    expect(notices.length).toBeGreaterThan(0)
    expect(notices[0]).toMatch(/cannot open .*index: permission denied.*; the log is read without/)
    expect(new Set(notices).size).toBe(notices.length)
  })
})

describe("a log.dir's meta.properties", () => {
  const meta = join(LOG_DIR, 'meta.properties')

  it("that can't be read is told of by log-dirs, which accounts for the rest", async () => {
    const disk = refusing(nodeDisk, meta)
    const { stdout, stderr, exitCode } = await runInProcess(['log-dirs', LOG_DIR], { disk })
    expect(stderr).toBe(`kbroker: cannot open ${meta}: permission denied (EACCES)\n`)
    expect(stdout).toContain(LOG_DIR)
    expect(exitCode).toBe(1)
  })

  it('that holds nothing of a broker is told of by log-dirs, too', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from([0, 1, 2, 0xff])]) {
      const readWhole = (path: string, sizeMax?: number) =>
        path === meta ? bytes : nodeDisk.readWhole(path, sizeMax)
      const disk = { ...nodeDisk, readWhole }
      const { stdout, stderr, exitCode } = await runInProcess(['log-dirs', LOG_DIR], { disk })
      expect(stderr).toContain(`kbroker: ${meta}`)
      expect(stderr).toContain('wrong version in meta.properties')
      expect(stdout).toContain(LOG_DIR)
      expect(exitCode).toBe(1)
    }
  })
})

describe('a path that does not exist', () => {
  it.each([
    ['verify', 5],
    ['dump', 1],
    ['offsets', 1],
    ['search', 1],
    ['stats', 1],
  ])('keeps %s from no other', async (command, expected) => {
    const { stdout, stderr, exitCode } = await runInProcess([command, '/nowhere', LEDGER])
    expect(stderr).toContain('kbroker: cannot open /nowhere: no such file or directory (ENOENT)')
    expect(stdout).not.toBe('')
    expect(exitCode).toBe(expected)
  })

  it('is all there is to say where no other is there', async () => {
    const args = ['dump', '/nowhere', '/nowhere/else']
    await expect(runInProcess(args)).rejects.toThrow('cannot open /nowhere: no such file')
  })
})
