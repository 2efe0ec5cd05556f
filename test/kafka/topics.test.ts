/**
 * Topics that we make and delete in log.dirs of a broker that is not running: Apache Kafka starts on them as they are,
 * knows the same topics, and its clients write to them and read from them.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { metadataBatch } from '../../src/metadata/metadata-batches.ts'
import { newRecord } from '../../src/metadata/new-record.ts'
import type { PartitionChangeValue } from '../../src/metadata/partition-image.ts'
import { runInProcess } from '../cli/run-in-process.ts'
import { metadataRecordsOf } from '../metadata/fixture-batches.ts'
import { BAD_CONFIGS, GOOD_CONFIGS } from '../metadata/topic-config-cases.ts'
import { KafkaBroker } from './kafka-broker.ts'
import { printed } from './kbroker.ts'

const TOPIC_COMMAND = 'org.apache.kafka.tools.TopicCommand'

/** A broker that was killed is let in again when its session has ended. */
const SHORT_SESSION = 'broker.session.timeout.ms=6000'

let broker: KafkaBroker
beforeAll(async () => {
  broker = await KafkaBroker.formatted()
})
afterAll(() => {
  process.chdir('/')
  broker.close()
})

it('configs are taken and refused in the words of Kafka', async () => {
  const cases = [
    ...GOOD_CONFIGS.map(([name, value]) => [name, value, 'ok'] as const),
    ...BAD_CONFIGS,
  ]
  const args = cases.flatMap(([name, value]) => [name, value])
  const said = await broker.tools.print('TopicConfigs', ...args)
  expect(said.trimEnd().split('\n')).toEqual(cases.map(([, , message]) => message))
})

describe('a broker that was formatted, and never started', () => {
  it('has a topic', () => expectTopicMade('formatted', 'min.insync.replicas=1'))
})

describe('a broker that was shut down', () => {
  beforeEach(() => broker.stop())

  it('has one more', () =>
    expectTopicMade('stopped', 'retention.ms=86400000', 'cleanup.policy=compact'))

  it('has one less, whose folders it deletes', async () => {
    await changed('delete', '--topic', 'formatted')
    written.delete('formatted')
    await broker.restart(SHORT_SESSION, 'log.segment.delete.delay.ms=1000')
    expect(await kafkaSays('--list')).not.toContain('formatted')
    await expectDescribedAlike()
    const folders = broker.logDirs.flatMap(path => readdirSync(path))
    expect(folders.filter(name => name.startsWith('formatted'))).toEqual([])
    await expectTaken('stopped')
  })

  it('has one whose name was deleted before', () => expectTopicMade('formatted'))
})

describe('a broker that was killed', () => {
  it('has one more', async () => {
    await broker.crash()
    await expectTopicMade('killed')
    await expectTaken('stopped')
  })
})

describe('a broker whose log begins behind a snapshot', () => {
  it('has one more', async () => {
    await broker.stop()
    await broker.restart(SHORT_SESSION, 'metadata.log.max.record.bytes.between.snapshots=100')
    await broker.settle()
    await broker.stop()
    leaveOnlySnapshot()
    await expectTopicMade('behind')
  })
})

describe('a broker whose log was left in the middle of a transaction', () => {
  it('has one more, and nothing of that', async () => {
    await broker.stop()
    await endInTransaction()
    await expectTopicMade('aborted')
    expect(await kafkaSays('--list')).not.toContain('never')
  })
})

describe('log.dirs that only we formatted', () => {
  it('have a topic', async () => {
    await broker.stop()
    for (const path of broker.logDirs) rmSync(path, { recursive: true })
    written.clear()
    await expectTopicMade('fresh', 'segment.bytes=1048576')
    expect(broker.logDirs.map(path => existsSync(join(path, 'fresh-0')))).toEqual([true, false])
    expect(broker.logDirs.map(path => existsSync(join(path, 'fresh-1')))).toEqual([false, true])
  })
})

describe('log.dirs that only we have written', () => {
  it('are at the first start of Kafka what they are at the second', async () => {
    await broker.stop()
    for (const path of broker.logDirs) rmSync(path, { recursive: true })
    written.clear()
    await changed('create', '--topic', 'quiet', '--partitions', '3')
    const anyFile = fileURLToPath(import.meta.url)
    await printed('produce', '-q', '-t', 'filled', '--log-dirs', broker.logDirs.join(','), anyFile)
    const [first, second] = [await changesOfStart('quiet'), await changesOfStart('quiet')]
    expect(first.filter(({ leader }) => leader === 1)).toHaveLength(4)
    expect(first.filter(({ leaderRecoveryState }) => leaderRecoveryState !== -1)).toEqual([])
    expect(second).toEqual(first)
  })
})

