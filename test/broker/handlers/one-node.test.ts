/** What a broker of its own tells of itself, its topics and its log.dirs. */
import { beforeEach, describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../../src/protocol/error-codes.ts'
import { METADATA } from '../../../src/protocol/messages/03-metadata.ts'
import { API_VERSIONS } from '../../../src/protocol/messages/18-api-versions.ts'
import { CREATE_TOPICS } from '../../../src/protocol/messages/19-create-topics.ts'
import { DELETE_TOPICS } from '../../../src/protocol/messages/20-delete-topics.ts'
import { DELETE_RECORDS } from '../../../src/protocol/messages/21-delete-records.ts'
import { INIT_PRODUCER_ID } from '../../../src/protocol/messages/22-init-producer-id.ts'
import { OFFSET_FOR_LEADER_EPOCH } from '../../../src/protocol/messages/23-offset-for-leader-epoch.ts'
import { DESCRIBE_LOG_DIRS } from '../../../src/protocol/messages/35-describe-log-dirs.ts'
import { CREATE_PARTITIONS } from '../../../src/protocol/messages/37-create-partitions.ts'
import { ELECT_LEADERS } from '../../../src/protocol/messages/43-elect-leaders.ts'
import { ALTER_PARTITION_REASSIGNMENTS } from '../../../src/protocol/messages/45-alter-partition-reassignments.ts'
import { DESCRIBE_QUORUM } from '../../../src/protocol/messages/55-describe-quorum.ts'
import { DESCRIBE_CLUSTER } from '../../../src/protocol/messages/60-describe-cluster.ts'
import { DESCRIBE_PRODUCERS } from '../../../src/protocol/messages/61-describe-producers.ts'
import { DESCRIBE_TOPIC_PARTITIONS } from '../../../src/protocol/messages/75-describe-topic-partitions.ts'
import { newBatch } from '../../log/new-batch.ts'
import { ADVERTISED, LOG_DIRS, startTestBroker, type TestBroker } from '../test-broker.ts'

let test: TestBroker

beforeEach(async () => {
  test = await startTestBroker()
})

interface Asked {
  readonly numPartitions?: number
  readonly replicationFactor?: number
  readonly brokerIds?: readonly (readonly number[])[]
  readonly configs?: Readonly<Record<string, string | null>>
  readonly validateOnly?: boolean
}

async function createTopic(name: string, asked: Asked = {}) {
  const { brokerIds, configs = {}, validateOnly = false } = asked
  const byDefault = brokerIds === undefined ? 1 : -1
  const topic = {
    name,
    numPartitions: asked.numPartitions ?? byDefault,
    replicationFactor: asked.replicationFactor ?? -1,
    assignments: (brokerIds ?? []).map((ids, partitionIndex) => ({
      partitionIndex,
      brokerIds: ids,
    })),
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  }
  const { topics } = await test.call(CREATE_TOPICS, { topics: [topic], validateOnly })
  return topics[0]!
}

async function topicNames(): Promise<(string | null)[]> {
  const { topics } = await test.call(METADATA, { topics: null })
  return topics.map(({ name }) => name)
}

describe('ApiVersions', () => {
  it('tells of what is served, and offers Produce to those who look for its oldest versions', async () => {
    const { apiKeys } = await test.call(API_VERSIONS, SOFTWARE, 4)
    expect(apiKeys.find(({ apiKey }) => apiKey === 0)).toMatchObject({
      minVersion: 0,
      maxVersion: 13,
    })
    expect(apiKeys.find(({ apiKey }) => apiKey === 22)).toMatchObject({ maxVersion: 5 })
    const keys = apiKeys.map(({ apiKey }) => apiKey)
    expect(keys).toEqual([...keys].sort((a, b) => a - b))
  })

  it('refuses software whose name is none', async () => {
    const nameless = { ...SOFTWARE, clientSoftwareName: '-' }
    const { errorCode } = await test.call(API_VERSIONS, nameless, 3)
    expect(errorCode).toBe(ERROR_CODES.INVALID_REQUEST)
  })

  it('answers a version that is yet to come in the oldest form, with its own range', async () => {
    const request = Buffer.from('0012006300000007000000', 'hex')
    const response = await test.send(request)
    expect(response!.toString('hex')).toBe(
      '00000007' + '0023' + '00000001' + '0012' + '0000' + '0004',
    )
  })

  it.each([
    ['an API that there is none of', '7fff0000000000070000'],
    ['a version that is not served', '00000000000000070000'],
    ['a version that may change yet', '00160006000000070000'],
    ['hardly anything', '0012'],
  ])('is the only one: the connection ends behind %s', async (_, hex) => {
    await expect(test.send(Buffer.from(hex, 'hex'))).rejects.toThrow(/served|none/)
  })
})

const SOFTWARE = { clientSoftwareName: 'kbroker-test', clientSoftwareVersion: '1.0' }

describe('Metadata', () => {
  it.each([0, 1, 4, 8, 12, 13])(
    'tells of the broker and of all topics, in version %i',
    async version => {
      await createTopic('b', { numPartitions: 2 })
      await createTopic('a')
      const { brokers, topics } = await test.call(
        METADATA,
        { topics: version === 0 ? [] : null },
        version,
      )
      expect(brokers).toEqual([{ nodeId: 1, ...ADVERTISED, rack: null }])
      expect(topics.map(({ name, partitions }) => [name, partitions.length])).toEqual([
        ['a', 1],
        ['b', 2],
      ])
      expect(topics[0]!.partitions[0]).toMatchObject({ errorCode: 0, leaderId: 1, isrNodes: [1] })
    },
  )

  const named = (name: string) => [{ topicId: ZERO, name }]
  it('makes a topic that is asked for, where that is allowed', async () => {
    const forbidden = { topics: named('new'), allowAutoTopicCreation: false }
    const before = await test.call(METADATA, forbidden)
    expect(before.topics[0]!.errorCode).toBe(ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION)
    const { topics } = await test.call(METADATA, { topics: named('new') })
    expect(topics[0]).toMatchObject({ errorCode: 0, name: 'new' })
    expect(topics[0]!.partitions).toHaveLength(1)
    const odd = await test.call(METADATA, { topics: named('no/topic') })
    expect(odd.topics[0]!.errorCode).toBe(ERROR_CODES.INVALID_TOPIC_EXCEPTION)
  })

  it('finds a topic by its id', async () => {
    const { topicId } = await createTopic('orders')
    const byId = (id: string) => test.call(METADATA, { topics: [{ topicId: id, name: null }] })
    expect((await byId(topicId)).topics[0]).toMatchObject({ errorCode: 0, name: 'orders' })
    const { errorCode } = (await byId('BBBBBBBBBBBBBBBBBBBBBB')).topics[0]!
    expect(errorCode).toBe(ERROR_CODES.UNKNOWN_TOPIC_ID)
  })
})

const ZERO = 'AAAAAAAAAAAAAAAAAAAAAA'

describe('a topic', () => {
  const refusals: [string, Asked & { name?: string }, keyof typeof ERROR_CODES][] = [
    ['more replicas than brokers', { replicationFactor: 2 }, 'INVALID_REPLICATION_FACTOR'],
    ['no replica', { replicationFactor: 0 }, 'INVALID_REPLICATION_FACTOR'],
    ['no partition', { numPartitions: 0 }, 'INVALID_PARTITIONS'],
    ['an unknown config', { configs: { 'no.such': '1' } }, 'INVALID_CONFIG'],
    ['a config without a value', { configs: { 'retention.ms': null } }, 'INVALID_CONFIG'],
    ['a replica elsewhere', { brokerIds: [[7]] }, 'INVALID_REPLICA_ASSIGNMENT'],
    ['two replicas here', { brokerIds: [[1, 1]] }, 'INVALID_REPLICA_ASSIGNMENT'],
    ['a count and an assignment', { numPartitions: 1, brokerIds: [[1]] }, 'INVALID_REQUEST'],
    ['a name that is none', { name: 'a b' }, 'INVALID_TOPIC_EXCEPTION'],
  ]
  it.each(refusals)('is not made with %s', async (_, { name = 'orders', ...asked }, error) => {
    expect((await createTopic(name, asked)).errorCode).toBe(ERROR_CODES[error])
    expect(await topicNames()).toEqual([])
  })

  it('is made by an assignment, and not twice', async () => {
    const made = await createTopic('orders', { brokerIds: [[1], [1]] })
    expect(made).toMatchObject({ errorCode: 0, numPartitions: 2, replicationFactor: 1 })
    expect((await createTopic('orders')).errorCode).toBe(ERROR_CODES.TOPIC_ALREADY_EXISTS)
  })

  it('is not made where that is only tried', async () => {
    expect((await createTopic('orders', { validateOnly: true })).errorCode).toBe(0)
    expect(await topicNames()).toEqual([])
  })

  it('has its partitions in the log.dirs by turns, and its folders are gone with it', async () => {
    await createTopic('orders', { numPartitions: 4 })
    const folders = () => LOG_DIRS.map(dir => test.disk.list(dir).map(({ name }) => name))
    expect(folders()[0]).toEqual(expect.arrayContaining(['orders-0', 'orders-2']))
    expect(folders()[1]).toEqual(expect.arrayContaining(['orders-1', 'orders-3']))
    const topics = [{ name: 'orders', topicId: ZERO }]
    const { responses } = await test.call(DELETE_TOPICS, { topics })
    expect(responses[0]).toMatchObject({ errorCode: 0, name: 'orders' })
    expect(await topicNames()).toEqual([])
    expect(
      folders()
        .flat()
        .filter(name => /^orders-\d\.[0-9a-f]{32}-delete$/.test(name)),
    ).toHaveLength(4)
    for (const dir of test.broker.logDirs.dirs) dir.removeGivenUp(Infinity)
    expect(
      folders()
        .flat()
        .filter(name => name.startsWith('orders')),
    ).toEqual([])
  })

  it('that is made anew by the name of a deleted one begins empty', async () => {
    const { topicId } = await createTopic('orders')
    await test.broker.replicas.partition('orders', 0)!.append(newBatch(), 'client')
    await test.call(DELETE_TOPICS, { topics: [{ name: null, topicId }] })
    await createTopic('orders')
    expect(test.broker.replicas.partition('orders', 0)!.log.endOffset).toBe(0n)
  })

  it('that is deleted while its log is flushed takes no log.dir offline', async () => {
    await createTopic('orders')
    const partition = test.broker.replicas.partition('orders', 0)!
    const { log } = partition
    await partition.append(newBatch(), 'client')
    log.roll()
    await partition.append(newBatch(), 'client')
    const flushing = log.flush()
    test.broker.logDirs.giveUp(partition, 'f'.repeat(32))
    await expect(flushing).rejects.toThrow('no such file')
    expect(log.failure).toBeDefined()
    expect(test.broker.logDirs.failure).toBeUndefined()
  })

  it('is not deleted where there is none, or nobody may', async () => {
    const topics = [{ name: 'orders', topicId: ZERO }]
    const { responses } = await test.call(DELETE_TOPICS, { topics })
    expect(responses[0]!.errorCode).toBe(ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION)
    test = await startTestBroker({ file: { 'delete.topic.enable': 'false' } })
    await createTopic('orders')
    const forbidden = await test.call(DELETE_TOPICS, { topics })
    expect(forbidden.responses[0]!.errorCode).toBe(ERROR_CODES.TOPIC_DELETION_DISABLED)
  })

  it('gets more partitions, never fewer', async () => {
    await createTopic('orders', { numPartitions: 2 })
    const add = async (count: number, brokerIds: number[][] | null = null) => {
      const assignments = brokerIds?.map(ids => ({ brokerIds: ids })) ?? null
      const topics = [{ name: 'orders', count, assignments }]
      const { results } = await test.call(CREATE_PARTITIONS, { topics })
      return results[0]!.errorCode
    }
    expect(await add(2)).toBe(ERROR_CODES.INVALID_PARTITIONS)
    expect(await add(1)).toBe(ERROR_CODES.INVALID_PARTITIONS)
    expect(await add(4, [[1]])).toBe(ERROR_CODES.INVALID_REPLICA_ASSIGNMENT)
    expect(await add(3, [[2]])).toBe(ERROR_CODES.INVALID_REPLICA_ASSIGNMENT)
    expect(await add(4, [[1], [1]])).toBe(0)
    expect(test.broker.replicas.ofTopic('orders')).toHaveLength(4)
  })
})

describe('records', () => {
  const remove = async (topic: string, offset: bigint) => {
    const partitions = [{ partitionIndex: 0, offset }]
    const { topics } = await test.call(DELETE_RECORDS, { topics: [{ name: topic, partitions }] })
    return topics[0]!.partitions[0]!
  }

  it('are deleted up to an offset, or all', async () => {
    await createTopic('orders')
    await test.broker.replicas.partition('orders', 0)!.append(newBatch({ count: 5 }), 'client')
    expect(await remove('orders', 3n)).toMatchObject({ errorCode: 0, lowWatermark: 3n })
    const { OFFSET_OUT_OF_RANGE, POLICY_VIOLATION, UNKNOWN_TOPIC_OR_PARTITION } = ERROR_CODES
    expect(await remove('orders', 6n)).toMatchObject({ errorCode: OFFSET_OUT_OF_RANGE })
    expect(await remove('orders', -2n)).toMatchObject({ errorCode: OFFSET_OUT_OF_RANGE })
    expect(await remove('orders', -1n)).toMatchObject({ errorCode: 0, lowWatermark: 5n })
    expect(await remove('other', 0n)).toMatchObject({ errorCode: UNKNOWN_TOPIC_OR_PARTITION })
    await createTopic('keyed', { configs: { 'cleanup.policy': 'compact' } })
    expect(await remove('keyed', 0n)).toMatchObject({ errorCode: POLICY_VIOLATION })
  })

  it('tell where their leader epoch ends', async () => {
    await createTopic('orders')
    await test.broker.replicas.partition('orders', 0)!.append(newBatch({ count: 5 }), 'client')
    const ask = async (leaderEpoch: number) => {
      const partitions = [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch }]
      const topics = [{ topic: 'orders', partitions }]
      const answer = await test.call(OFFSET_FOR_LEADER_EPOCH, { replicaId: -1, topics })
      return answer.topics[0]!.partitions[0]!
    }
    expect(await ask(0)).toMatchObject({ errorCode: 0, leaderEpoch: 0, endOffset: 5n })
    expect(await ask(1)).toMatchObject({ errorCode: 0, leaderEpoch: -1, endOffset: -1n })
  })

  it('tell of their producers', async () => {
    await createTopic('orders')
    const { producerId } = await test.call(INIT_PRODUCER_ID, { transactionalId: null }, 5)
    const records = newBatch({ count: 3, producer: { id: producerId, epoch: 0, sequence: 0 } })
    await test.broker.replicas.partition('orders', 0)!.append(records, 'client')
    const topics = [{ name: 'orders', partitionIndexes: [0, 1] }]
    const answer = await test.call(DESCRIBE_PRODUCERS, { topics })
    const [known, unknown] = answer.topics[0]!.partitions
    expect(known!.activeProducers).toMatchObject([
      { producerId, producerEpoch: 0, lastSequence: 2 },
    ])
    expect(unknown!.errorCode).toBe(ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION)
  })
})

