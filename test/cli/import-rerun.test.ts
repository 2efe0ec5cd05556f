/** An import that was interrupted, run again: on the same log.dirs, from elsewhere, moved, and over what a broker did. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Disk } from '../../src/disk/disk.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const scratch = scratchDirectory()
const JOURNAL = 'kbroker-import.json'
let here: string

beforeEach(() => {
  here = mkdtempSync(join(scratch, 'import-'))
  cpSync(join(FIXTURES, 'clean-4.3'), here, { recursive: true })
  const lines = [0, 1, 2, 3].map(partition => `{"partition":${partition},"value":"v"}\n`)
  writeFileSync(join(here, 'in.jsonl'), lines.join(''))
})

class Killed extends Error {}

/** Up to the call, and not that. */
function killedAt(isIt: (method: string, paths: readonly unknown[]) => boolean): Disk {
  return new Proxy(nodeDisk, {
    get: (disk, method: keyof Disk) => {
      const call = Reflect.get(disk, method) as (...args: unknown[]) => unknown
      return (...args: unknown[]) => {
        if (isIt(method, args)) throw new Killed()
        return call.apply(disk, args)
      }
    },
  })
}

const IMPORT = ['import', 'in.jsonl', '-t', 'new', '--log-dirs', 'a,b', '--execute']

/** Runs an import, which dies there. */
async function dies(disk: Disk, args: readonly string[] = IMPORT): Promise<void> {
  await expect(runInProcess(args, { workingDirectory: here, disk })).rejects.toThrow(Killed)
}

const run = (args: readonly string[] = IMPORT, workingDirectory = here) =>
  runInProcess(args, { workingDirectory })

async function endOffsets(topic: string): Promise<string> {
  const { stdout } = await run(['offsets', topic, '--log-dirs', 'a,b'])
  return stdout.replaceAll('\n', ' ').trim()
}

/** The only one that is left. */
function stagedIn(...logDirs: readonly string[]): string {
  const staged = logDirs.flatMap(logDir => {
    const names = readdirSync(join(here, logDir)).filter(name => /[0-9a-f]{32}-delete$/.test(name))
    return names.map(name => join(logDir, name))
  })
  return staged.find(each => /(orders-0|new-1)\./.test(each))!
}

const inPlace = (method: string, [from, to]: readonly unknown[]) =>
  method === 'rename' &&
  /new-1\.[0-9a-f]{32}-delete$/.test(String(from)) &&
  /new-1$/.test(String(to))
const EPOCHS = 'leader-epoch-checkpoint'
const ALL = 'new:0:1 new:1:1 new:2:1 new:3:1'

