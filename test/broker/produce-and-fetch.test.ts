/** Records through requests: what is appended, what is refused, what comes back. */
import { beforeEach, describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../src/protocol/error-codes.ts'
import { FETCH } from '../../src/protocol/messages/01-fetch.ts'
import { PRODUCE } from '../../src/protocol/messages/00-produce.ts'
import { CREATE_TOPICS } from '../../src/protocol/messages/19-create-topics.ts'
import { LIST_OFFSETS } from '../../src/protocol/messages/02-list-offsets.ts'
import { newBatch } from '../log/new-batch.ts'
import { NOW_MS } from '../log/new-log.ts'
import { startTestBroker, type TestBroker } from './test-broker.ts'

let test: TestBroker

beforeEach(async () => {
  test = await startTestBroker()
})

async function createTopic(name: string, numPartitions = 1, configs: Record<string, string> = {}) {
  const topic = {
    name,
    numPartitions,
    replicationFactor: -1,
    assignments: [],
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  }
  const { topics } = await test.call(CREATE_TOPICS, { topics: [topic] })
  return topics[0]!
}

interface Sent {
  readonly topic: string
  readonly index?: number
  readonly records: Buffer | null
  readonly acks?: number
  readonly version?: number
}

async function produce({ topic, index = 0, records, acks = 1, version = 12 }: Sent) {
  const topicData = [{ name: topic, topicId: ZERO, partitionData: [{ index, records }] }]
  const { responses } = await test.call(PRODUCE, { acks, timeoutMs: 1000, topicData }, version)
  return responses[0]!.partitionResponses[0]!
}

const ZERO = 'AAAAAAAAAAAAAAAAAAAAAA'

interface Wanted {
  readonly topic: string
  readonly offset?: bigint
  readonly minBytes?: number
  readonly maxWaitMs?: number
  readonly partitionMaxBytes?: number
  readonly currentLeaderEpoch?: number
}

function fetch({ topic, offset = 0n, ...wanted }: Wanted) {
  const { minBytes = 1, maxWaitMs = 0, partitionMaxBytes = 1_048_576 } = wanted
  const partition = {
    partition: 0,
    currentLeaderEpoch: wanted.currentLeaderEpoch ?? -1,
    fetchOffset: offset,
    lastFetchedEpoch: -1,
    logStartOffset: -1n,
    partitionMaxBytes,
    replicaDirectoryId: ZERO,
    highWatermark: 9223372036854775807n,
  }
  const topics = [{ topic, topicId: ZERO, partitions: [partition] }]
  return test.call(FETCH, { maxWaitMs, minBytes, topics }, 12)
}

describe('a batch', () => {
  it('is given its offsets, and comes back as it is', async () => {
    await createTopic('orders')
    expect(await produce({ topic: 'orders', records: newBatch({ count: 3 }) })).toMatchObject({
      errorCode: 0,
      baseOffset: 0n,
      logStartOffset: 0n,
    })
    expect(await produce({ topic: 'orders', records: newBatch() })).toMatchObject({
      baseOffset: 3n,
    })
    const { responses } = await fetch({ topic: 'orders', offset: 3n })
    const partition = responses[0]!.partitions[0]!
    expect(partition).toMatchObject({ errorCode: 0, highWatermark: 4n, lastStableOffset: 4n })
    const records = partition.records as Buffer
    expect(records.readBigInt64BE(0)).toBe(3n)
    expect(records.subarray(21)).toEqual(newBatch().subarray(21))
  })

  it.each([3, 5, 8, 10, 12])('is taken and answered in version %i', async version => {
    await createTopic('orders')
    const answer = await produce({ topic: 'orders', records: newBatch(), version })
    expect(answer).toMatchObject({ errorCode: 0, baseOffset: 0n })
  })

  it('goes to a topic by its id since version 13', async () => {
    const { topicId } = await createTopic('orders')
    const sent = { name: '', topicId, partitionData: [{ index: 0, records: newBatch() }] }
    const { responses } = await test.call(PRODUCE, { acks: -1, topicData: [sent] })
    expect(responses[0]!.partitionResponses[0]).toMatchObject({ errorCode: 0, baseOffset: 0n })
    const unknown = { ...sent, topicId: 'BBBBBBBBBBBBBBBBBBBBBB' }
    const other = await test.call(PRODUCE, { acks: -1, topicData: [unknown] })
    const { errorCode } = other.responses[0]!.partitionResponses[0]!
    expect(errorCode).toBe(ERROR_CODES.UNKNOWN_TOPIC_ID)
  })

  it('that was sent before is answered with the offset it has', async () => {
    await createTopic('orders')
    const batch = () => newBatch({ producer: { id: 1n, epoch: 0, sequence: 0 } })
    await produce({ topic: 'orders', records: batch() })
    await produce({ topic: 'orders', records: newBatch() })
    const again = await produce({ topic: 'orders', records: batch() })
    expect(again).toMatchObject({ errorCode: 0, baseOffset: 0n })
    const { responses } = await fetch({ topic: 'orders' })
    expect(responses[0]!.partitions[0]!.highWatermark).toBe(2n)
  })
})

describe('it is refused', () => {
  it('where there is no such topic, or no such partition', async () => {
    await createTopic('orders')
    const { UNKNOWN_TOPIC_OR_PARTITION: errorCode } = ERROR_CODES
    expect(await produce({ topic: 'other', records: newBatch() })).toMatchObject({ errorCode })
    const beyond = await produce({ topic: 'orders', index: 1, records: newBatch() })
    expect(beyond).toMatchObject({ errorCode, baseOffset: -1n })
  })

  it('where it is no single batch of format v2', async () => {
    await createTopic('orders')
    const { INVALID_RECORD: errorCode } = ERROR_CODES
    const two = Buffer.concat([newBatch(), newBatch()])
    for (const records of [null, Buffer.alloc(0), Buffer.alloc(100), two]) {
      expect(await produce({ topic: 'orders', records })).toMatchObject({ errorCode })
    }
  })

  it('where a bit of it is wrong', async () => {
    await createTopic('orders')
    const records = newBatch()
    records[records.length - 1]! ^= 1
    const { CORRUPT_MESSAGE: errorCode } = ERROR_CODES
    expect(await produce({ topic: 'orders', records })).toMatchObject({ errorCode })
  })

  it('for acknowledgements that there are none of', async () => {
    await createTopic('orders')
    const { INVALID_REQUIRED_ACKS, NOT_ENOUGH_REPLICAS } = ERROR_CODES
    const odd = await produce({ topic: 'orders', records: newBatch(), acks: 2 })
    expect(odd.errorCode).toBe(INVALID_REQUIRED_ACKS)
    await createTopic('safe', 1, { 'min.insync.replicas': '2' })
    const all = await produce({ topic: 'safe', records: newBatch(), acks: -1 })
    expect(all.errorCode).toBe(NOT_ENOUGH_REPLICAS)
    const one = await produce({ topic: 'safe', records: newBatch(), acks: 1 })
    expect(one).toMatchObject({ errorCode: 0, baseOffset: 0n })
  })

  it('in topics that are the broker’s own', async () => {
    await createTopic('__consumer_offsets')
    const answer = await produce({ topic: '__consumer_offsets', records: newBatch() })
    expect(answer.errorCode).toBe(ERROR_CODES.INVALID_TOPIC_EXCEPTION)
  })

  it('record by record, where a key is missing in a compacted topic', async () => {
    await createTopic('keyed', 1, { 'cleanup.policy': 'compact' })
    const answer = await produce({ topic: 'keyed', records: newBatch({ count: 2 }) })
    expect(answer.errorCode).toBe(ERROR_CODES.INVALID_RECORD)
    expect(answer.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([0, 1])
  })
})

describe('a fetch', () => {
  it('waits for the bytes that it wants, and is woken by the append', async () => {
    await createTopic('orders')
    const waiting = fetch({ topic: 'orders', maxWaitMs: 60_000 })
    await produce({ topic: 'orders', records: newBatch() })
    const { responses } = await waiting
    expect(responses[0]!.partitions[0]).toMatchObject({ highWatermark: 1n })
  })

  it('is answered with nothing when its time is over', async () => {
    await createTopic('orders')
    const { responses } = await fetch({ topic: 'orders', maxWaitMs: 1 })
    expect(responses[0]!.partitions[0]!.records).toEqual(Buffer.alloc(0))
  })

  it('gets its first batch whole, however little it takes', async () => {
    await createTopic('orders')
    const batch = newBatch({ count: 100 })
    const { length } = batch
    await produce({ topic: 'orders', records: batch })
    const { responses } = await fetch({ topic: 'orders', offset: 50n, partitionMaxBytes: 1 })
    expect((responses[0]!.partitions[0]!.records as Buffer).length).toBe(length)
  })

  it('is refused beyond the end, and by a leader epoch that is over, or yet to come', async () => {
    await createTopic('orders')
    const codeOf = async (wanted: Partial<Wanted>) => {
      const { responses } = await fetch({ topic: 'orders', maxWaitMs: 60_000, ...wanted })
      return responses[0]!.partitions[0]!.errorCode
    }
    expect(await codeOf({ offset: 1n })).toBe(ERROR_CODES.OFFSET_OUT_OF_RANGE)
    expect(await codeOf({ currentLeaderEpoch: 1 })).toBe(ERROR_CODES.UNKNOWN_LEADER_EPOCH)
    const { broker } = test
    broker.replicas.partition('orders', 0)!.leaderEpoch = 5
    expect(await codeOf({ currentLeaderEpoch: 4 })).toBe(ERROR_CODES.FENCED_LEADER_EPOCH)
  })
})

describe('offsets are told', () => {
  const questions = [
    ['the end', -1n, 4n, -1n],
    ['the beginning', -2n, 0n, -1n],
    ['the latest record', -3n, 2n, BigInt(NOW_MS + 5)],
    ['a time', BigInt(NOW_MS + 1), 1n, BigInt(NOW_MS + 2)],
    ['a time that none has reached', BigInt(NOW_MS + 6), -1n, -1n],
  ] as const
  it.each(questions)('of %s', async (_, timestamp, offset, found) => {
    await createTopic('orders')
    const timestamps = [NOW_MS, NOW_MS + 2, NOW_MS + 5, NOW_MS + 5]
    await produce({ topic: 'orders', records: newBatch({ count: 4, timestamps }) })
    const asked = { partitionIndex: 0, currentLeaderEpoch: -1, timestamp }
    const topics = [{ name: 'orders', partitions: [asked] }]
    for (const version of [1, 4, 11]) {
      const answer = await test.call(LIST_OFFSETS, { replicaId: -1, topics }, version)
      const expected = { errorCode: 0, offset, timestamp: found }
      expect(answer.topics[0]!.partitions[0]).toMatchObject(expected)
    }
  })
})
