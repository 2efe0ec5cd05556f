/**
 * The life of one broker: running, shut down cleanly, killed while at work, recovered. Each time what we read from its
 * directories is held against what it says itself, or what Kafka's tools and clients say of them.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectNothingWritten } from './all-commands.ts'
import { consumedRecords, type ConsumedRecords } from './comparable-record.ts'
import { compareDumps, decoderOf } from './dump-comparison.ts'
import { expectSameGroups, expectSameTransactions } from './coordinator-comparison.ts'
import { KafkaBroker, REWRITTEN } from './kafka-broker.ts'
import { kbroker } from './kbroker.ts'
import { expectSameLogDirs } from './log-dir-comparison.ts'
import {
  brokersOffsets,
  expectSameLookupsByTime,
  ourOffsets,
  type Offsets,
} from './offset-comparison.ts'
import { expectSameLookups, expectSameRecords } from './record-comparison.ts'
import { INTERNAL_TOPICS, SEED, TOPICS } from './traffic.ts'

let broker: KafkaBroker
let endMembers: () => Promise<void>
beforeAll(async () => {
  broker = await KafkaBroker.start()
})
afterAll(() => broker.close())

describe('of a broker that runs', () => {
  let consumed: ConsumedRecords
  beforeAll(async () => {
    await broker.program('Traffic', SEED)
    endMembers = await broker.helper('Members')
    await broker.settle()
    consumed = await consumedRecords(broker.tools, [...TOPICS, ...INTERNAL_TOPICS])
  })

  it('dump prints what kafka-dump-log prints', () => expectSameDumps())
  it('search and dump find the records that a Java consumer reads, committed and not', () =>
    expectSameRecords(broker, consumed))
  it('lookup by offset finds what a consumer is given there', () =>
    expectSameLookups(broker, consumed))
  it('lookup by time finds what the broker finds', () => expectSameLookupsByTime(broker))
  it('log-dirs tells what kafka-log-dirs tells', () => expectSameLogDirs(broker))

  it('groups prints what kafka-consumer-groups prints', () => expectSameGroups(broker))
  it('transactions tells what kafka-transactions tells', () => expectSameTransactions(broker))

  it('offsets prints what kafka-get-offsets prints', async () => {
    expect(await ourOffsets(broker)).toEqual(await brokersOffsets(broker))
  })

  it('verify --live reports notices at most', async () => {
    expect(await verified('--live')).toEqual({ exitCode: 0, findings: [] })
  })

  it('verify without --live says that the directories are locked, and exits with 5', async () => {
    const { exitCode, stdout } = await kbroker('verify', ...broker.logDirs)
    expect(stdout.toString()).toMatch(/^error locked .*\/a\/\.lock/)
    expect(exitCode).toBe(5)
  })

  it('no command writes anything', () =>
    expectNothingWritten(broker.logDirs, { rewritten: REWRITTEN }))
})

describe('of a broker that was shut down', () => {
  let told: Offsets
  beforeAll(async () => {
    // A member that is late or comes back adds records to __consumer_offsets, at any time; so they leave first.
    await endMembers()
    await broker.settle()
    told = await brokersOffsets(broker)
    await broker.stop()
  })

  it('verify finds nothing wrong', async () => {
    expect(await verified()).toEqual({ exitCode: 0, findings: [] })
  })

  it('dump prints what kafka-dump-log prints', () => expectSameDumps())

  it('offsets prints what the broker told last', async () => {
    expect(await ourOffsets(broker)).toEqual(told)
  })

  it('no command writes anything', () => expectNothingWritten(broker.logDirs))
})

describe('of a broker that was killed', () => {
  beforeAll(async () => {
    await broker.restart()
    await broker.program('Traffic', `${SEED}1`)
    await broker.crash()
  })

  it('verify reports notices at most', async () => {
    expect(await verified()).toEqual({ exitCode: 0, findings: [] })
  })

  it('dump prints what kafka-dump-log prints', () => expectSameDumps())

  it('no command writes anything', () => expectNothingWritten(broker.logDirs))

  it('offsets prints what the broker tells when it has recovered', async () => {
    const predicted = await ourOffsets(broker)
    // A compaction that was interrupted would go on, and times of records would go. And the broker that comes waits
    // until the one that was killed is taken for dead.
    await broker.restart('log.cleaner.enable=false', 'broker.session.timeout.ms=2000')
    expect(predicted).toEqual(await brokersOffsets(broker))
  })

  it('search and dump find the records that a Java consumer reads then', async () => {
    const consumed = await consumedRecords(broker.tools, [...TOPICS, ...INTERNAL_TOPICS])
    await expectSameRecords(broker, consumed)
  })
})

async function expectSameDumps(): Promise<void> {
  for (const logDir of broker.logDirs) {
    const folders = readdirSync(logDir, { withFileTypes: true }).filter(e => e.isDirectory())
    expect(folders.length).toBeGreaterThan(5)
    for (const { name } of folders) {
      const folder = join(logDir, name)
      const files = readdirSync(folder).filter(file => file !== 'leader-epoch-checkpoint')
      const paths = files.sort().map(file => join(folder, file))
      await compareDumps(broker.tools, [decoderOf(name)], paths)
    }
  }
}

interface Finding {
  readonly kind: string
  readonly severity?: string
}

/** The findings that are more than notices. */
async function verified(...options: string[]) {
  const { exitCode, stdout } = await kbroker('verify', '--json', ...options, ...broker.logDirs)
  const lines = stdout.toString().trim().split('\n')
  const findings = lines
    .map(line => JSON.parse(line) as Finding)
    .filter(({ kind, severity }) => kind === 'finding' && severity !== 'notice')
  return { exitCode, findings }
}
