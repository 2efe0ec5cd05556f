/** `forecast` where a disk is lost, or was not mounted: what a start makes anew, and over what there is none. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { DiskError } from '../../src/base/errors.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const scratch = scratchDirectory()
/** Those that lie in `b`. */
const LOST = ['append-time-0', 'empty-0', 'orders-0', 'orders-2', 'records-gzip-0', 'records-lz4-0']
const LOST_ID = 'zS7szqmaR2WOQyU5UlX1qA'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'lost-'))
  cpSync(join(FIXTURES, 'clean-4.3'), folder, { recursive: true })
})

const at = (path: string) => join(folder, path)
const forecast = (...args: string[]) =>
  runInProcess(['forecast', ...args], { workingDirectory: folder })
const madeIn = (stdout: string) =>
  stdout.split('\n').flatMap(line => /^ {2}(\S+): made anew/.exec(line)?.[1] ?? [])

it('names each partition of a log.dir that is left out', async () => {
  const { stdout, stderr, exitCode } = await forecast('--log-dirs', 'a')
  expect(exitCode).toBe(1)
  expect(madeIn(stdout)).toEqual(LOST)
  expect(stdout).toContain(`made anew, empty, in another log.dir, unless its own (${LOST_ID}) is`)
  expect(stderr).toContain('6 partitions of the node have no folder in these log.dirs')
})

it('names them beside a log.dir that was formatted anew', async () => {
  const meta = readFileSync(at('b/meta.properties'), 'utf8')
  rmSync(at('b'), { recursive: true })
  mkdirSync(at('b'))
  writeFileSync(at('b/meta.properties'), meta.replace(LOST_ID, 'G5aZiTHC61c4DOso19eKFQ'))
  const { stdout, exitCode } = await forecast('a', 'b')
  expect(exitCode).toBe(1)
  expect(madeIn(stdout)).toEqual(LOST)
})

it('tells of a folder that is gone from its log.dir', async () => {
  rmSync(at('b/orders-2'), { recursive: true })
  const { stdout, exitCode } = await forecast('a', 'b')
  expect(exitCode).toBe(1)
  expect(stdout).toContain('  orders-2: made anew, empty: its folder is gone from b\n')
  const json = await forecast('a', 'b', '--json')
  expect(JSON.parse(json.stdout.split('\n')[0]!)).toMatchObject({
    topic: 'orders',
    partition: 2,
    state: 'missing',
    logDir: 'b',
    start: { fate: { kind: 'made', why: 'no-folder' } },
  })
})

it('takes no harm in a topic that was just created', async () => {
  const create = ['topics', 'create', '--topic', 'fresh', '--log-dirs', 'a,b']
  await runInProcess([...create, '--execute'], { workingDirectory: folder })
  const { stdout, stderr, exitCode } = await forecast('a', 'b')
  expect(exitCode).toBe(0)
  expect(stdout).toContain('  fresh-0: made: it was just created, nothing is lost\n')
  expect(stderr).toBe('')
})

it.each([
  ['no such directory', () => undefined],
  ['an empty directory', () => mkdirSync(at('b'))],
])('does not start over %s, and tells of the others', async (found, make) => {
  rmSync(at('b'), { recursive: true })
  make()
  const { stdout, stderr, exitCode } = await forecast('--log-dirs', 'a,b')
  expect(exitCode).toBe(1)
  expect(stdout).toContain(`  b: ${found}: refuses to start ('No \`meta.properties\` found')`)
  expect(madeIn(stdout)).toEqual(LOST)
  expect(stdout).toMatch(/\n {2}a +yes +7 /)
  expect(stderr).toContain('fix: mount its disk')
})

it('does not take what it knows nothing of for lost, where the metadata was not mounted', async () => {
  rmSync(at('a'), { recursive: true })
  const { stdout, exitCode } = await forecast('--log-dirs', 'a,b')
  expect(exitCode).toBe(1)
  expect(stdout).toContain('  a: no such directory: refuses to start')
  expect(stdout).not.toContain('-stray')
})

it('is an error of the command line where none of them is a log.dir', async () => {
  mkdirSync(at('c'))
  expect(await forecast('--log-dirs', 'c')).toMatchObject({ exitCode: 2, stdout: '' })
  await expect(forecast('--log-dirs', 'd,c')).rejects.toThrow(DiskError)
})