describe('an import that was interrupted', () => {
  it('between its partitions is finished', async () => {
    await dies(killedAt(inPlace))
    const again = await run()
    expect([again.exitCode, again.stderr]).toEqual([
      0,
      'kbroker: finished what was interrupted before\n',
    ])
    expect(await endOffsets('new')).toBe(ALL)
    expect(existsSync(join(here, 'a', JOURNAL))).toBe(false)
  })

  it('is finished with all that it was told of the topic, which is there by now', async () => {
    const args = [...IMPORT, '--partitions', '4', '--topic-config', 'retention.ms=-1']
    await dies(killedAt(inPlace), args)
    expect(await run(args)).toMatchObject({
      exitCode: 0,
      stderr: 'kbroker: finished what was interrupted before\n',
    })
    const others = [
      ['--partitions', '5'],
      ['--topic-config', 'retention.ms=5'],
      ['--topic-config', 'segment.ms=5'],
    ]
    const told = others.map(async other => (await run([...IMPORT, ...other])).stderr)
    expect(await Promise.all(told)).toEqual([
      'kbroker: --partitions 5: new is there, and has 4\n',
      'kbroker: --topic-config retention.ms=5 is for new topics: new is there, with retention.ms=-1\n',
      'kbroker: --topic-config segment.ms=5 is for new topics: new is there, with no segment.ms of its own\n',
    ])
  })

  it('while the topic is made begins anew, and nothing has to be recovered', async () => {
    const writeCluster = () => Promise.reject(new Killed())
    await expect(runInProcess(IMPORT, { workingDirectory: here, writeCluster })).rejects.toThrow(
      Killed,
    )
    const isQuorumState = (method: string, [, to]: readonly unknown[]) =>
      method === 'rename' && String(to).endsWith('quorum-state')
    await dies(killedAt(isQuorumState))
    expect((await run()).exitCode).toBe(0)
    expect(await endOffsets('new')).toBe(ALL)
  })

  it('once all was in place is not done again', async () => {
    await dies(killedAt((method, [path]) => method === 'remove' && String(path).endsWith(JOURNAL)))
    const again = await run()
    expect(again.stderr).toMatch(/^kbroker: all of it was in place before, and nothing was done/)
    expect(await endOffsets('new')).toBe(ALL)
  })

  it('is finished from another directory', async () => {
    await dies(killedAt(inPlace))
    const [, , ...rest] = IMPORT
    const args = ['import', join(here, 'in.jsonl'), ...rest].map(each =>
      each === 'a,b' ? `${join(here, 'a')},../b` : each,
    )
    mkdirSync(join(here, 'elsewhere'))
    expect((await run(args, join(here, 'elsewhere'))).stderr).toContain('finished')
    expect(await endOffsets('new')).toBe(ALL)
  })

  it('is finished in log.dirs that were moved together, and refused where one was moved away', async () => {
    await dies(killedAt(inPlace))
    renameSync(join(here, 'b'), join(here, 'z'))
    const moved = IMPORT.map(each => (each === 'a,b' ? 'a,z' : each))
    await expect(run(moved)).rejects.toThrow(/names the log.dir b, which is none of a, z/)
    mkdirSync(join(here, 'm'))
    renameSync(join(here, 'a'), join(here, 'm/a'))
    renameSync(join(here, 'z'), join(here, 'm/b'))
    const together = IMPORT.map(each => (each === 'a,b' ? 'm/a,m/b' : each))
    expect((await run(together)).stderr).toContain('finished')
  })

  it('is refused where records have come since, and those stay', async () => {
    await dies(killedAt(inPlace))
    writeFileSync(join(here, 'late'), 'late\n')
    const produce = ['produce', 'late', '-t', 'new', '-p', '1', '--log-dirs', 'a,b', '-q']
    expect((await run(produce)).exitCode).toBe(0)
    await expect(run()).rejects.toThrow(
      /new-1 is not what it was.*remove a\/kbroker-import.json, and import again .*: new-0 has/,
    )
    expect(await endOffsets('new')).toMatch(/^new:0:1 new:1:1 /)
  })

  it('is finished where a broker has started since, and leads in an epoch without records', async () => {
    const intoOrders = IMPORT.map(each => (each === 'new' ? 'orders' : each))
    await run(intoOrders)
    writeFileSync(join(here, 'in.jsonl'), '{"partition":0,"value":"w"}\n')
    const isLog = (method: string, [, to]: readonly unknown[]) =>
      method === 'rename' && /orders-0\/\d+\.log$/.test(String(to))
    await dies(killedAt(isLog), intoOrders)
    const noted = readFileSync(join(here, 'b/orders-0', EPOCHS), 'utf8')
    writeFileSync(join(here, 'b/orders-0', EPOCHS), '0\n2\n0 0\n7 73\n')
    writeFileSync(join(here, stagedIn('b'), EPOCHS), '0\n0\n')
    expect((await run(intoOrders)).stderr).toBe('kbroker: finished what was interrupted before\n')
    expect(readFileSync(join(here, 'b/orders-0', EPOCHS), 'utf8')).toBe(noted)
    const verified = await run(['verify', 'b/orders-0'])
    expect([verified.exitCode, verified.stdout]).toEqual([0, expect.any(String)])
  })

  it('begins anew where a broker has deleted what it knew of producers', async () => {
    await run(['export', 'orders', '--log-dirs', 'a,b', '--to', 'out'])
    const folder = ['import', 'out', '-t', 'new', '--log-dirs', 'a,b', '--execute']
    await dies(killedAt(inPlace), folder)
    const staged = stagedIn('a', 'b')
    for (const name of readdirSync(join(here, staged)).filter(each => each.endsWith('.snapshot')))
      rmSync(join(here, staged, name))
    await expect(run(folder)).rejects.toThrow(
      /-delete\/\d+.snapshot is not what it was .*; to begin anew remove a\/kbroker-import.json/,
    )
    rmSync(join(here, 'a', JOURNAL))
    expect((await run(folder)).stderr).toMatch(/new-0 holds it already/)
    expect(await endOffsets('new')).toBe('new:0:72 new:1:101 new:2:67')
  })

  it('is refused where its topic was deleted', async () => {
    await dies(killedAt(inPlace))
    const deletion = ['topics', 'delete', '--topic', 'new', '--log-dirs', 'a,b', '--execute']
    expect((await run(deletion)).exitCode).toBe(0)
    await expect(run()).rejects.toThrow('found no such topic')
  })
})

