/** The command on a copy of what a broker left. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runInProcess } from '../../cli/run-in-process.ts'
import { startHolding, stopHolding } from '../../disk/lock-holding-process.ts'
import { listFiles } from '../../kafka/directory-listing.ts'

const FIXTURE = join(import.meta.dirname, '../../../fixtures/compacted-4.3/log')

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

  it('refuses a log.dir that was not shut down cleanly', async () => {
    rmSync(join(logDir, '.kafka_cleanshutdown'))
    const before = listFiles([logDir])
    await expect(compact('--execute')).rejects.toThrow('kbroker recover --execute')
    expect(listFiles([logDir])).toEqual(before)
  })
})

interface Told {
  readonly firstUncleanableOffset: number
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
