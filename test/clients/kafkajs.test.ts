/** kafkajs, which speaks old versions of the protocol, against `kbroker serve`. */
import { CompressionTypes, ConfigResourceTypes, type Consumer, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { KbrokerServer } from '../kafka/kbroker-server.ts'

let server: KbrokerServer
let kafka: Kafka
const consumers: Consumer[] = []

beforeAll(async () => {
  server = new KbrokerServer()
  await server.start('num.partitions=2')
  kafka = new Kafka({ brokers: [server.bootstrap], clientId: 'js', logLevel: logLevel.NOTHING })
})

afterAll(async () => {
  for (const consumer of consumers) await consumer.disconnect()
  server.close()
})

interface Read {
  readonly key: string | undefined
  readonly value: string | undefined
  readonly partition: number
  readonly offset: string
  readonly header: string | undefined
}

async function consumer(groupId: string, topic: string): Promise<Read[]> {
  const one = kafka.consumer({ groupId, sessionTimeout: 6000, heartbeatInterval: 300 })
  consumers.push(one)
  const read: Read[] = []
  await one.connect()
  await one.subscribe({ topic, fromBeginning: true })
  await one.run({
    autoCommitInterval: 100,
    eachMessage: ({ partition, message }) => {
      const { key, value, offset, headers } = message
      const header = headers?.['h']?.toString()
      read.push({ key: key?.toString(), value: value?.toString(), partition, offset, header })
      return Promise.resolve()
    },
  })
  return read
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20)
}

describe('kafkajs', () => {
  it('makes a topic, writes with keys and headers, compressed, and reads it as a group', async () => {
    const admin = kafka.admin()
    await admin.connect()
    expect(await admin.createTopics({ topics: [{ topic: 'js', numPartitions: 3 }] })).toBe(true)
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    const messages = Array.from({ length: 300 }, (_, n) => {
      return { key: `key-${n % 7}`, value: `value ${n}`, headers: { h: `${n}` } }
    })
    await producer.send({ topic: 'js', messages, compression: CompressionTypes.GZIP, acks: -1 })
    await producer.disconnect()
    const read = await consumer('js-group', 'js')
    await until(() => read.length === 300)
    expect(read.map(({ value }) => value).sort()).toEqual(messages.map(({ value }) => value).sort())
    expect(read.every(({ header, value }) => value === `value ${header}`)).toBe(true)
    const offsets = async () => {
      const [topic] = await admin.fetchOffsets({ groupId: 'js-group', topics: ['js'] })
      return topic!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
    }
    while ((await offsets()) < 300) await sleep(50)
    const { groups } = await admin.describeGroups(['js-group'])
    expect(groups[0]).toMatchObject({ state: 'Stable', protocolType: 'consumer' })
    await admin.disconnect()
  })

  it('shares partitions among two members, each record once', async () => {
    const one = await consumer('shared', 'js')
    const other = await consumer('shared', 'js')
    const producer = kafka.producer()
    await producer.connect()
    const admin = kafka.admin()
    await admin.connect()
    const members = async () => {
      const { groups } = await admin.describeGroups(['shared'])
      return groups[0]!.state === 'Stable' ? groups[0]!.members.length : 0
    }
    while ((await members()) < 2) await sleep(50)
    const [before, beforeOther] = [one.length, other.length]
    for (let partition = 0; partition < 3; partition++) {
      const messages = Array.from({ length: 20 }, (_, n) => ({ value: `later ${n}`, partition }))
      await producer.send({ topic: 'js', messages })
    }
    await until(() => one.length - before + other.length - beforeOther >= 60)
    const later = [...one, ...other].filter(({ value }) => value?.startsWith('later') === true)
    const places = later.map(({ partition, offset }) => `${partition}@${offset}`)
    expect(new Set(places).size).toBe(60)
    const partitionsOf = (read: readonly Read[], from: number) =>
      new Set(read.slice(from).map(({ partition }) => partition))
    const shared = [...partitionsOf(one, before)].filter(each =>
      partitionsOf(other, beforeOther).has(each),
    )
    expect(shared).toEqual([])
    await producer.disconnect()
    await admin.disconnect()
  })

  it('tells of topics, offsets, configs, and deletes', async () => {
    const admin = kafka.admin()
    await admin.connect()
    const [first] = await admin.fetchTopicOffsets('js')
    expect(Number(first!.high)).toBeGreaterThan(0)
    const configs = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: 'js', configNames: ['retention.ms'] }],
    })
    expect(configs.resources[0]!.configEntries[0]).toMatchObject({ configValue: '604800000' })
    await admin.createPartitions({ topicPartitions: [{ topic: 'js', count: 5 }] })
    const { topics } = await admin.fetchTopicMetadata({ topics: ['js'] })
    expect(topics[0]!.partitions).toHaveLength(5)
    await admin.deleteTopicRecords({ topic: 'js', partitions: [{ partition: 0, offset: '5' }] })
    const after = await admin.fetchTopicOffsets('js')
    expect(after.find(({ partition }) => partition === 0)!.low).toBe('5')
    for (const one of consumers.splice(0)) await one.disconnect()
    await admin.deleteGroups(['js-group', 'shared'])
    await admin.deleteTopics({ topics: ['js'] })
    expect(await admin.listTopics()).not.toContain('js')
    await admin.disconnect()
  })
})
