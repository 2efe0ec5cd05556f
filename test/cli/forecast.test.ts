/** The command line of `forecast`: which log.dirs, which topics, and a broker at work. */
import {
  cpSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { startHolding, stopHolding } from '../disk/lock-holding-process.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const scratch = scratchDirectory()
beforeAll(() => cpSync(join(FIXTURES, 'clean-4.3'), scratch, { recursive: true }))

const forecast = (...args: string[]) =>
  runInProcess(['forecast', ...args], { workingDirectory: scratch })
/** What a start does; rates and free bytes differ from run to run. */
const startOf = (stdout: string) => stdout.slice(0, stdout.indexOf('Then'))

const FREES = /"topic":"orders",.*"freesBytes":(\d+)/g
/** Of a partition's logs. */
const sizeOf = (partition: string) =>
  readdirSync(join(scratch, partition))
    .filter(name => name.endsWith('.log'))
    .reduce((sum, name) => sum + statSync(join(scratch, partition, name)).size, 0)

describe('forecast', () => {
  it('takes log.dirs as words, as with --log-dirs', async () => {
    const named = await forecast('a', 'b')
    const given = await forecast('--log-dirs', 'a,b')
    const mixed = await forecast('b', '--log-dirs', 'a')
    expect(named.exitCode).toBe(0)
    expect(startOf(named.stdout)).toContain('__cluster_metadata-0')
    expect(startOf(named.stdout)).toBe(startOf(given.stdout))
    expect(startOf(mixed.stdout)).toBe(startOf(given.stdout))
  })

  it('takes no topic, and says so', async () => {
    const { stderr, exitCode } = await forecast('orders', '--log-dirs', 'a,b')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('orders: no log.dir is there; a start is of whole log.dirs')
    expect((await forecast('a/orders-1')).stderr).toContain("a partition's folder")
  })

  it('refuses configs of a topic that is not there', async () => {
    const wrong = await forecast('a', 'b', '--topic-config', 'order:retention.ms=5')
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' })
    expect(wrong.stderr).toContain('--topic-config order: there is no such topic')
    expect(await forecast('a', 'b', '--topic-config', 'orders:retention.ms=5')).toMatchObject({
      exitCode: 0,
    })
  })

  it('tells what a broker does not start over', async () => {
    cpSync(join(scratch, 'a/big-0'), join(scratch, 'b/big-0'), { recursive: true })
    try {
      const { stdout, stderr, exitCode } = await forecast('a', 'b')
      expect(exitCode).toBe(1)
      expect(stdout).toContain(
        `b/big-0: big-0 again: refuses to start ('Duplicate log directories'`,
      )
      expect(stderr).toContain('kbroker: error partition-twice b/big-0')
      const [first] = (await forecast('a', 'b', '--json')).stdout.split('\n')
      expect(JSON.parse(first!)).toMatchObject({ kind: 'finding', finding: 'partition-twice' })
    } finally {
      rmSync(join(scratch, 'b/big-0'), { recursive: true })
    }
  })

  it('tells what a broker renames to -stray', async () => {
    cpSync(join(scratch, 'a/big-0'), join(scratch, 'b/big-3'), { recursive: true })
    try {
      const { stdout, stderr, exitCode } = await forecast('a', 'b')
      expect(exitCode).toBe(1)
      expect(stdout).toContain(
        'big-3 in b: renamed to -stray, as the topic has no such partition: 211 KiB',
      )
      expect(stderr).toContain('kbroker: what 1 folder (211 KiB) holds a broker does not serve')
    } finally {
      rmSync(join(scratch, 'b/big-3'), { recursive: true })
    }
  })

  it('tells what a start loses of a log that was closed and has a torn tail', async () => {
    const log = join(scratch, 'a/big-0/00000000000000000000.log')
    cpSync(log, `${scratch}-log`)
    truncateSync(log, statSync(log).size - 300)
    try {
      const { stdout, stderr, exitCode } = await forecast('a', 'b')
      expect(exitCode).toBe(1)
      expect(stdout).toMatch(
        / big-0: took offset \d+ for the end of the log, not 12 as its log.dir notes: offsets are given out twice; \d+ bytes of 0{20}.log from byte \d+ on are passed over, and what is written next lies behind them\n/,
      )
      expect(stderr).toContain('of big-0 a start loses records that can be read today')
      const [line] = (await forecast('a', 'b', '--json')).stdout
        .split('\n')
        .filter(each => each.includes('"topic":"big"'))
      expect(line).toContain('"action":"end-taken-earlier"')
      const unread = await forecast('a', 'b', '--budget', '1B')
      expect(unread.exitCode).toBe(1)
      expect(unread.stdout).toContain(
        'big-0: takes what its index leads to for the end of the log, which is not offset 12 as noted; not read here',
      )
      const where = ['--log-dirs', 'a,b']
      const recovered = await runInProcess(['recover', ...where], { workingDirectory: scratch })
      expect(recovered.stdout).toContain('big-0: would have taken offset')
      expect(recovered.stderr).toContain('big-0: a start takes an earlier end of the log')
    } finally {
      renameSync(`${scratch}-log`, log)
    }
  })

  it('tells that a move goes on', async () => {
    const future = 'a/orders-2.0123456789abcdef0123456789abcdef-future'
    cpSync(join(scratch, 'b/orders-2'), join(scratch, future), { recursive: true })
    try {
      const { stdout, exitCode } = await forecast('a', 'b')
      expect(exitCode).toBe(0)
      expect(stdout).toContain(
        '-future in a: the move goes on: it takes what it lacks from b/orders-2, then its place, and that is deleted',
      )
      expect((await forecast('a', 'b', '--json')).stdout).toContain(
        '"fate":{"kind":"moving","from":"b/orders-2"}',
      )
    } finally {
      rmSync(join(scratch, future), { recursive: true })
    }
  })

  it('tells what compactions free that are due: as much as compact then frees', async () => {
    const due = ['--topic-config', 'orders:cleanup.policy=compact']
    const { stdout } = await forecast('a', 'b', ...due)
    expect(stdout).toMatch(/orders-0 .* 0 +4\.4 KiB .* 100% dirty: at once/)
    expect(stdout).not.toContain('?')
    const told = (await forecast('a', 'b', ...due, '--json')).stdout.matchAll(FREES)
    const logSize = () => sizeOf('a/orders-1') + sizeOf('b/orders-0') + sizeOf('b/orders-2')
    const before = logSize()
    cpSync(scratch, `${scratch}-before`, { recursive: true })
    try {
      await runInProcess(
        [
          'compact',
          'orders',
          '--log-dirs',
          'a,b',
          ...due.map(word => word.replace('orders:', '')),
        ].concat('--execute'),
        { workingDirectory: scratch },
      )
      const freed = [...told].reduce((sum, [, bytes]) => sum + Number(bytes), 0)
      expect(freed).toBeGreaterThan(0)
      expect(before - logSize()).toBe(freed)
    } finally {
      rmSync(scratch, { recursive: true })
      renameSync(`${scratch}-before`, scratch)
    }
  })

  it('takes fractions of days to measure growth over', async () => {
    expect(await forecast('a', 'b', '--growth-days', '0.25')).toMatchObject({ exitCode: 0 })
    expect((await forecast('a', 'b', '--growth-days', '0')).stderr).toContain('a number above 0')
  })

  it('tells over which time growth was measured', async () => {
    const { stdout } = await forecast('a', 'b')
    expect(stdout).toMatch(/ A-DAY +OVER .*\n +a .* 2\.5 KiB +1h /)
    expect(stdout).toContain('an hour at least: other days may be different')
    const json = await forecast('a', '--json')
    expect(json.stdout).toMatch(/"logDir":"a","isClean.*"growthMs":3600000,/)
  })

  it('looks for the metadata where server.properties says', async () => {
    const config = join(scratch, 'server.properties')
    const having = (...lines: string[]) => {
      writeFileSync(config, ['log.dirs=b', ...lines, ''].join('\n'))
      return forecast('--config', config)
    }
    const lost = await having('process.roles=broker,controller')
    expect(lost.exitCode).toBe(1)
    expect(lost.stdout).toContain(
      '__cluster_metadata-0 is in none of these log.dirs: renames 6 folders, 18 KiB, to -stray\n',
    )
    expect(lost.stderr).toContain('what topics are configured to is not known')
    expect(lost.stderr).toContain('what 5 folders (18 KiB) hold a broker does not serve')
    for (const lines of [
      ['process.roles=broker'],
      ['process.roles=broker,controller', 'controller.quorum.voters=1@x:9093,2@y:9093,3@z:9093'],
      ['process.roles=broker,controller', 'metadata.log.dir=/gone'],
    ]) {
      const { stdout, stderr, exitCode } = await having(...lines)
      expect([exitCode, stdout.includes('-stray')]).toEqual([0, false])
      expect(stderr).toContain('no __cluster_metadata in these log.dirs: what topics are')
      expect(stderr).toMatch(/the broker's file has it in (b|\/gone), and there is none\n/)
    }
  })

  it('reads the metadata of metadata.log.dir', async () => {
    const config = join(scratch, 'server.properties')
    writeFileSync(config, 'log.dirs=b\nprocess.roles=broker,controller\nmetadata.log.dir=a\n')
    const ofOne = await forecast('--config', config)
    expect(ofOne.stdout).toContain('big-0: made anew, empty, in another log.dir')
    expect(ofOne.stdout).not.toContain('-stray')
    cpSync(join(scratch, 'a/big-0'), join(scratch, 'b/big-3'), { recursive: true })
    try {
      const { stdout, stderr, exitCode } = await forecast('--config', config)
      expect(exitCode).toBe(1)
      expect(stdout).toContain('big-3 in b: renamed to -stray, as the topic has no such partition')
      expect(stderr).not.toContain('no __cluster_metadata')
      writeFileSync(config, 'log.dirs=a,b\nprocess.roles=broker,controller\n')
      expect((await forecast('b', '--config', config)).stdout).toContain('big-3 in b: renamed')
    } finally {
      rmSync(join(scratch, 'b/big-3'), { recursive: true })
    }
  })

  it('of log.dirs without the metadata tells what it can, and what it can not', async () => {
    const { stdout, stderr, exitCode } = await forecast('b')
    expect(exitCode).toBe(0)
    expect(stdout).toContain(
      'renames 6 folders, 18 KiB, to -stray, unless metadata.log.dir or other',
    )
    expect(stdout).toMatch(/orders-0 +6.7 KiB/)
    expect(stderr).toBe(
      'no __cluster_metadata in these log.dirs: what topics are configured to, and which folders a broker ' +
        "puts aside, is not known: give the broker's server.properties (--config), or its metadata.log.dir as well\n",
    )
    cpSync(join(scratch, 'b/orders-0'), join(scratch, 'b/nonsense'), { recursive: true })
    try {
      expect(await forecast('b')).toMatchObject({ exitCode: 1 })
    } finally {
      rmSync(join(scratch, 'b/nonsense'), { recursive: true })
    }
  })

  it('beside a running broker tells that it is as if it were killed now', async () => {
    writeFileSync(join(scratch, 'a/.lock'), '')
    const holder = await startHolding(join(scratch, 'a/.lock'))
    try {
      const { stderr, exitCode } = await forecast('a', 'b')
      expect(exitCode).toBe(0)
      expect(stderr).toBe(
        `kbroker: a is in use by process ${holder.pid} (node): this is what the next start of a ` +
          'broker would do, if that were killed now\n',
      )
    } finally {
      await stopHolding(holder)
    }
  })
})
