/** Groups through requests: what is kept in `__consumer_offsets`, and found again. */
import { beforeEach, describe, expect, it } from 'vitest'
import { partitionOf } from '../../src/broker/groups.ts'
import { ERROR_CODES } from '../../src/protocol/error-codes.ts'
import { METADATA } from '../../src/protocol/messages/03-metadata.ts'
import { OFFSET_COMMIT } from '../../src/protocol/messages/08-offset-commit.ts'
import { OFFSET_FETCH } from '../../src/protocol/messages/09-offset-fetch.ts'
import { FIND_COORDINATOR } from '../../src/protocol/messages/10-find-coordinator.ts'
import { HEARTBEAT } from '../../src/protocol/messages/12-heartbeat.ts'
import { JOIN_GROUP } from '../../src/protocol/messages/11-join-group.ts'
import { LEAVE_GROUP } from '../../src/protocol/messages/13-leave-group.ts'
import { SYNC_GROUP } from '../../src/protocol/messages/14-sync-group.ts'
import { DESCRIBE_GROUPS } from '../../src/protocol/messages/15-describe-groups.ts'
import { LIST_GROUPS } from '../../src/protocol/messages/16-list-groups.ts'
import { DELETE_TOPICS } from '../../src/protocol/messages/20-delete-topics.ts'
import { DELETE_GROUPS } from '../../src/protocol/messages/42-delete-groups.ts'
import { OFFSET_DELETE } from '../../src/protocol/messages/47-offset-delete.ts'
import { startTestBroker, type TestBroker } from './test-broker.ts'

const FILE = { 'group.initial.rebalance.delay.ms': '0', 'offsets.topic.num.partitions': '3' }
const ZERO = 'AAAAAAAAAAAAAAAAAAAAAA'
let test: TestBroker

beforeEach(async () => {
  test = await startTestBroker({ file: FILE })
  await test.call(METADATA, { topics: [{ topicId: ZERO, name: 'orders' }] })
  await findCoordinator('g')
})

async function findCoordinator(group: string, version = 6) {
  const asked = version >= 4 ? { coordinatorKeys: [group] } : { key: group }
  return test.call(FIND_COORDINATOR, asked, version)
}

async function join(version = 9) {
  const protocols = [{ name: 'range', metadata: Buffer.from('m') }]
  const request = {
    groupId: 'g',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: version === 0 ? -1 : 10_000,
    protocolType: 'consumer',
    protocols,
  }
  const first = await test.call(JOIN_GROUP, request, version)
  if (version < 4) return first
  expect(first.errorCode).toBe(ERROR_CODES.MEMBER_ID_REQUIRED)
  const joining = test.call(JOIN_GROUP, { ...request, memberId: first.memberId }, version)
  test.broker.groups.tick()
  return joining
}

async function commit(offset: bigint, version = 9, name = 'orders', partitionIndex = 0) {
  const partition = {
    partitionIndex,
    committedOffset: offset,
    committedLeaderEpoch: -1,
    committedMetadata: 'note',
  }
  const topics = [{ name, topicId: ZERO, partitions: [partition] }]
  const answer = await test.call(OFFSET_COMMIT, { groupId: 'g', topics }, version)
  return answer.topics[0]!.partitions[0]!.errorCode
}

async function committed(broker = test, name = 'orders') {
  const topics = [{ name, topicId: ZERO, partitionIndexes: [0] }]
  const groups = [{ groupId: 'g', memberId: null, memberEpoch: -1, topics }]
  const answer = await broker.call(OFFSET_FETCH, { groups }, 9)
  return answer.groups[0]!.topics[0]!.partitions[0]!
}

it('every group has one partition, the same as with Kafka', () => {
  const groups = ['g', 'consumer-group', 'deleted-group', 'range-group', 'ä', '']
  const java = [3, 38, 49, 3, 28, 0]
  expect(groups.map(group => partitionOf(group, 50))).toEqual(java)
})

