/**
 * The log.dirs of a broker, damaged after it was stopped. Cut like Kafka does, they are those that Kafka's own recovery
 * makes of a copy; salvaged, Kafka starts on them without recovering anything, and a Java consumer gets what was salvaged.
 */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsumedRecords, consumedRecords, type Isolation } from './comparable-record.ts'
import { folderDifferences } from './folder-comparison.ts'
import { KafkaBroker } from './kafka-broker.ts'
import { kbroker, printed } from './kbroker.ts'
import { SEED, TOPICS } from './traffic.ts'

/** In each of them a segment amid others has bits that flipped, or zeros. */
const DAMAGED = ['mixed-0', 'mixed-1', 'mixed-2', 'paid-0', 'paid-1', 'shortened-0'] as const
const RECOVERY_POINTS = 'recovery-point-offset-checkpoint'

interface Cured {
  readonly records: number
  readonly rewritten: readonly string[]
  readonly lost: readonly {
    readonly firstOffset: number | null
    readonly lastOffset: number | null
  }[]
}

let broker: KafkaBroker
let copies: string
let before: ConsumedRecords
/** By partition. */
let planned: ReadonlyMap<string, { readonly salvage: Cured; readonly likeKafka: Cured }>

beforeAll(async () => {
  copies = mkdtempSync(join(tmpdir(), 'kbroker-interop-repair-'))
  broker = await KafkaBroker.start()
  await broker.program('Traffic', SEED)
  before = await consumedRecords(broker.tools, TOPICS)
  await broker.stop()
  for (const [index, name] of DAMAGED.entries()) damage(folderOf(broker.logDirs, name), index)
  const lines = await printed(
    'repair',
    ...DAMAGED,
    '--log-dirs',
    broker.logDirs.join(','),
    '--json',
  )
  const plans = lines
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Planned)
  planned = new Map(plans.flatMap(plan => (plan.folder ? [[nameOf(plan.folder), plan]] : [])))
})
afterAll(() => {
  broker.close()
  rmSync(copies, { recursive: true, force: true })
})

interface Planned {
  readonly folder?: string
  readonly salvage: Cured
  readonly likeKafka: Cured
}

describe('damaged log.dirs', () => {
  it('cut like Kafka does, are what its recovery makes of them', async () => {
    const [ours, kafkas] = [copyOf('ours'), copyOf('kafkas')]
    for (const path of kafkas) rmSync(join(path, '.kafka_cleanshutdown'))
    for (const path of kafkas) readFrom(path)
    const configs = join(copies, 'configs')
    writeFileSync(configs, TOPICS.map(topic => `${topic} index.interval.bytes 512\n`).join(''))
    await broker.tools.print('Recovery', configs, ...kafkas)
    await printed('repair', ...DAMAGED, '--log-dirs', ours.join(','), '--like-kafka', '--execute')
    for (const name of DAMAGED) {
      const differences = folderDifferences(folderOf(ours, name), folderOf(kafkas, name))
      const counting = Object.entries(differences).filter(([file]) => {
        return !/^repair-|\.deleted$/.test(file)
      })
      expect(Object.fromEntries(counting), name).toEqual({})
    }
  })

  it('salvaged, are taken by a broker as they are, and read across the gaps', async () => {
    const logDirs = broker.logDirs.join(',')
    await printed('repair', ...DAMAGED, '--log-dirs', logDirs, '--salvage', '--execute')
    const verified = await kbroker('verify', ...broker.logDirs)
    expect([verified.exitCode, String(verified.stdout).match(/^error.*/m)?.[0]]).toEqual([
      0,
      undefined,
    ])
    const logs = logsIn(broker.logDirs)
    await broker.restart()
    const after = await consumedRecords(broker.tools, TOPICS)
    expect(unwelcome(broker.log())).toEqual([])
    for (const isolation of ['read_uncommitted', 'read_committed'] as const) {
      expect(after[isolation]).toEqual(salvagedOf(isolation))
    }
    await broker.stop()
    for (const [path, bytes] of logs) expect(readFileSync(path).equals(bytes), path).toBe(true)
  })

  it('whose logs are mixed up, are put in order, and read as before', async () => {
    swapLogs(folderOf(broker.logDirs, 'mixed-0'))
    copyLog(folderOf(broker.logDirs, 'mixed-1'))
    const logDirs = broker.logDirs.join(',')
    const lines = await printed(
      ...['repair', 'mixed-0', 'mixed-1', '--log-dirs', logDirs, '--salvage', '--execute'],
      '--json',
    )
    const results = lines
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { result: Joined })
    expect(results.map(({ result }) => [result.joined.length, result.lostOffsets])).toEqual([
      [1, 0],
      [1, 0],
    ])
    await broker.restart()
    const after = await consumedRecords(broker.tools, TOPICS)
    expect(unwelcome(broker.log())).toEqual([])
    expect(after.read_uncommitted).toEqual(salvagedOf('read_uncommitted'))
    await broker.stop()
  })
})

