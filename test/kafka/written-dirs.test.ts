/**
 * log.dirs that we write, in the presence of Apache Kafka: it opens them as they are, its clients read what was put in;
 * a writer that is killed loses nothing that it acknowledged; and who has the directories keeps the other out.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom, type Random } from '../../src/base/random.ts'
import { comparable, consumedRecords, type OurRecord } from './comparable-record.ts'
import { listFiles } from './directory-listing.ts'
import { KafkaBroker, REWRITTEN } from './kafka-broker.ts'
import { kbroker, printed } from './kbroker.ts'
import { SEED } from './traffic.ts'

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const ROLLING = ['--topic-config', 'segment.bytes=1048576']
const RECORDS = 600
/** Older records, and Kafka would delete the segments. */
const NOW = Date.now()
const KILLS = 50
const BIN = join(import.meta.dirname, '../../bin/kbroker.js')

let broker: KafkaBroker
let where: string[]
const expected: OurRecord[] = []
beforeAll(async () => {
  broker = await KafkaBroker.formatted()
  where = ['--log-dirs', broker.logDirs.join(',')]
})
afterAll(() => broker.close())

describe('before Kafka was ever started', () => {
  it.each(CODECS)('records are written: %s', async codec => {
    const random = seededRandom(Number(SEED) + codec.length)
    const topic = `written-${codec}`
    const records = Array.from({ length: RECORDS }, (_, i) => record(topic, i, random))
    const lines = records.map(each => JSON.stringify(each)).join('\n')
    const options = ['-z', codec, '--json', '--partitions', '2', '--idempotent', ...ROLLING]
    await produced(topic, lines, ...options)
    expected.push(...records)
  })

  it(`a writer that is killed ${KILLS} times loses nothing that it acknowledged`, async () => {
    const random = seededRandom(Number(SEED))
    const rounds: Killed[] = []
    for (let round = 0; round < KILLS; round++) rounds.push(await killedWriter(round, random))
    await printed('recover', '--execute', ...where)
    const { exitCode, stdout } = await kbroker('verify', ...broker.logDirs)
    expect([exitCode, stdout.toString()]).toEqual([0, expect.not.stringMatching(/^error/m)])
    const consumed = await printed('consume', '-t', 'killed', '-q', ...where)
    const found = consumed.trimEnd().split('\n')
    const counts = rounds.map((_, round) => countOf(found, round))
    expect(found).toEqual(rounds.flatMap(({ lines }, round) => lines.slice(0, counts[round])))
    const lost = rounds.filter(({ acknowledged }, round) => counts[round]! < acknowledged)
    expect(lost).toEqual([])
    expect(rounds.filter(({ acknowledged }) => acknowledged > 0).length).toBeGreaterThan(KILLS / 2)
  }, 120_000)

  it('has several segments', () => {
    for (const codec of CODECS)
      expect([codec, logsOf(`written-${codec}`).length > 2]).toEqual([codec, true])
    expect(logsOf('killed').length).toBeGreaterThan(1)
  })
})

describe('while we write', () => {
  it('Kafka does not start', async () => {
    const writer = startProduce('-t', 'killed')
    writer.stdin!.write('kept\n')
    while (!logsOf('killed').some(bytes => bytes.includes('kept'))) await sleep(50)
    await expect(broker.restart()).rejects.toThrow(/the broker ended/)
    writer.stdin!.end()
    expect(await once(writer, 'close')).toEqual([0, null])
  })
})

describe('while Kafka runs', () => {
  let before: Record<string, Buffer>
  beforeAll(async () => {
    before = segmentFiles()
    await broker.restart()
    await broker.settle()
  })

  it('its consumers read what we wrote', async () => {
    const topics = CODECS.map(codec => `written-${codec}`)
    const { read_uncommitted: records } = await consumedRecords(broker.tools, topics)
    const ours = new Map(topics.map(topic => [topic, [0, 0]]))
    const inOrder = expected.map(each => {
      const offset = ours.get(each.topic)![each.partition]!++
      return comparable({ ...each, offset })
    })
    expect(records).toHaveLength(inOrder.length)
    for (const wanted of inOrder) {
      const isSame = (each: { topic: string; partition: number; offset: number }) =>
        each.topic === wanted.topic &&
        each.partition === wanted.partition &&
        each.offset === wanted.offset
      expect(records.find(isSame)).toEqual(wanted)
    }
  })

  it.each([
    ['produce', '-t', 'written-none'],
    ['produce', '-t', 'another'],
    ['recover', '--execute'],
    ['topics', 'create', '--topic', 'another', '--execute'],
  ])('%s %s is kept out', async (...args) => {
    const all = () => listFiles(broker.logDirs, { rewritten: REWRITTEN })
    const files = all()
    const { exitCode, stdout, stderr } = await kbroker(...args, ...where)
    expect([exitCode, stdout.toString()]).toEqual([1, ''])
    expect(stderr).toContain(broker.logDirs[0])
    expect(stderr).toMatch(/process \d+/)
    expect(all()).toEqual(files)
  })

  it('leaves every segment as it was', async () => {
    await broker.stop()
    const after = segmentFiles()
    const changed = Object.keys(before).filter(path => after[path]?.equals(before[path]!) !== true)
    expect(changed).toEqual([])
  })
})