describe('a coordinator', () => {
  it.each([0, 1, 3, 4, 6])('is found in version %i', async version => {
    const answer = await findCoordinator('h', version)
    const found = version >= 4 ? answer.coordinators[0] : answer
    expect(found).toMatchObject({ errorCode: 0, nodeId: 1, host: '127.0.0.1', port: 9092 })
  })

  it('of transactions is not', async () => {
    const { coordinators } = await test.call(FIND_COORDINATOR, {
      keyType: 1,
      coordinatorKeys: ['tx'],
    })
    expect(coordinators[0]).toMatchObject({ errorCode: ERROR_CODES.INVALID_REQUEST, nodeId: -1 })
  })
})

describe('a member', () => {
  it.each([4, 6, 9])('joins, syncs, is heard of, and leaves, in version %i', async version => {
    const { memberId, generationId, leader, members } = await join(version)
    expect([generationId, leader, members.length]).toEqual([1, memberId, 1])
    const assignments = [{ memberId, assignment: Buffer.from('all') }]
    const member = { groupId: 'g', generationId, memberId }
    const synced = await test.call(SYNC_GROUP, { ...member, assignments }, Math.min(version, 5))
    expect(synced).toMatchObject({ errorCode: 0, assignment: Buffer.from('all') })
    expect(await test.call(HEARTBEAT, member)).toMatchObject({ errorCode: 0 })
    const described = await test.call(DESCRIBE_GROUPS, { groups: ['g'] })
    expect(described.groups[0]).toMatchObject({
      groupState: 'Stable',
      protocolData: 'range',
      members: [{ clientId: 'test', clientHost: '/127.0.0.1', memberMetadata: Buffer.from('m') }],
    })
    const leaving = [{ memberId, groupInstanceId: null, reason: null }]
    const left = await test.call(LEAVE_GROUP, { groupId: 'g', members: leaving })
    expect(left.members).toEqual([{ memberId, groupInstanceId: null, errorCode: 0 }])
    expect((await test.call(HEARTBEAT, member)).errorCode).toBe(ERROR_CODES.UNKNOWN_MEMBER_ID)
  })

  it('waits at a broker that ends no longer than that', async () => {
    const request = { groupId: 'g', sessionTimeoutMs: 10_000, protocolType: 'consumer' }
    const protocols = [{ name: 'range', metadata: Buffer.from('m') }]
    const joining = test.call(JOIN_GROUP, { ...request, protocols, rebalanceTimeoutMs: 1000 }, 3)
    await test.broker.close()
    expect((await joining).errorCode).toBe(ERROR_CODES.NOT_COORDINATOR)
  })
})