describe('producer ids', () => {
  it('are given once, also behind a start', async () => {
    const next = async (broker: TestBroker) =>
      (await broker.call(INIT_PRODUCER_ID, { transactionalId: null }, 5)).producerId
    const given = [await next(test), await next(test)]
    await test.broker.close()
    const again = await startTestBroker({ disk: test.disk })
    given.push(await next(again))
    expect(given).toEqual([0n, 1n, 1000n])
  })

  it('are for producers without transactions', async () => {
    const answer = await test.call(INIT_PRODUCER_ID, { transactionalId: 'tx' }, 5)
    expect(answer).toMatchObject({ errorCode: ERROR_CODES.INVALID_REQUEST, producerId: -1n })
  })
})

describe('the node', () => {
  it('is its own cluster, and leads its own metadata', async () => {
    const cluster = await test.call(DESCRIBE_CLUSTER, { endpointType: 1 })
    expect(cluster).toMatchObject({ errorCode: 0, controllerId: 1, brokers: [{ brokerId: 1 }] })
    const { errorCode } = await test.call(DESCRIBE_CLUSTER, { endpointType: 2 })
    expect(errorCode).toBe(ERROR_CODES.MISMATCHED_ENDPOINT_TYPE)
    const partitions = [{ partitionIndex: 0 }]
    const topics = [{ topicName: '__cluster_metadata', partitions }]
    const quorum = await test.call(DESCRIBE_QUORUM, { topics })
    const { leaderId, leaderEpoch, currentVoters } = quorum.topics[0]!.partitions[0]!
    expect([leaderId, leaderEpoch, currentVoters.length]).toEqual([1, 1, 1])
  })

  it('tells what lies in its log.dirs', async () => {
    await createTopic('orders', { numPartitions: 2 })
    const records = newBatch()
    const size = BigInt(records.length)
    await test.broker.replicas.partition('orders', 1)!.append(records, 'client')
    const { results } = await test.call(DESCRIBE_LOG_DIRS, { topics: null })
    const sizes = results.map(({ logDir, topics }) => [
      logDir,
      topics[0]!.partitions[0]!.partitionSize,
    ])
    expect(sizes).toEqual([
      [LOG_DIRS[0], 0n],
      [LOG_DIRS[1], size],
    ])
    const asked = [{ topic: 'orders', partitions: [0] }]
    const some = await test.call(DESCRIBE_LOG_DIRS, { topics: asked })
    expect(some.results.map(({ topics }) => topics.length)).toEqual([1, 0])
  })

  it('has nobody to elect, and nowhere to move replicas to', async () => {
    await createTopic('orders')
    const topicPartitions = [{ topic: 'orders', partitions: [0, 1] }]
    const elected = await test.call(ELECT_LEADERS, { topicPartitions })
    const codes = elected.replicaElectionResults[0]!.partitionResult.map(
      ({ errorCode }) => errorCode,
    )
    const { ELECTION_NOT_NEEDED, UNKNOWN_TOPIC_OR_PARTITION } = ERROR_CODES
    expect(codes).toEqual([ELECTION_NOT_NEEDED, UNKNOWN_TOPIC_OR_PARTITION])
    const move = async (replicas: number[] | null) => {
      const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, replicas }] }]
      const { responses } = await test.call(ALTER_PARTITION_REASSIGNMENTS, { topics })
      return responses[0]!.partitions[0]!.errorCode
    }
    expect(await move([1])).toBe(0)
    expect(await move([2])).toBe(ERROR_CODES.INVALID_REPLICA_ASSIGNMENT)
    expect(await move(null)).toBe(ERROR_CODES.NO_REASSIGNMENT_IN_PROGRESS)
  })
})

describe('topics are described', () => {
  it('so many partitions at once, and on from the cursor', async () => {
    for (const name of ['a', 'b', 'c']) await createTopic(name, { numPartitions: 2 })
    const seen: string[] = []
    let cursor = null
    do {
      const answer: Described = await test.call(DESCRIBE_TOPIC_PARTITIONS, {
        responsePartitionLimit: 3,
        cursor,
      })
      for (const { name, partitions } of answer.topics) {
        seen.push(...partitions.map(({ partitionIndex }) => `${name}-${partitionIndex}`))
      }
      cursor = answer.nextCursor
    } while (cursor !== null)
    expect(seen).toEqual(['a-0', 'a-1', 'b-0', 'b-1', 'c-0', 'c-1'])
    const unknown = await test.call(DESCRIBE_TOPIC_PARTITIONS, { topics: [{ name: 'd' }] })
    expect(unknown.topics[0]!.errorCode).toBe(ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION)
  })
})

type Described = Awaited<ReturnType<typeof test.call<typeof DESCRIBE_TOPIC_PARTITIONS>>>
