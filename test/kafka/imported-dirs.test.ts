/** What we import, in the presence of Apache Kafka: it starts on it without a recovery, and its consumers read the same. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { comparable, consumedRecords, recordsOf, type OurRecord } from './comparable-record.ts'
import { KafkaBroker } from './kafka-broker.ts'
import { kbroker, printed } from './kbroker.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures')
const CLEAN = ['--log-dirs', `${FIXTURES}/clean-4.3/a,${FIXTURES}/clean-4.3/b`]
const TRANSACTIONS = ['--log-dirs', `${FIXTURES}/transactions-4.3/log`]

let broker: KafkaBroker
let scratch: string
let where: string[]
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'kbroker-interop-import-'))
  broker = await KafkaBroker.formatted()
  where = ['--log-dirs', broker.logDirs.join(',')]
})
afterAll(() => {
  broker.close()
  rmSync(scratch, { recursive: true })
})

/** Kept from retention: the fixtures' records are old. */
const FOREVER = ['--topic-config', 'retention.ms=-1']

describe('before Kafka was ever started', () => {
  it('folders and lines are imported', async () => {
    const [folder, lines, exact] = ['orders', 'lines.jsonl.zst', 'exact.jsonl.gz'].map(name =>
      join(scratch, name),
    ) as [string, string, string]
    await printed('export', 'orders', ...CLEAN, '--to', folder)
    await printed('import', folder, ...FOREVER, ...where, '--execute')
    await printed('export', 'records-gzip', ...CLEAN, '--to', lines)
    await printed('import', lines, '-t', 'lines', ...FOREVER, ...where, '--execute')
    await printed('import', lines, '-t', 'lines', ...where, '--execute')
    await printed('export', 'payments', ...TRANSACTIONS, '--markers', 'keep', '--to', exact)
    const keeping = ['-t', 'payments', '--keep-offsets', ...FOREVER]
    await printed('import', exact, ...keeping, ...where, '--execute')
    expect((await kbroker('verify', ...broker.logDirs)).exitCode).toBe(0)
  })

  it('records of a producer are, whose id is the first of every cluster', async () => {
    const [input, other, folder] = ['input', 'other', 'written'].map(name =>
      join(scratch, name),
    ) as [string, string, string]
    writeFileSync(input, 'imported\n')
    const elsewhere = ['--log-dirs', other]
    await printed('produce', input, '-t', 'written', '--idempotent', ...elsewhere)
    await printed('export', 'written', ...elsewhere, '--to', folder)
    await printed('import', folder, ...where, '--execute')
  })
})

describe('while Kafka runs', () => {
  beforeAll(async () => {
    await broker.restart()
    await broker.settle()
  })

  it('its consumers read what was exported', async () => {
    const consumed = await consumedRecords(broker.tools, ['orders', 'payments', 'lines'])
    const { read_uncommitted: all, read_committed: committed } = consumed
    const ofTopic = (records: typeof all, topic: string) =>
      records.filter(record => record.topic === topic)
    expect(ofTopic(all, 'orders')).toEqual(
      recordsOf(await printed('consume', '-t', 'orders', ...CLEAN, '--json')),
    )
    for (const [records, level] of [
      [all, 'read_uncommitted'],
      [committed, 'read_committed'],
    ] as const) {
      const options = ['-t', 'payments', ...TRANSACTIONS, '--json', '--isolation-level', level]
      const expected = recordsOf(await printed('consume', ...options))
      expect(ofTopic(records, 'payments')).toEqual(expected)
    }
    const once = (await printed('consume', '-t', 'records-gzip', ...CLEAN, '--json'))
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as OurRecord)
    const twice = [...once, ...once].map((record, offset) =>
      comparable({ ...record, topic: 'lines', offset }),
    )
    expect(ofTopic(all, 'lines')).toEqual(twice)
  })

  it('it appends what a new producer writes', async () => {
    const settings = ['--num-records', '1', '--record-size', '5', '--throughput', '-1']
    const to = ['--topic', 'written', '--bootstrap-server', broker.bootstrap]
    await broker.tools.print('org.apache.kafka.tools.ProducerPerformance', ...to, ...settings)
    const { read_uncommitted: all } = await consumedRecords(broker.tools, ['written'])
    expect(all.map(({ offset }) => offset)).toEqual([0, 1])
  })

  it('it lets nobody import', async () => {
    const lines = join(scratch, 'lines.jsonl.zst')
    const { exitCode, stderr } = await kbroker('import', lines, '-t', 'x', ...where, '--execute')
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/is held by process \d+/)])
  })
})

describe('once Kafka has stopped', () => {
  it('its logs are those that were imported', async () => {
    await broker.stop()
    const { exitCode, stdout } = await kbroker(
      'diff',
      `${FIXTURES}/clean-4.3/a,${FIXTURES}/clean-4.3/b`,
      broker.logDirs.join(','),
      'orders',
    )
    expect([exitCode, stdout.toString()]).toEqual([0, expect.stringContaining('the same')])
    expect((await kbroker('verify', ...broker.logDirs)).exitCode).toBe(0)
  })
})