describe('offsets', () => {
  it.each([2, 5, 8, 9])('are committed in version %i', async version => {
    expect(await commit(7n, version)).toBe(0)
    expect(await committed()).toMatchObject({ committedOffset: 7n, metadata: 'note', errorCode: 0 })
  })

  it('are committed by the id of their topic, and refused of what is not there', async () => {
    const { topicId } = test.broker.controller.image.topics.byName('orders')!
    const partition = { partitionIndex: 0, committedOffset: 3n, committedLeaderEpoch: -1 }
    const partitions = [{ ...partition, committedMetadata: null }]
    const topics = [
      { name: '', topicId, partitions },
      { name: '', topicId: 'BBBBBBBBBBBBBBBBBBBBBB', partitions },
    ]
    const answer = await test.call(OFFSET_COMMIT, { groupId: 'g', topics }, 10)
    const codes = answer.topics.map(topic => topic.partitions[0]!.errorCode)
    expect(codes).toEqual([0, ERROR_CODES.UNKNOWN_TOPIC_ID])
    expect(await commit(1n, 9, 'other')).toBe(ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION)
    expect(await commit(1n, 9, 'orders', 1)).toBe(ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION)
  })

  it('that were not committed are −1, which is no error', async () => {
    expect(await committed()).toMatchObject({ committedOffset: -1n, metadata: '', errorCode: 0 })
  })

  it.each([1, 2, 5, 7])('are fetched in version %i', async version => {
    await commit(7n)
    const topics = [{ name: 'orders', partitionIndexes: [0, 1] }]
    const answer = await test.call(OFFSET_FETCH, { groupId: 'g', topics }, version)
    const offsets = answer.topics[0]!.partitions.map(({ committedOffset }) => committedOffset)
    expect(offsets).toEqual([7n, -1n])
    if (version < 2) return
    const all = await test.call(OFFSET_FETCH, { groupId: 'g', topics: null }, version)
    expect(all.topics.map(({ name }) => name)).toEqual(['orders'])
  })

  it('and groups are there again behind a start, from the log alone', async () => {
    await commit(7n)
    await join()
    await test.broker.close()
    const again = await startTestBroker({ disk: test.disk, file: FILE })
    for (const shard of again.broker.groups.shards) await shard.load()
    expect(await committed(again)).toMatchObject({ committedOffset: 7n, metadata: 'note' })
    const { groups } = await again.call(LIST_GROUPS, {})
    expect(groups).toEqual([
      { groupId: 'g', protocolType: '', groupState: 'Empty', groupType: 'classic' },
    ])
  })

  it('are there behind a crash, as far as the disk had them', async () => {
    test = await startTestBroker({ file: { ...FILE, 'log.flush.interval.messages': '1' } })
    await test.call(METADATA, { topics: [{ topicId: ZERO, name: 'orders' }] })
    await findCoordinator('g')
    await commit(7n)
    const again = await startTestBroker({ disk: test.disk.crash(), file: FILE })
    for (const shard of again.broker.groups.shards) await shard.load()
    expect(await committed(again)).toMatchObject({ committedOffset: 7n })
  })

  it('go with their topic', async () => {
    await commit(7n)
    await test.call(DELETE_TOPICS, { topics: [{ name: 'orders', topicId: ZERO }] })
    expect(await committed()).toMatchObject({ committedOffset: -1n })
  })

  it('are forgotten where that is asked for', async () => {
    await commit(7n)
    const partitions = [{ partitionIndex: 0 }, { partitionIndex: 9 }]
    const topics = [{ name: 'orders', partitions }]
    const answer = await test.call(OFFSET_DELETE, { groupId: 'g', topics })
    const codes = answer.topics[0]!.partitions.map(({ errorCode }) => errorCode)
    expect(codes).toEqual([0, ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION])
    expect(await committed()).toMatchObject({ committedOffset: -1n })
  })
})

describe('groups', () => {
  it('are listed by state and type', async () => {
    await commit(1n)
    const list = async (request: { statesFilter?: string[]; typesFilter?: string[] }) => {
      const { groups } = await test.call(LIST_GROUPS, request)
      return groups.map(({ groupId }) => groupId)
    }
    expect(await list({})).toEqual(['g'])
    expect(await list({ statesFilter: ['empty'] })).toEqual(['g'])
    expect(await list({ statesFilter: ['Stable'] })).toEqual([])
    expect(await list({ typesFilter: ['Classic'] })).toEqual(['g'])
    expect(await list({ typesFilter: ['consumer'] })).toEqual([])
  })

  it('are deleted, and not found then', async () => {
    await commit(1n)
    const remove = async () => {
      const { results } = await test.call(DELETE_GROUPS, { groupsNames: ['g'] })
      return results[0]!.errorCode
    }
    expect(await remove()).toBe(0)
    expect(await remove()).toBe(ERROR_CODES.GROUP_ID_NOT_FOUND)
    const { groups } = await test.call(DESCRIBE_GROUPS, { groups: ['g'] })
    expect(groups[0]).toMatchObject({
      errorCode: ERROR_CODES.GROUP_ID_NOT_FOUND,
      groupState: 'Dead',
    })
    const older = await test.call(DESCRIBE_GROUPS, { groups: ['g'] }, 5)
    expect(older.groups[0]).toMatchObject({ errorCode: 0, groupState: 'Dead' })
  })
})