/** Those of our topics, from before a start until behind a clean shutdown. */
async function changesOfStart(topic: string) {
  const before = partitionChanges().length
  await broker.restart()
  await expectTaken(topic)
  await broker.stop()
  const order = ({ leader, partitionId, topicId }: PartitionChangeValue) =>
    `${leader} ${topicId} ${partitionId}`
  return partitionChanges()
    .slice(before)
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

function partitionChanges(): PartitionChangeValue[] {
  const folder = join(broker.logDirs[0]!, '__cluster_metadata-0')
  const segments = readdirSync(folder).filter(name => name.endsWith('.log'))
  const records = segments.sort().flatMap(name => metadataRecordsOf(join(folder, name)))
  const ours = records.flatMap(({ type, value }) =>
    type === 'TopicRecord' && !value.name.startsWith('__') ? [value.topicId] : [],
  )
  return records.flatMap(({ type, value }) =>
    type === 'PartitionChangeRecord' && ours.includes(value.topicId) ? [value] : [],
  )
}

/** Of three partitions; the broker is stopped, and runs afterwards. */
async function expectTopicMade(topic: string, ...configs: string[]): Promise<void> {
  const options = configs.flatMap(config => ['--config', config])
  await changed('create', '--topic', topic, '--partitions', '3', ...options)
  await broker.restart(SHORT_SESSION)
  await expectDescribedAlike()
  await expectTaken(topic)
}

async function changed(...args: string[]): Promise<void> {
  const { stderr, exitCode } = await topics(...args, '--execute')
  expect([exitCode, stderr]).toEqual([0, ''])
}

function topics(...args: string[]) {
  const dirs = ['--log-dirs', broker.logDirs.join(',')]
  return runInProcess(['topics', ...args, ...dirs])
}

function kafkaSays(...args: string[]): Promise<string> {
  return broker.tools.print(TOPIC_COMMAND, '--bootstrap-server', broker.bootstrap, ...args)
}

/** Our lines go on behind those of Kafka; it has its topics, and the configs of each, in an order of its own. */
async function expectDescribedAlike(): Promise<void> {
  await broker.settle()
  const ours = (await topics('describe')).stdout.replace(/\tLogDirs: .*$/gm, '')
  expect(sorted(ours)).toEqual(sorted(await kafkaSays('--describe')))
}

function sorted(description: string): string[] {
  const lines = description.replace(/\n$/, '').split('\n')
  return lines
    .map(line => line.replace(/(?<=Configs: ).*$/, list => list.split(',').sort().join(',')))
    .map(line => line.replace(OF_SERVER_PROPERTIES, ''))
    .sort()
}

/** Defaults of that broker, which no log.dir tells of. */
const OF_SERVER_PROPERTIES =
  /(?<=Configs: .*)(?:file\.delete\.delay\.ms=\d+,?|,?segment\.index\.bytes=1048576)/g

/** A Java client writes into every partition, and finds it there, as what it wrote before. */
async function expectTaken(topic: string): Promise<void> {
  const before = written.get(topic) ?? []
  const key = `run-${before.length}`
  const expected = [...before, ...[0, 1, 2].map(partition => `${partition} ${key}`)]
  const said = await broker.tools.print('RoundTrip', topic, key)
  expect(said.trimEnd().split('\n').sort()).toEqual(expected.sort())
  written.set(topic, expected)
}

const written = new Map<string, readonly string[]>()

/** As a controller leaves it that has deleted all segments. */
function leaveOnlySnapshot(): void {
  const folder = join(broker.logDirs[0]!, '__cluster_metadata-0')
  const names = readdirSync(folder)
  expect(names.filter(name => name.endsWith('.checkpoint')).length).toBeGreaterThan(0)
  for (const name of names) {
    if (/^\d{20}\.|^leader-epoch/.test(name)) rmSync(join(folder, name))
  }
}

/** As a controller leaves it that dies in the middle of one. */
async function endInTransaction(): Promise<void> {
  const { stdout } = await topics('create', '--topic', 'x', '--json')
  const { metadataLog, offset, leaderEpoch } = JSON.parse(stdout) as {
    readonly metadataLog: string
    readonly offset: number
    readonly leaderEpoch: number
  }
  const records = [
    newRecord('BeginTransactionRecord', { name: 'test' }),
    newRecord('TopicRecord', { name: 'never', topicId: 'G1oi93AvSCecB4WRlFyuCA' }),
  ]
  const options = { leaderEpoch: leaderEpoch - 1, timestamp: 0n, baseOffset: BigInt(offset) }
  const path = join(metadataLog, `${String(offset).padStart(20, '0')}.log`)
  const file = nodeDisk.create(path)
  file.write(metadataBatch(records, options), 0)
  file.close()
}
