/** `kbroker serve` and the clients of others: kcat and Kafka's own tools, unchanged. */
import { setTimeout as sleep } from 'node:timers/promises'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KafkaBroker } from '../kafka/kafka-broker.ts'
import { spawnJava } from '../kafka/java-process.ts'
import { KafkaTools } from '../kafka/kafka-tools.ts'
import { kbroker } from '../kafka/kbroker.ts'
import { KbrokerServer } from '../kafka/kbroker-server.ts'
import { kcat } from './kcat-process.ts'

const TOOLS = 'org.apache.kafka.tools'
const numbers = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => `${index + from}\n`).join('')

let server: KbrokerServer
let tools: KafkaTools

beforeAll(async () => {
  server = new KbrokerServer()
  await server.start('num.partitions=1')
  tools = new KafkaTools(server.bootstrap)
})

afterAll(() => {
  tools.close()
  server.close()
})

const at = () => ['--bootstrap-server', server.bootstrap]
const all = (topic: string, ...more: readonly string[]) =>
  kcat(['-b', server.bootstrap, '-C', '-t', topic, '-o', 'beginning', '-e', '-q', ...more])

describe('kcat', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'reads what it has written: %s',
    async codec => {
      const lines = numbers(20_000)
      await kcat(['-b', server.bootstrap, '-P', '-t', `kcat-${codec}`, '-z', codec], lines)
      expect(await all(`kcat-${codec}`)).toBe(lines)
    },
  )

  it('writes idempotently, and is told where records are by their time', async () => {
    const flags = ['-X', 'enable.idempotence=true', '-X', 'acks=all']
    await kcat(['-b', server.bootstrap, '-P', '-t', 'timed', ...flags], numbers(10))
    const lines = await all('timed', '-f', '%o %T\\n')
    const [offset, time] = lines.split('\n')[4]!.split(' ') as [string, string]
    const found = await kcat(['-b', server.bootstrap, '-Q', '-t', `timed:0:${time}`])
    const [, first] = /timed \[0\] offset (\d+)/.exec(found) ?? []
    expect(Number(first)).toBeLessThanOrEqual(Number(offset))
  })

  it('lists the broker and its topics', async () => {
    const listed = await kcat(['-b', server.bootstrap, '-L'])
    expect(listed).toContain(`broker 1 at ${server.bootstrap} (controller)`)
    expect(listed).toContain('topic "kcat-none" with 1 partitions')
  })

  it('reads as a group, and goes on where it was', async () => {
    const flags = ['-X', 'auto.offset.reset=earliest', '-X', 'session.timeout.ms=6000']
    const read = (count: number) =>
      kcat([
        '-b',
        server.bootstrap,
        '-G',
        'kcat-group',
        ...flags,
        '-c',
        String(count),
        '-q',
        'kcat-none',
      ])
    expect(await read(100)).toBe(numbers(100))
    expect(await read(50)).toBe(numbers(50, 101))
  })
})

