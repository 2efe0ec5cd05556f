/** Producer ids that come in with an import are none that the cluster gives to a producer afterwards. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Disk } from '../../src/disk/disk.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const scratch = scratchDirectory()
let here: string

beforeEach(() => {
  here = mkdtempSync(join(scratch, 'import-producers-'))
})

const run = (args: readonly string[]) => runInProcess(args, { workingDirectory: here })

/** Each that the cluster's metadata tell of, in order. */
async function nextProducerIds(): Promise<string[]> {
  const files = readdirSync(join(here, 'c/__cluster_metadata-0')).filter(each =>
    /\.log$/.test(each),
  )
  const paths = files.map(name => join('c/__cluster_metadata-0', name))
  const { stdout } = await run(['dump', '--cluster-metadata-decoder', '--files', paths.join(',')])
  return [...stdout.matchAll(/"nextProducerId":(\d+)/g)].map(([, id]) => id!)
}

function lineOf(producerId: number, offset = 0): string {
  const place = `"partition":0,"offset":${offset},"producerId":${producerId},"producerEpoch":0,"sequence":0`
  return `{"topic":"t",${place},"value":"v"}\n`
}

function importLines(lines: string, ...more: readonly string[]) {
  writeFileSync(join(here, 'in.jsonl'), lines)
  return run(['import', 'in.jsonl', '-t', 't', '--log-dirs', 'c', ...more])
}

const KEPT = ['--keep-offsets', '--execute']
const MOVED = "moved the cluster's next producer id"

describe('the next producer id', () => {
  it.each([
    [0, 1000],
    [999, 1000],
    [1000, 2000],
  ])('is a whole block past %d: %d', async (highest, expected) => {
    const { stdout } = await importLines(lineOf(0) + lineOf(highest, 1), ...KEPT)
    expect(stdout).toContain(`${MOVED} from 0 to ${expected}, past those that come in\n`)
    expect(await nextProducerIds()).toEqual([String(expected)])
  })

  it('stays where the cluster gives only higher ones, and moves for a topic that is there', async () => {
    await importLines(lineOf(5), ...KEPT)
    expect((await importLines(lineOf(999, 1), ...KEPT)).stdout).not.toContain('producer id')
    const preview = await importLines(lineOf(1000, 2), '--keep-offsets')
    expect(preview.stdout).toContain("move the cluster's next producer id from 1000 to 2000,")
    expect(await nextProducerIds()).toEqual(['1000'])
    const { stdout } = await importLines(lineOf(1000, 2), ...KEPT, '--json')
    const move = '{"action":"move-producer-ids","from":1000,"to":2000,"executed":true}\n'
    expect(stdout.startsWith(move)).toBe(true)
    expect(await nextProducerIds()).toEqual(['1000', '2000'])
  })

  it('stays where records come in without their producers', async () => {
    await importLines(lineOf(5), '--execute')
    await importLines(lineOf(5, 7), '--markers', 'drop', ...KEPT)
    expect(await nextProducerIds()).toEqual([])
  })

  it('is not moved to where none is left', async () => {
    const line = lineOf(0).replace('"producerId":0', '"producerId":9223372036854775000')
    const { exitCode, stderr } = await importLines(line, ...KEPT)
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/none left.*--markers drop/)])
  })
})

it('is found in a log that is read piece by piece, as is where that ends', async () => {
  const lines = Array.from({ length: 600 }, (_, offset) =>
    lineOf(1, offset).replace('"v"', `"${LONG.slice(offset)}"`),
  )
  await importLines(lines.join(''), ...KEPT, '--compression-codec', 'none')
  rmSync(join(here, 'c/.kafka_cleanshutdown'))
  await run(['export', 't', '--log-dirs', 'c', '--to', 'out'])
  const log = 't-0/00000000000000000000.log'
  expect(readFileSync(join(here, 'c', log)).length).toBeGreaterThan(3 * WINDOW_SIZE)
  expect(readFileSync(join(here, 'out', log))).toEqual(readFileSync(join(here, 'c', log)))
  const { stdout } = await run(['import', 'out', '--log-dirs', 'd', '--execute'])
  expect(stdout).toContain(`${MOVED} from 0 to 1000,`)
})

/** Bytes that a scan of a log asks for at once. */
const WINDOW_SIZE = 262_144
/** Letters that are never the same. */
const LONG = Array.from({ length: 3000 }, (_, i) => String.fromCharCode(97 + ((i * i) % 26))).join(
  '',
)

describe('a folder', () => {
  const clean = [
    '--log-dirs',
    [join(FIXTURES, 'clean-4.3/a'), join(FIXTURES, 'clean-4.3/b')].join(','),
  ]
  const IMPORT = ['import', 'out', '--log-dirs', 'c', '--execute']

  beforeEach(async () => {
    await run(['export', 'orders', ...clean, '--to', 'out'])
  })

  it('moves it before anything is in place', async () => {
    const killed = new Error('killed')
    const disk = new Proxy(nodeDisk, {
      get: (target, method: keyof Disk) => {
        const call = Reflect.get(target, method) as (...args: unknown[]) => unknown
        return (...args: unknown[]) => {
          if (method === 'rename' && String(args[1]).endsWith('orders-0')) throw killed
          return call.apply(target, args)
        }
      },
    })
    await expect(runInProcess(IMPORT, { workingDirectory: here, disk })).rejects.toBe(killed)
    expect(await nextProducerIds()).toEqual(['1000'])
    expect((await run(IMPORT)).stderr).toContain('finished what was interrupted before')
    expect(await nextProducerIds()).toEqual(['1000'])
  })

  it('of another cluster is told, where this one has given ids already', async () => {
    expect((await run(IMPORT.slice(0, -1))).stderr).not.toContain('producers of another cluster')
    await importLines(lineOf(5), ...KEPT)
    const { stderr } = await run(IMPORT.slice(0, -1))
    expect(stderr).toContain('producers of another cluster come in')
    await run(IMPORT)
    expect((await run(IMPORT)).stderr).not.toContain('producers of another cluster')
  })

  it('of the same cluster leaves it', async () => {
    for (const name of ['a', 'b'])
      cpSync(join(FIXTURES, 'clean-4.3', name), join(here, name), { recursive: true })
    const { exitCode, stdout, stderr } = await run([
      'import',
      'out',
      '-t',
      'new',
      '--log-dirs',
      'a,b',
      '--execute',
    ])
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining('producer id')])
    expect(stderr).not.toContain('producers of another cluster')
  })
})
