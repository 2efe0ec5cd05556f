/** Retention: Kafka, on the log.dirs as they are, deletes the segments that we do on a copy of them. */
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KafkaBroker } from './kafka-broker.ts'
import { kbroker, printed } from './kbroker.ts'

const BIN = join(import.meta.dirname, '../../bin/kbroker.js')
const MINUTE_MS = 60_000
const NOW_MS = Date.now()
const SEGMENT_BYTES = 1_048_576
const VALUE = 'v'.repeat(10_000)
/** More than fill one. */
const PER_SEGMENT = 110

/** Old, older, from the future: minutes that each segment's records are old by. */
const TOPICS: Readonly<Record<string, readonly [ages: readonly number[], configs: string[]]>> = {
  'by-time': [[500, 400, 300, 20, 0], ['retention.ms=18000000']],
  'all-by-time': [[500, 400, 300, 20, 10], ['retention.ms=60000']],
  'from-the-future': [[500, -50, 300, 20, 10], ['retention.ms=60000']],
  'by-size': [[500, 400, 300, 20, 0], ['retention.bytes=3000000']],
  'by-both': [
    [5000, 400, 300, 20, 0],
    ['retention.bytes=4000000', 'retention.ms=22000000'],
  ],
  'kept-for-ever': [[5000, 400, 300, 20, 0], ['retention.ms=-1']],
  compacted: [
    [50_000, 400, 300, 20, 0],
    ['cleanup.policy=compact', 'min.cleanable.dirty.ratio=1'],
  ],
}

let broker: KafkaBroker
let copies: string[]
beforeAll(async () => {
  broker = await KafkaBroker.formatted()
  for (const [topic, [ages, configs]] of Object.entries(TOPICS)) {
    const options = [`segment.bytes=${SEGMENT_BYTES}`, 'message.timestamp.after.max.ms=9999999999']
    const flags = [...options, ...configs].flatMap(config => ['--topic-config', config])
    const lines = ages.flatMap((minutes, segment) =>
      Array.from({ length: PER_SEGMENT }, (_, n) => {
        const timestamp = NOW_MS - minutes * MINUTE_MS
        return JSON.stringify({ key: `${segment}-${n}`, value: VALUE, timestamp })
      }),
    )
    const where = ['--log-dirs', broker.logDirs.join(',')]
    const args = ['produce', '-t', topic, '--json', '--partitions', '1', ...flags, ...where]
    const { status, stderr } = spawnSync(process.execPath, [BIN, ...args], {
      input: `${lines.join('\n')}\n`,
    })
    expect([status, stderr.toString()]).toEqual([0, expect.any(String)])
  }
  copies = broker.logDirs.map(path => {
    const copy = `${path}-copy`
    cpSync(path, copy, { recursive: true })
    return copy
  })
}, 120_000)
afterAll(() => broker.close())

it('Kafka deletes what we do, and begins at the same offsets', async () => {
  const previewed = await printed('retention', '--json', '-q', '--log-dirs', copies.join(','))
  await printed('retention', '--execute', '--log-dirs', copies.join(','))
  await broker.restart()
  await broker.settle()
  await broker.stop()
  expect(logsIn(copies)).toEqual(logsIn(broker.logDirs))
  const counts = previewed
    .trimEnd()
    .split('\n')
    .map(freedOf)
    .filter(([topic]) => topic in TOPICS)
  expect(Object.fromEntries(counts)).toMatchObject({ 'kept-for-ever': 0, compacted: 0 })
  expect(counts.filter(([, freed]) => freed > 0).length).toBe(5)
  const starts = (dirs: readonly string[]) =>
    printed('offsets', '--time', 'earliest', ...Object.keys(TOPICS), '--log-dirs', dirs.join(','))
  expect(await starts(copies)).toBe(await starts(broker.logDirs))
  const { exitCode } = await kbroker('verify', ...copies)
  expect(exitCode).toBe(0)
}, 120_000)

function freedOf(line: string): [topic: string, bytes: number] {
  const { topic, freedBytes } = JSON.parse(line) as { topic: string; freedBytes: number }
  return [topic, freedBytes]
}

/** By partition; the active segment that was made for what was deleted, too. */
function logsIn(logDirs: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const logDir of logDirs) {
    for (const topic of Object.keys(TOPICS)) {
      const folder = join(logDir, `${topic}-0`)
      const isHere = readdirSync(logDir).includes(`${topic}-0`)
      if (isHere) found[topic] = readdirSync(folder).filter(name => name.endsWith('.log'))
    }
  }
  return found
}
