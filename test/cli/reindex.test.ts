/** `reindex` on copies of damaged fixtures: afterwards verify finds nothing that could be built anew. */
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHolding, stopHolding } from '../disk/lock-holding-process.ts'
import { runInProcess } from './run-in-process.ts'

const DAMAGED = join(import.meta.dirname, '../../fixtures/damaged')
/** With damage in nothing but what is derived. */
const DERIVED = fs
  .readdirSync(DAMAGED)
  .filter(name => /^(index|timeindex|txnindex|snapshot|epoch)-/.test(name))

let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'kbroker-reindex-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true }))

function copyOf(name: string): string {
  const copy = fs.mkdtempSync(join(folder, `${name}-`))
  fs.cpSync(join(DAMAGED, name, 'log'), copy, { recursive: true })
  return copy
}

function contents(path: string): Record<string, string> {
  const names = fs.readdirSync(path, { recursive: true, encoding: 'utf8' })
  const files = names.filter(name => fs.statSync(join(path, name)).isFile())
  return Object.fromEntries(files.map(name => [name, fs.readFileSync(join(path, name), 'hex')]))
}

describe('a log.dir with derived files that are wrong', () => {
  it.each(DERIVED)('is in order once they are built anew: %s', async name => {
    const path = copyOf(name)
    const before = contents(path)
    const preview = await runInProcess(['reindex', path])
    expect(contents(path)).toEqual(before)
    expect(preview.stderr).toContain('nothing was changed: --execute does it')
    const { exitCode, stdout, stderr } = await runInProcess(['reindex', path, '--execute'])
    const summary = (text: string) => text.split('\n', 1)
    expect([exitCode, summary(stdout)]).toEqual([0, summary(preview.stdout)])
    expect(stderr).not.toContain('--execute does it')
    const verified = await runInProcess(['verify', path, '--json'])
    const findings = verified.stdout.split('\n').filter(line => /"class":"rebuildable"/.test(line))
    expect([verified.exitCode, findings.filter(line => !line.includes('"notice"'))]).toEqual([
      0,
      [],
    ])
    const again = await runInProcess(['reindex', path, '--execute'])
    expect(again).toMatchObject({ exitCode: 0, stdout: '' })
  })

  it('keeps what was replaced where it is asked to, and verify thinks nothing of it', async () => {
    const path = copyOf('index-garbage')
    const before = contents(path)
    await runInProcess(['reindex', path, '--execute', '--keep-old'])
    const kept = Object.entries(contents(path)).filter(([name]) => name.endsWith('.old'))
    expect(kept).toEqual(kept.map(([name]) => [name, before[name.replace(/\.old$/, '')]]))
    expect(kept).toHaveLength(1)
    expect(await runInProcess(['verify', path])).toMatchObject({ exitCode: 0 })
  })

  it('is refused while a broker holds it, whether or not anything would be changed', async () => {
    const path = copyOf('index-garbage')
    fs.writeFileSync(join(path, '.lock'), '')
    const before = contents(path)
    const holder = await startHolding(join(path, '.lock'))
    try {
      for (const more of [[], ['--all'], ['--execute']]) {
        const refused = runInProcess(['reindex', path, ...more])
        await expect(refused).rejects.toThrow(`held by process ${holder.pid!}`)
      }
      expect(contents(path)).toEqual(before)
    } finally {
      await stopHolding(holder)
    }
  })
})

it('says that a log is damaged whose indexes are sound', async () => {
  const { exitCode, stdout, stderr } = await runInProcess(['reindex', copyOf('zeroed-range')])
  expect([exitCode, stdout]).toEqual([1, ''])
  expect(stderr).toContain('1 of 1 logs are damaged: see kbroker verify, repair')
})

it('tells as JSON what was done, and what is to be', async () => {
  const path = copyOf('index-missing')
  const lines = async (...more: string[]) => {
    const { stdout } = await runInProcess(['reindex', path, '--json', ...more])
    const all = stdout.trimEnd().split('\n')
    return all.map(line => JSON.parse(line) as { state: string; done?: boolean })
  }
  const missing = ({ state }: { state: string }) => state === 'missing'
  expect((await lines()).filter(missing)).toEqual([
    expect.not.objectContaining({ done: true }) as unknown,
  ])
  expect((await lines('--execute')).filter(missing)).toEqual([
    expect.objectContaining({ kind: 'index', done: true }) as unknown,
  ])
})
