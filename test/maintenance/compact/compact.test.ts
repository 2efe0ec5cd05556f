/** The command on a copy of what a broker left. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diskWith } from '../../../src/disk/disk-with.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { runInProcess } from '../../cli/run-in-process.ts'
import { startHolding, stopHolding } from '../../disk/lock-holding-process.ts'
import { failing } from '../../log/failing-disk.ts'
import { listFiles } from '../../kafka/directory-listing.ts'

const FIXTURE = join(import.meta.dirname, '../../../fixtures/compacted-4.3/log')

/** The tombstones of `forgotten` may go by then. */
const LATER_MS = 1_800_000_000_000

let logDir: string
beforeEach(() => {
  logDir = join(mkdtempSync(join(tmpdir(), 'kbroker-compact-')), 'log')
  cpSync(FIXTURE, logDir, { recursive: true })
})
afterEach(() => rmSync(join(logDir, '..'), { recursive: true }))

const compact = (...args: string[]) => runInProcess(['compact', '--log-dirs', logDir, ...args])

describe('compact', () => {
  it('changes nothing without --execute', async () => {
    const before = listFiles([logDir])
    const { stdout, stderr, exitCode } = await compact('accounts', '--roll')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('accounts-0: 1.5 KiB of 7.3 KiB dirty (20 %), from offset 231 on')
    expect(stderr).toBe('nothing was changed: --execute does it\n')
    expect(listFiles([logDir])).toEqual(before)
  })

  it('does what its preview says, and has nothing to do the next time', async () => {
    const preview = JSON.parse((await compact('accounts', '--roll', '--json')).stdout) as Told
    const done = JSON.parse(
      (await compact('accounts', '--roll', '--json', '--execute')).stdout,
    ) as Told
    expect(done).toEqual({ ...preview, isPreview: false })
    expect(preview).toMatchObject({ topic: 'accounts', cleaned: true, firstDirtyOffset: 231 })
    const again = JSON.parse((await compact('accounts', '--json')).stdout) as Told
    expect(again).toMatchObject({ cleaned: false, cleanableBytes: 0 })
    const checkpoint = readFileSync(join(logDir, 'cleaner-offset-checkpoint'), 'utf8')
    expect(checkpoint).toContain(`accounts 0 ${preview.firstUncleanableOffset}\n`)
    const verified = await runInProcess(['verify', logDir])
    expect(verified).toMatchObject({ exitCode: 0 })
    expect(
      Object.keys(listFiles([logDir])).filter(path => /deleted|cleaned|swap/.test(path)),
    ).toEqual([])
  })

  it('tells what was before all of its passes', async () => {
    rmSync(join(logDir, 'cleaner-offset-checkpoint'))
    const told = async (...args: string[]) => {
      const { stdout } = await compact('accounts', '--roll', '--json', ...args)
      return JSON.parse(stdout) as Told
    }
    const { before } = await told()
    const several = await told('--dedupe-buffer', '1KiB', '--execute')
    expect(several.passes).toBeGreaterThan(1)
    expect(several.before).toEqual(before)
  })

  it('keeps what a reader sees of each key', async () => {
    const before = await latestByKey()
    await compact('accounts', '--roll', '--execute')
    expect(await latestByKey()).toEqual(before)
  })

  it('leaves alone with --due what a broker would not clean yet', async () => {
    const { stdout } = await compact(
      'accounts',
      '--roll',
      '--due',
      '--json',
      '--topic-config',
      'min.cleanable.dirty.ratio=0.5',
    )
    expect(JSON.parse(stdout)).toMatchObject({ cleaned: false, due: null })
  })

  it('refuses a topic that is not compacted, unless that is said', async () => {
    const policy = ['--topic-config', 'cleanup.policy=delete']
    const refused = await compact('accounts', ...policy)
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
    expect(refused.stderr).toContain('accounts-0 is not compacted')
    expect((await compact(...policy)).stderr).toBe('kbroker: there is no compacted topic\n')
  })

  it('refuses configs that Kafka would not take', async () => {
    const wrong = await compact('accounts', '--topic-config', 'cleanup.policy=compost')
    expect(wrong.exitCode).toBe(2)
    expect(wrong.stderr).toContain('cleanup.policy')
    expect((await compact('accounts', '--topic-config', 'x')).exitCode).toBe(2)
  })

  it('tells of a broker at work before it tells of a log.dir that was not shut down', async () => {
    rmSync(join(logDir, '.kafka_cleanshutdown'))
    writeFileSync(join(logDir, '.lock'), '')
    const holder = await startHolding(join(logDir, '.lock'))
    try {
      for (const args of [[], ['--execute']]) {
        await expect(compact(...args)).rejects.toThrow(`held by process ${holder.pid}`)
      }
    } finally {
      await stopHolding(holder)
    }
  })

  it('cleans in a log.dir that was not shut down cleanly, which stays so', async () => {
    rmSync(join(logDir, '.kafka_cleanshutdown'))
    const before = await latestByKey()
    const { stdout, stderr, exitCode } = await compact('accounts', '--roll', '--execute')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('  dropped: 21 with a newer one of their key')
    expect(stderr).toContain('accounts-0: read 00000000000000000231.log: 7 batches')
    expect(stderr).toContain(`${logDir} was not shut down cleanly, and stays so`)
    expect(existsSync(join(logDir, '.kafka_cleanshutdown'))).toBe(false)
    expect(await latestByKey()).toEqual(before)
  })

  it('leaves a log alone that would lose data when it is opened, and cleans the others', async () => {
    rmSync(join(logDir, '.kafka_cleanshutdown'))
    const torn = join(logDir, 'accounts-0')
    appendFileSync(join(torn, '00000000000000000231.log'), 'the beginning of a batch')
    const before = listFiles([torn])
    const { stdout, stderr, exitCode } = await compact('accounts', 'transfers', '--execute')
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/accounts-0 is not in order: .+ would cut 24 bytes off .+kbroker repair/)
    expect(stdout).toMatch(/^transfers-0: /)
    expect(listFiles([torn])).toEqual(before)
  })

  it('says of a full disk what it has left, and what to do', async () => {
    const before = listFiles([join(logDir, 'accounts-0')])
    const below = join(logDir, 'accounts-0/00000000000000000000.log.cleaned')
    const disk = failing(nodeDisk, { op: 'write', below, errno: 'ENOSPC' })
    const args = ['compact', 'accounts', '--log-dirs', logDir, '--execute']
    writeFileSync(join(logDir, 'cleaner-offset-checkpoint'), '0\n0\n')
    const { stderr, exitCode } = await runInProcess(args, { disk })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/\.log\.cleaned: no space left on device/)
    expect(stderr).toMatch(/no record is lost; .+ is removed.+ the same command again finishes/)
    expect(Object.keys(listFiles([join(logDir, 'accounts-0')]))).toEqual(Object.keys(before))
    expect(await compact('accounts', '--execute')).toMatchObject({ exitCode: 0 })
  })

  it('refuses where there is no room, before it closes a segment, and goes by what it would write', async () => {
    writeFileSync(join(logDir, 'cleaner-offset-checkpoint'), '0\n0\n')
    const before = listFiles([logDir])
    const compactIn = (usableBytes: bigint, ...args: string[]) => {
      const space = () => ({ totalBytes: 1n << 40n, freeBytes: usableBytes, usableBytes })
      const words = ['compact', 'forgotten', '--log-dirs', logDir, '--execute', ...args]
      return runInProcess(words, { disk: diskWith(nodeDisk, { space }), nowMs: LATER_MS })
    }
    const tight = 65_536n + 5_850n
    const refused = await compactIn(tight, '--roll')
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toMatch(
      /no room to clean .*forgotten-0.*; nothing was changed; without --roll/,
    )
    expect(listFiles([logDir])).toEqual(before)
    expect(await compactIn(100n)).toMatchObject({ exitCode: 1 })
    expect(await compactIn(tight)).toMatchObject({ exitCode: 0 })
  })

  it('does not say that nothing is compacted where the topics are not known', async () => {
    rmSync(join(logDir, '__cluster_metadata-0'), { recursive: true })
    const unknown = 'what topics say of compaction is not known; give all log.dirs of the broker'
    const before = listFiles([logDir])
    const preview = await compact()
    expect(preview).toMatchObject({ exitCode: 0, stdout: '' })
    expect(preview.stderr).toBe(`no __cluster_metadata in these log.dirs: ${unknown}\n`)
    for (const args of [['--execute'], ['accounts'], ['accounts', '--execute']]) {
      const { stderr, exitCode } = await compact(...args)
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(unknown)])
    }
    expect(listFiles([logDir])).toEqual(before)
    const said = await compact('accounts', '--topic-config', 'cleanup.policy=compact')
    expect(said.exitCode).toBe(0)
    expect(said.stdout).toMatch(/^accounts-0: /)
  })

  it('tells what the keys of coordinators name', async () => {
    const args = ['__transaction_state', '--roll', '--top-keys', '1']
    expect((await compact(...args)).stdout).toContain(
      '2.5 KiB in 35 records: transaction_log transactionalId=tx-0\n',
    )
    expect(JSON.parse((await compact(...args, '--json')).stdout)).toMatchObject({
      wastedKeys: [
        {
          key: '\0\0\0\u0004tx-0',
          decodedKey: { type: 'transaction_log', transactionalId: 'tx-0' },
        },
      ],
    })
  })
})

interface Told {
  readonly firstUncleanableOffset: number
  readonly before: object
  readonly passes: number
}

async function latestByKey(): Promise<ReadonlyMap<string, string>> {
  const args = ['consume', '-t', 'accounts', '--log-dirs', logDir, '--json']
  const { stdout } = await runInProcess(args)
  const records = stdout
    .trim()
    .split('\n')
    .map(line => [(JSON.parse(line) as { key: string }).key, line] as const)
  return new Map(records)
}