describe('Kafka’s tools', () => {
  it('make topics, describe them, add partitions, and delete them', async () => {
    const topics = (...args: readonly string[]) =>
      tools.print(`${TOOLS}.TopicCommand`, ...at(), ...args)
    await topics(
      '--create',
      '--topic',
      'made',
      '--partitions',
      '2',
      '--config',
      'retention.ms=5000',
    )
    const described = await topics('--describe', '--topic', 'made')
    expect(described).toMatch(
      /PartitionCount: 2\tReplicationFactor: 1\tConfigs: .*retention\.ms=5000/,
    )
    await topics('--alter', '--topic', 'made', '--partitions', '4')
    expect(await topics('--describe', '--topic', 'made')).toContain('Partition: 3\tLeader: 1')
    await topics('--delete', '--topic', 'made')
    expect(await topics('--list')).not.toContain('made')
    await expect(
      topics('--create', '--topic', 'wide', '--replication-factor', '2'),
    ).rejects.toThrow(/replication factor/i)
  })

  it('change configs', async () => {
    const configs = (...args: readonly string[]) => {
      const which = ['--entity-type', 'topics', '--entity-name', 'kcat-none']
      return tools.print('kafka.admin.ConfigCommand', ...at(), ...which, ...args)
    }
    await configs('--alter', '--add-config', 'segment.ms=7777')
    expect(await configs('--describe')).toContain('segment.ms=7777')
    await configs('--alter', '--delete-config', 'segment.ms')
    expect(await configs('--describe')).not.toContain('segment.ms')
  })

  it('write and read at speed', async () => {
    const producer = ['--topic', 'perf', '--num-records', '20000', '--record-size', '500']
    const wrote = await tools.print(
      `${TOOLS}.ProducerPerformance`,
      ...producer,
      ...at(),
      '--throughput',
      '-1',
    )
    expect(wrote).toContain('20000 records sent')
    const consumer = [...at(), '--topic', 'perf', '--num-records', '20000', '--timeout', '30000']
    const read = await tools.print(`${TOOLS}.ConsumerPerformance`, ...consumer)
    expect(read).toMatch(/, 20000, /)
  })

  it('write and read, and verify it', async () => {
    const topic = ['--topic', 'verified', '--max-messages', '500']
    const wrote = await ownJvm(`${TOOLS}.VerifiableProducer`, ...at(), ...topic, '--acks', '-1')
    expect(wrote).toContain('"sent":500,"acked":500')
    const flags = ['--group-id', 'verifying', '--reset-policy', 'earliest']
    const read = await ownJvm(`${TOOLS}.VerifiableConsumer`, ...at(), ...topic, ...flags)
    expect(read).toContain(
      '"name":"offsets_committed","offsets":[{"topic":"verified","partition":0,"offset":500}]',
    )
  })

  it('read as a group, tell of it, reset and delete it', async () => {
    const flags = ['--topic', 'kcat-gzip', '--group', 'console', '--from-beginning']
    const read = await tools.print(
      `${TOOLS}.consumer.ConsoleConsumer`,
      ...at(),
      ...flags,
      '--max-messages',
      '20000',
    )
    expect(read).toBe(numbers(20_000))
    const groups = (...args: readonly string[]) =>
      tools.print(`${TOOLS}.consumer.group.ConsumerGroupCommand`, ...at(), ...args)
    expect(await groups('--describe', '--group', 'console')).toMatch(
      /kcat-gzip +0 +20000 +20000 +0/,
    )
    expect(await groups('--list')).toContain('console')
    const reset = ['--reset-offsets', '--to-offset', '5', '--execute', '--topic', 'kcat-gzip']
    await groups('--group', 'console', ...reset)
    expect(await groups('--describe', '--group', 'console')).toMatch(
      /kcat-gzip +0 +5 +20000 +19995/,
    )
    await groups('--delete', '--group', 'console')
    expect(await groups('--list')).not.toContain('console')
  })

  it('tell of offsets, log.dirs, the quorum and versions', async () => {
    const offsets = await tools.print(`${TOOLS}.GetOffsetShell`, ...at(), '--topic', 'kcat-lz4')
    expect(offsets).toContain('kcat-lz4:0:20000')
    const dirs = await tools.print(`${TOOLS}.LogDirsCommand`, ...at(), '--describe')
    for (const path of server.logDirs) expect(dirs).toContain(path)
    const quorum = await tools.print(
      `${TOOLS}.MetadataQuorumCommand`,
      ...at(),
      'describe',
      '--status',
    )
    expect(quorum).toMatch(/LeaderId: +1/)
    const versions = await tools.print(`${TOOLS}.BrokerApiVersionsCommand`, ...at())
    expect(versions).toContain('Fetch(1): 4 to 18')
  })

  it('write from a console', async () => {
    const java = spawnJvm(`${TOOLS}.ConsoleProducer`, ...at(), '--topic', 'typed')
    java.stdin!.end('one\ntwo\n')
    expect(await once(java, 'close')).toEqual([0, null])
    expect(await all('typed')).toBe('one\ntwo\n')
  })
})

/** Of tools that go on when their main has returned. */
function spawnJvm(main: string, ...args: readonly string[]) {
  return spawnJava({ main, args }, { stdio: ['pipe', 'pipe', 'inherit'] })
}