it('a file without records changes nothing', async () => {
  writeFileSync(join(here, 'in.jsonl'), '')
  const { exitCode, stdout, stderr } = await run()
  expect([exitCode, stdout]).toEqual([0, ''])
  expect(stderr).toMatch(/^kbroker: nothing to import: in.jsonl has no records/)
  expect((await run(['topics', 'list', '--log-dirs', 'a,b'])).stdout).not.toContain('new')
})

describe('a log that is damaged', () => {
  const LOG = 'b/orders-0/00000000000000000041.log'

  beforeEach(() => {
    const bytes = readFileSync(join(here, LOG))
    bytes[900]! ^= 1
    writeFileSync(join(here, LOG), bytes)
  })

  it('is exported and imported as it is, and told each time', async () => {
    const damage = /^kbroker: out\/orders-0\/0+41.log at byte 806: the checksum does not hold/m
    const exported = await run(['export', 'orders', '--log-dirs', 'a,b', '--to', 'out'])
    expect([exported.exitCode, exported.stderr]).toEqual([1, expect.stringMatching(damage)])
    const copy = readFileSync(join(here, 'out/orders-0/00000000000000000041.log'))
    expect(copy.equals(readFileSync(join(here, LOG)))).toBe(true)
    const into = ['import', 'out', '-t', 'new', '--log-dirs', 'a,b']
    for (const args of [into, [...into, '--execute']]) {
      const { exitCode, stderr } = await run(args)
      expect([exitCode, stderr]).toEqual([1, expect.stringMatching(damage)])
    }
    expect(await endOffsets('new')).toBe('new:0:72 new:1:101 new:2:67')
  })

  it('is not taken for one that is sound', async () => {
    const sound = await run(['export', 'orders-1', '--log-dirs', 'a,b', '--to', 'out'])
    expect([sound.exitCode, sound.stderr]).toEqual([0, ''])
  })
})

it('a folder export that fails leaves nothing behind', async () => {
  const isManifest = (method: string, [path]: readonly unknown[]) =>
    method === 'create' && String(path).endsWith('manifest.json')
  const disk = killedAt(isManifest)
  await dies(disk, ['export', 'orders', '--log-dirs', 'a,b', '--to', 'out'])
  expect(existsSync(join(here, 'out.partial'))).toBe(false)
})

describe('log.dirs of an import', () => {
  it('that are not there are not made where others are', async () => {
    const given = IMPORT.map(each => (each === 'a,b' ? 'a,b,typo' : each))
    const { exitCode, stderr } = await run(given)
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^kbroker: typo is not there/)])
    expect(existsSync(join(here, 'typo'))).toBe(false)
  })

  it('that are empty take what the preview says, in whatever order they are given', async () => {
    mkdirSync(join(here, 'c'))
    const given = IMPORT.map(each => (each === 'a,b' ? 'c,b,a' : each))
    const preview = await run(given.slice(0, -1))
    expect(preview.stdout).toContain('into c')
    const { stdout } = await run(given)
    const placed = (text: string) => text.split('\n').filter(line => line.includes(' into '))
    expect(placed(stdout)).toEqual(placed(preview.stdout))
  })

  it('that have only their meta.properties again are marked as shut down', async () => {
    const meta = readFileSync(join(here, 'b/meta.properties'))
    rmSync(join(here, 'b'), { recursive: true })
    mkdirSync(join(here, 'b'))
    writeFileSync(join(here, 'b/meta.properties'), meta)
    await dies(killedAt(inPlace))
    expect((await run()).stderr).toContain('finished')
    expect((await run()).exitCode).toBe(0)
  })

  it('that are empty stand in the place of one that is lost', async () => {
    await run(['export', 'orders', '--log-dirs', 'a,b', '--to', 'out'])
    rmSync(join(here, 'b'), { recursive: true })
    mkdirSync(join(here, 'b'))
    const restore = ['import', 'out', '--log-dirs', 'b,a']
    const preview = await run(restore)
    expect(preview.stdout).toMatch(
      /^format b, in the place of the lost log.dir zS7szqmaR2WOQyU5UlX1qA\n/,
    )
    expect(preview.stdout).toContain('orders-0: offsets 0 to 71, into b (new partition)')
    expect((await run([...restore, '--execute'])).exitCode).toBe(0)
    expect(await endOffsets('orders')).toBe('orders:0:72 orders:1:101 orders:2:67')
    const { stdout } = await run(['verify', 'a', 'b'])
    const errors = stdout.split('\n').filter(line => line.startsWith('error'))
    const missing = ['append-time-0', 'empty-0', 'records-gzip-0', 'records-lz4-0']
    expect(errors.map(line => line.split(' ').slice(1, 3).join(' '))).toEqual(
      missing.map(name => `partition-missing b/${name}`),
    )
  })
})