/** All that a record can be, with enough noise that segments are rolled. */
function record(topic: string, i: number, random: Random): OurRecord {
  const noise = (size: number) =>
    Buffer.from(Uint8Array.from({ length: size }, () => random.below(256))).toString('base64')
  const keys = [null, '', `key-${i}`, 'ключ']
  const values = [null, '', 'короткое', noise(7000), noise(9000), noise(12_000)]
  return {
    topic,
    partition: i % 2,
    offset: 0,
    timestampType: 'create',
    timestamp: NOW + i,
    headers:
      i % 3 === 0
        ? [
            { key: 'h', value: null },
            { key: '', value: `v${i}` },
          ]
        : [],
    key: keys[random.below(keys.length)]!,
    value: values[random.below(values.length)]!,
  }
}

async function produced(topic: string, input: string, ...options: string[]): Promise<void> {
  const writer = startProduce('-t', topic, ...options)
  let said = ''
  writer.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()))
  writer.stdin!.end(`${input}\n`)
  expect([await once(writer, 'close'), said]).toEqual([[0, null], said])
}

function startProduce(...args: string[]): ChildProcess {
  return spawn(process.execPath, [BIN, 'produce', ...where, ...args])
}

interface Killed {
  /** That it was sent. */
  readonly lines: readonly string[]
  /** How many of them it said were on disk. */
  readonly acknowledged: number
}

async function killedWriter(round: number, random: Random): Promise<Killed> {
  const options = [
    '--durability',
    'batch',
    '--batch-size',
    '4096',
    '--linger-ms',
    '2',
    '--print-acks',
  ]
  if (round === 0) options.push(...ROLLING)
  if (round % 2 === 1) options.push('--idempotent')
  const writer = startProduce('-t', 'killed', ...options)
  let [said, acks] = ['', '']
  writer.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()))
  writer.stdout!.on('data', (chunk: Buffer) => (acks += chunk.toString()))
  writer.stdin!.on('error', () => undefined)
  const closed = once(writer, 'close')
  const lines: string[] = []
  const send = async (isOver: () => boolean) => {
    while (!isOver()) {
      if (writer.exitCode !== null) throw new Error(`the writer ended by itself: ${said}`)
      const line = `${round} ${lines.length} ${'x'.repeat(random.below(1500))}`
      lines.push(line)
      writer.stdin!.write(`${line}\n`)
      await sleep(1)
    }
  }
  // Some end before they have written anything.
  if (round % 5 !== 4) await send(() => acks !== '')
  const until = Date.now() + random.below(round % 5 === 4 ? 400 : 150)
  await send(() => Date.now() > until)
  writer.kill('SIGKILL')
  await closed
  return { lines, acknowledged: acknowledgedBy(acks) }
}

/** The last line may be cut off. */
function acknowledgedBy(acks: string): number {
  let count = 0
  for (const [, first, last] of acks.matchAll(/"firstOffset":(\d+),"lastOffset":(\d+)\}\n/g)) {
    count += Number(last) - Number(first) + 1
  }
  return count
}

function countOf(lines: readonly string[], round: number): number {
  return lines.filter(line => line.startsWith(`${round} `)).length
}

/** The segments of all its partitions. */
function logsOf(topic: string): Buffer[] {
  return pathsOf(topic).map(path => readFileSync(path))
}

function pathsOf(topic: string): string[] {
  return segmentPaths()
    .filter(path => path.includes(`/${topic}-`) && path.endsWith('.log'))
    .sort()
}

function segmentFiles(): Record<string, Buffer> {
  return Object.fromEntries(segmentPaths().map(path => [path, readFileSync(path)]))
}

/** Of topics, not of the cluster. Snapshots apart: where a log ended before, a start of Kafka clears them away. */
function segmentPaths(): string[] {
  return broker.logDirs.flatMap(logDir =>
    readdirSync(logDir, { recursive: true, encoding: 'utf8' })
      .filter(name => /^[^_].*\/\d{20}\.(log|index|timeindex|txnindex)$/.test(name))
      .map(name => join(logDir, name)),
  )
}
