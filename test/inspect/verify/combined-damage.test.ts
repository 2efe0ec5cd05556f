/** Several damages of one partition: what a broker does about one depends on the others. As tried on 4.3.1. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { checkPartition } from '../../../src/inspect/verify/partition-check.ts'
import { FIXTURES } from '../fixture-partitions.ts'
import { runInProcess } from '../../cli/run-in-process.ts'

interface Told {
  readonly finding: string
  readonly severity: string
  readonly atStart: string
  readonly fix: string
}

let dir: string
let orders: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kbroker-combined-'))
  cpSync(join(FIXTURES, 'clean-4.3/b'), dir, { recursive: true })
  orders = join(dir, 'orders-0')
})

afterEach(() => {
  rmSync(dir, { recursive: true })
})

async function told(kind: string): Promise<Told | undefined> {
  const { stdout } = await runInProcess(['verify', dir, '--json'])
  const findings = stdout.split('\n').filter(line => line.includes('"kind"'))
  return findings.map(line => JSON.parse(line) as Told).find(({ finding }) => finding === kind)
}

function change(name: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(join(orders, name))
  change(bytes)
  writeFileSync(join(orders, name), bytes)
}

const file = (base: number, kind: string) => `${String(base).padStart(20, '0')}.${kind}`
const remove = (...names: string[]) => names.forEach(name => rmSync(join(orders, name)))
/** The size of the second batch becomes impossible; so far up that no last index entry lies before. */
const spoilSize = (base: number) =>
  change(file(base, 'log'), bytes => bytes.writeInt32BE(5, 12 + bytes.readInt32BE(8) + 8))

describe('without the snapshot of the end of the log', () => {
  it('a broker walks the last segment for its producers, and ends at lost framing', async () => {
    spoilSize(62)
    expect((await told('batch-size'))?.atStart).toContain('if it lies in the last segment behind')
    remove(file(72, 'snapshot'))
    expect((await told('batch-size'))?.atStart).toContain('from the last producer snapshot on')
  })

  it('nor any other it forgets the producers of a log that was closed', async () => {
    for (const base of [20, 41, 62, 72]) remove(file(base, 'snapshot'))
    const missing = await told('snapshot-missing')
    expect(missing).toMatchObject({ severity: 'warning' })
    expect(missing?.fix).toContain('.kafka_cleanshutdown')
    rmSync(join(dir, '.kafka_cleanshutdown'))
    expect(await told('snapshot-missing')).toBeUndefined()
  })
})

describe('an index that could be made anew', () => {
  it('had better not, where a later segment would stop the broker that then walks it', async () => {
    change(file(20, 'index'), bytes => bytes.fill(0x7a))
    expect((await told('index-order'))?.fix).toContain("delete the segment's .index")
    spoilSize(41)
    expect((await told('index-order'))?.fix).toContain('leave the .index where it is')
    remove(file(20, 'index'))
    expect((await told('index-missing'))?.fix).toContain('start no broker on it')
    expect((await told('batch-size'))?.atStart).toContain('refuses to start')
  })

  it('is made before anything is recovered: then a cut leaves later segments', async () => {
    rmSync(join(dir, '.kafka_cleanshutdown'))
    rmSync(join(dir, 'recovery-point-offset-checkpoint'))
    spoilSize(20)
    expect((await told('batch-size'))?.atStart).toContain('deletes all later segments')
    remove(file(20, 'index'))
    expect((await told('batch-size'))?.atStart).toContain('later segments stay')
  })
})

describe('a compaction to be put in place', () => {
  it.each([
    ['swap-file', 'notice', () => undefined],
    ['swap-damaged', 'error', (bytes: Buffer) => void (bytes[bytes.length - 1]! ^= 1)],
    ['swap-empty', 'warning', undefined],
  ])('is looked into: %s', async (kind, severity, damage) => {
    const swap = file(0, 'log.swap')
    cpSync(join(orders, file(0, 'log')), join(orders, swap))
    if (damage === undefined) writeFileSync(join(orders, swap), '')
    else change(swap, damage)
    expect(await told(kind)).toMatchObject({ severity })
  })

  it('is left to a broker that runs', () => {
    writeFileSync(join(orders, file(0, 'log.swap')), '')
    const limits = DEFAULT_DECODE_LIMITS
    const task = {
      path: orders,
      dirState: 'live',
      deep: true,
      limits,
      expectsTopicId: true,
    } as const
    const environment = { disk: nodeDisk, onProgress: () => undefined }
    const kinds = checkPartition(task, environment).findings.map(({ kind }) => kind)
    expect(kinds).toContain('swap-file')
    expect(kinds).not.toContain('swap-empty')
  })
})

it('a log start below the first segment is noticed: the topic is tiered, or has lost a segment', async () => {
  remove(...['log', 'index', 'timeindex'].map(kind => file(0, kind)))
  writeFileSync(join(dir, 'log-start-offset-checkpoint'), '0\n1\norders 0 7\n')
  expect(await told('log-start-below')).toMatchObject({ severity: 'notice' })
})