async function ownJvm(main: string, ...args: readonly string[]): Promise<string> {
  const java = spawnJvm(main, ...args)
  const stdout: Buffer[] = []
  java.stdout!.on('data', (chunk: Buffer) => stdout.push(chunk))
  const [exitCode] = (await once(java, 'close')) as [number | null]
  expect([main, exitCode]).toEqual([main, 0])
  return Buffer.concat(stdout).toString()
}

describe('a broker that is killed', () => {
  const KILLS = 50
  it(`${KILLS} times loses nothing that it has acknowledged, doubles nothing, and keeps the order`, async () => {
    const count = 160_000
    const flags = ['--topic', 'killed', '--num-records', String(count), '--payload-monotonic']
    const written = ownJvm(
      `${TOOLS}.ProducerPerformance`,
      ...at(),
      ...flags,
      '--throughput',
      '4000',
    )
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(700)
      await server.kill()
      await server.start()
    }
    expect(await written).toContain(`${count} records sent`)
    expect(await all('killed')).toBe(numbers(count, 0))
  })
})

it('ends cleanly, and leaves directories that are in order', async () => {
  expect(await server.stop()).toBe(0)
  const { exitCode, stdout } = await kbroker('verify', ...server.logDirs)
  expect([exitCode, stdout.toString()]).toEqual([0, expect.not.stringMatching(/^error/m)])
})

describe('directories go from kbroker to Apache Kafka and back', () => {
  let kafka: KafkaBroker
  let ours: KbrokerServer
  beforeAll(async () => {
    kafka = await KafkaBroker.formatted()
    ours = new KbrokerServer(kafka.logDirs)
  })
  afterAll(() => {
    ours.close()
    kafka.close()
  })
  const read = (bootstrap: string, topic: string) =>
    kcat(['-b', bootstrap, '-C', '-t', topic, '-o', 'beginning', '-e', '-q'])
  const readAs = (bootstrap: string, count: number) => {
    const flags = ['-X', 'auto.offset.reset=earliest', '-c', String(count), '-q']
    return kcat(['-b', bootstrap, '-G', 'travelling', ...flags, 'first'])
  }

  it('kbroker begins', async () => {
    await ours.start('num.partitions=1')
    await kcat(['-b', ours.bootstrap, '-P', '-t', 'first'], numbers(1000))
    const create = ['--create', '--topic', 'second', '--partitions', '4']
    const config = ['--config', 'retention.ms=86400000']
    const where = ['--bootstrap-server', ours.bootstrap]
    await kafka.tools.print(`${TOOLS}.TopicCommand`, ...where, ...create, ...config)
    await kcat(['-b', ours.bootstrap, '-P', '-t', 'second'], numbers(1000))
    expect(await readAs(ours.bootstrap, 300)).toBe(numbers(300))
    expect(await ours.stop()).toBe(0)
  })

  it('Kafka goes on, with topics, configs, records and groups', async () => {
    await kafka.restart()
    expect(kafka.log()).not.toMatch(/WARN|ERROR/)
    expect(await read(kafka.bootstrap, 'first')).toBe(numbers(1000))
    expect((await read(kafka.bootstrap, 'second')).split('\n').sort()).toEqual(
      numbers(1000).split('\n').sort(),
    )
    const where = ['--bootstrap-server', kafka.bootstrap]
    const described = await kafka.tools.print(
      `${TOOLS}.TopicCommand`,
      ...where,
      '--describe',
      '--topic',
      'second',
    )
    expect(described).toContain('retention.ms=86400000')
    expect(await readAs(kafka.bootstrap, 300)).toBe(numbers(300, 301))
    await kcat(['-b', kafka.bootstrap, '-P', '-t', 'first'], numbers(500, 1001))
    await kafka.stop()
  })

  it('and kbroker opens them again', async () => {
    await ours.start()
    expect(await read(ours.bootstrap, 'first')).toBe(numbers(1500))
    expect(await readAs(ours.bootstrap, 300)).toBe(numbers(300, 601))
    expect(await ours.stop()).toBe(0)
    const { exitCode, stdout } = await kbroker('verify', ...kafka.logDirs)
    expect([exitCode, stdout.toString()]).toEqual([0, expect.not.stringMatching(/^error/m)])
  })
})
