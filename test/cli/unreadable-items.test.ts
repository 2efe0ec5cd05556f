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

  it.each([
    ['internal-4.3', 'log-dirs', '--by', 'partition', '--bytes'],
    ['internal-4.3', 'log-dirs', '--by', 'topic', '--bytes'],
    ['internal-4.3', 'log-dirs', '--kafka-json'],
    ['internal-4.3', 'groups', '--describe', '--at', time],
    ['transactions-4.3', 'transactions', '--open', '--at', time],
    ['transactions-4.3', 'transactions', '--aborted'],
  ])('takes nothing from what of %s is told by %s %s %s', async (fixture, ...args) => {
    const root = join(FIXTURES, fixture, 'log')
    const all = [...args, '--log-dirs', root]
    const plain = await runInProcess(all)
    const refused = refusing(nodeDisk, ...indexesUnder(root))
    const { stdout, stderr, exitCode } = await runInProcess(all, { disk: refused })
    expect(stdout).toBe(plain.stdout)
    expect(stderr).toMatch(/cannot open .*index: permission denied.*; the log is read without/)
    expect({ plain: plain.exitCode, exitCode }).toEqual({ plain: 0, exitCode: 0 })
  })
})

describe('a file that dump needs for another', () => {
  it("is named together with the one that can't be dumped for it", async () => {
    const index = join(LEDGER, `${'0'.repeat(20)}.index`)
    const disk = refusing(nodeDisk, index)
    const { stderr } = await runInProcess(['dump', LEDGER, '--all'], { disk })
    const denied = `cannot open ${index}: permission denied (EACCES)`
    const timeIndex = index.replace('.index', '.timeindex')
    expect(stderr.split('\n').filter(line => line.includes('cannot open'))).toEqual([
      `kbroker: ${denied}`,
      `kbroker: ${timeIndex}: ${denied}`,
    ])
  })
})

function indexesUnder(logDir: string): string[] {
  const folders = nodeDisk.list(logDir).filter(({ kind }) => kind === 'directory')
  return folders.flatMap(({ name: folder }) =>
    nodeDisk
      .list(join(logDir, folder))
      .filter(({ name }) => /\.(index|timeindex)$/.test(name))
      .map(({ name }) => join(logDir, folder, name)),
  )
}

describe("a partition's last log that can't be read", () => {
  it('is told of by log-dirs, which knows its size all the same', async () => {
    const disk = refusing(nodeDisk, join(LEDGER, `${'0'.repeat(20)}.log`))
    const args = ['log-dirs', LOG_DIR, '--json', '--topic-list', 'ledger']
    const partitionOf = (stdout: string) => {
      const lines = stdout.trim().split('\n')
      const parsed = lines.map(line => JSON.parse(line) as Record<string, unknown>)
      return parsed.find(({ kind, partition }) => kind === 'partition' && partition === 0)
    }
    const plain = await runInProcess(args)
    const { stdout, stderr, exitCode } = await runInProcess(args, { disk })
    const known = partitionOf(plain.stdout)
    expect(known?.logBytes).toBeGreaterThan(0)
    expect(partitionOf(stdout)).toEqual({ ...known, logEndOffset: null, recoveryLag: null })
    expect(stderr).toMatch(/^kbroker: cannot open .*ledger-0\/0{20}.log: permission denied/)
    expect(exitCode).toBe(1)
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

  it.each([
    ['--deep', 'something could not be looked at (exit 5)'],
    ['--json', '"exitCode":5'],
  ])("is in verify's total, exit code and all: %s", async (option, words) => {
    const { stdout, exitCode } = await runInProcess(['verify', '/nowhere', LEDGER, option])
    expect(stdout.trim().split('\n').at(-1)).toContain(words)
    expect(exitCode).toBe(5)
  })

  it('is all there is to say where no other is there', async () => {
    const args = ['dump', '/nowhere', '/nowhere/else']
    await expect(runInProcess(args)).rejects.toThrow('cannot open /nowhere: no such file')
  })
})
