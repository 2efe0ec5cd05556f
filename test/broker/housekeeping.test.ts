/** What a broker does by itself: retention, cleaning, forgetting offsets. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Housekeeping } from '../../src/broker/housekeeping.ts'
import { CREATE_TOPICS } from '../../src/protocol/messages/19-create-topics.ts'
import { newBatch } from '../log/new-batch.ts'
import { DAY_MS, NOW_MS } from '../log/new-log.ts'
import { startTestBroker, type TestBroker } from './test-broker.ts'

let test: TestBroker
let nowMs: number
let housekeeping: Housekeeping

beforeEach(async () => {
  nowMs = NOW_MS
  test = await startTestBroker({ clock: { nowMs: () => nowMs } })
  const timers = { every: () => () => undefined }
  housekeeping = new Housekeeping(test.broker, { timers, secret: Buffer.alloc(16, 1) })
})

async function newLog(configs: Record<string, string>) {
  const topic = {
    name: 't',
    numPartitions: 1,
    replicationFactor: -1,
    assignments: [],
    configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
  }
  const { topics } = await test.call(CREATE_TOPICS, { topics: [topic] })
  expect(topics[0]!.errorMessage).toBeNull()
  return test.broker.replicas.partition('t', 0)!
}

describe('retention', () => {
  it('gives up what is too old, the active segment as well', async () => {
    const partition = await newLog({ 'retention.ms': String(DAY_MS), 'file.delete.delay.ms': '0' })
    await partition.append(newBatch({ count: 3 }), 'client')
    await housekeeping.expireLogs()
    expect(partition.log.logStartOffset).toBe(0n)
    nowMs += DAY_MS + 1
    await housekeeping.expireLogs()
    expect([partition.log.logStartOffset, partition.log.endOffset]).toEqual([3n, 3n])
    await partition.append(newBatch({ timestamps: [nowMs] }), 'client')
    expect(partition.log.endOffset).toBe(4n)
  })

  it('of a topic counts from when it is changed', async () => {
    const partition = await newLog({})
    await partition.append(newBatch(), 'client')
    const resource = { resourceType: 2, resourceName: 't', name: 'retention.ms', value: '10' }
    const { newRecord } = await import('../../src/metadata/new-record.ts')
    const records = [newRecord('ConfigRecord', resource)]
    await test.broker.controller.change(() => ({ records, answer: undefined }))
    nowMs += 1000
    await housekeeping.expireLogs()
    expect(partition.log.logStartOffset).toBe(1n)
  })
})

describe('a compacted log', () => {
  it('keeps the newest record of each key, once it is dirty enough', async () => {
    const partition = await newLog({
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.1',
    })
    for (const key of ['a', 'b', 'a', 'a']) await partition.append(newBatch({ key }), 'client')
    partition.log.roll()
    await partition.append(newBatch({ key: 'c' }), 'client')
    await housekeeping.cleanLogs()
    const { log } = partition
    const read = log.read(0n, { isolation: 'high-watermark', bytesMax: 10_000 })
    expect(read.baseOffset).toBe(1n)
    const dir = test.broker.logDirs.dirs.find(each => each.log(partition) === log)!
    expect(dir.cleanerOffset(partition)).toBe(4n)
    const { size } = log.segments[0]!
    await housekeeping.cleanLogs()
    expect(log.segments[0]!.size).toBe(size)
  })

  it('is left alone by a broker whose cleaner is off', async () => {
    test = await startTestBroker({ file: { 'log.cleaner.enable': 'false' } })
    const timers = { every: () => () => undefined }
    housekeeping = new Housekeeping(test.broker, { timers, secret: Buffer.alloc(16, 1) })
    const partition = await newLog({
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.1',
    })
    for (const key of ['a', 'a']) await partition.append(newBatch({ key }), 'client')
    partition.log.roll()
    const { size } = partition.log.segments[0]!
    await housekeeping.cleanLogs()
    expect(partition.log.segments[0]!.size).toBe(size)
  })
})

it('stops what is under way when the broker ends', async () => {
  const partition = await newLog({ 'retention.ms': '1' })
  await partition.append(newBatch(), 'client')
  nowMs += 1000
  const acts: (() => void)[] = []
  const timers = {
    every: (_: number, act: () => void) => {
      acts.push(act)
      return () => undefined
    },
  }
  housekeeping = new Housekeeping(test.broker, { timers, secret: Buffer.alloc(16, 1) })
  housekeeping.start()
  acts[0]!()
  await housekeeping.stop()
  await test.broker.close()
  expect(partition.log.logStartOffset).toBe(1n)
})
