/** Partitions moved between the log.dirs of a stopped broker: Kafka starts, and serves them from where they are then. */
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KafkaBroker } from './kafka-broker.ts'
import { kbroker, printed } from './kbroker.ts'
import { consumedRecords } from './comparable-record.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'

/** What Kafka wrote then is older than a broker keeps it. */
const FOREVER = ['--topic-config', 'retention.ms=-1']

let broker: KafkaBroker
let where: string[]
beforeAll(async () => {
  broker = await KafkaBroker.formatted()
  where = ['--log-dirs', broker.logDirs.join(',')]
  const source = ['--log-dirs', `${FIXTURES}/clean-4.3/a,${FIXTURES}/clean-4.3/b`]
  const folder = `${broker.directory}/exported`
  await printed('export', 'orders', ...source, '--to', folder)
  await broker.restart()
  await broker.stop()
  await printed('import', folder, ...FOREVER, ...where, '--execute')
}, 120_000)
afterAll(() => broker.close())

const foldersIn = (logDir: string) => readdirSync(logDir).filter(name => /^orders-\d+$/.test(name))

it('what is moved to the other log.dir and drained from there again is served there', async () => {
  const [a, b] = broker.logDirs as [string, string]
  await printed('move', `orders=${b}`, ...where, '--execute')
  expect(foldersIn(a)).toEqual([])
  const all = foldersIn(b)
  await expectServed()
  expect([foldersIn(a), foldersIn(b)]).toEqual([[], all])
  await printed('move', '--drain', b, ...where, '--execute')
  await expectServed()
  expect([foldersIn(a), foldersIn(b)]).toEqual([all, []])
}, 180_000)

it('nobody may move while it runs', async () => {
  await broker.restart()
  const { exitCode, stderr } = await kbroker('move', '--balance', ...where, '--execute')
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/is held by process \d+/)])
  await broker.stop()
}, 60_000)

async function expectServed(): Promise<void> {
  const before = await printed('consume', '-t', 'orders', ...where, '--json')
  await broker.restart()
  await broker.settle()
  const { read_uncommitted: records } = await consumedRecords(broker.tools, ['orders'])
  expect(records.length).toBe(before.trimEnd().split('\n').length)
  await broker.stop()
  expect(await printed('consume', '-t', 'orders', ...where, '--json')).toBe(before)
  expect((await kbroker('verify', ...broker.logDirs)).exitCode).toBe(0)
}