interface Joined {
  readonly joined: readonly string[]
  readonly lostOffsets: number
}

/** The first two under each other's names. */
function swapLogs(folder: string): void {
  const [first, second] = logPathsIn(folder)
  const bytes = readFileSync(first!)
  writeFileSync(first!, readFileSync(second!))
  writeFileSync(second!, bytes)
}

/** The first once more, under a name that lies behind its first offset. */
function copyLog(folder: string): void {
  const [first] = logPathsIn(folder)
  const base = BigInt(first!.slice(-24, -4)) + 2n
  writeFileSync(join(folder, `${String(base).padStart(20, '0')}.log`), readFileSync(first!))
}

function logPathsIn(folder: string): string[] {
  const logs = readdirSync(folder).filter(name => name.endsWith('.log'))
  return logs.sort().map(name => join(folder, name))
}

/** In the middle of the middle segment. */
function damage(folder: string, index: number): void {
  const logs = logPathsIn(folder)
  const path = logs[Math.floor((logs.length - 1) / 2)]!
  const bytes = readFileSync(path)
  const at = Math.floor(bytes.length / 2)
  if (index % 2 === 0) bytes[at] = bytes[at]! ^ 0x10
  else bytes.fill(0, at, at + 300)
  writeFileSync(path, bytes)
}

/** Has Kafka read the damaged logs again from the segment on that is damaged. */
function readFrom(logDir: string): void {
  const path = join(logDir, RECOVERY_POINTS)
  const lines = readFileSync(path, 'utf8').split('\n')
  const changed = lines.map(line => {
    const [topic, partition] = line.split(' ')
    const plan = planned.get(`${topic}-${partition}`)
    return plan === undefined ? line : `${topic} ${partition} ${baseOf(plan.salvage)}`
  })
  writeFileSync(path, changed.join('\n'))
}

function baseOf({ rewritten }: Cured): bigint {
  return BigInt(rewritten[0]!.slice(0, 20))
}

/** What was read before, without what the preview says is lost. */
function salvagedOf(isolation: Isolation) {
  return before[isolation].filter(({ topic, partition, offset }) => {
    const ranges = planned.get(`${topic}-${partition}`)?.salvage.lost ?? []
    return !ranges.some(({ firstOffset, lastOffset }) => {
      return firstOffset !== null && offset >= firstOffset && offset <= (lastOffset ?? Infinity)
    })
  })
}

/** Lines that tell of a recovery, or of anything that is wrong. */
function unwelcome(log: string): string[] {
  return log.split('\n').filter(line => {
    return /ERROR|corrupt|[Rr]ecovering (unflushed )?segment|unclean shutdown/.test(line)
  })
}

function copyOf(name: string): string[] {
  return broker.logDirs.map((path, index) => {
    const copy = join(copies, `${name}-${index}`)
    cpSync(path, copy, { recursive: true, filter: source => !source.endsWith('/.lock') })
    return copy
  })
}

function folderOf(logDirs: readonly string[], name: string): string {
  return logDirs.map(path => join(path, name)).find(path => existsSync(path))!
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('/') + 1)
}

function logsIn(logDirs: readonly string[]): Map<string, Buffer> {
  const paths = DAMAGED.flatMap(name => logPathsIn(folderOf(logDirs, name)))
  return new Map(paths.map(path => [path, readFileSync(path)]))
}
