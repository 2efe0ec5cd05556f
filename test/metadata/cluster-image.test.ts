import { describe, expect, it } from 'vitest'
import { ClusterImage } from '../../src/metadata/cluster-image.ts'
import { MIGRATING_DIRECTORY } from '../../src/metadata/directory-id.ts'
import type { MetadataRecord } from '../../src/metadata/metadata-records.ts'
import { newRecord } from '../../src/metadata/new-record.ts'
import { fixturePath } from '../log/fixture.ts'
import { metadataRecordsOf } from './fixture-batches.ts'

const TOPIC = 'G1oi93AvSCecB4WRlFyuCA'
const OTHER = 'crxqJeXWTqeRsZWvpS81Ow'
const DIRECTORY = 'UvPNZ5O9ZGtm1N2KgtJI_g'

const topic = newRecord('TopicRecord', { name: 'orders', topicId: TOPIC })
const partition = newRecord(
  'PartitionRecord',
  {
    partitionId: 0,
    topicId: TOPIC,
    replicas: [1],
    isr: [1],
    leader: 1,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: [DIRECTORY],
  },
  2,
)

describe('an image of a cluster', () => {
  it('is that of the log of a real Kafka that was shut down', () => {
    const image = imageOf(
      ...metadataRecordsOf(
        fixturePath('clean-4.3', 'a', '__cluster_metadata-0', '00000000000000000000.log'),
      ),
    )
    expect(image.topics.all().map(({ name }) => name)).toEqual([
      'a.b_c-1',
      'append-time',
      'big',
      'empty',
      'orders',
      'records-gzip',
      'records-lz4',
      'records-none',
      'records-snappy',
      'records-zstd',
    ])
    expect([...image.topics.byName('orders')!.partitions.values()]).toHaveLength(3)
    expect(image.topics.byName('orders')?.partitions.get(1)).toEqual({
      partitionId: 1,
      replicas: [1],
      directories: [DIRECTORY],
      isr: [],
      removingReplicas: [],
      addingReplicas: [],
      leader: -1,
      leaderRecoveryState: 'recovered',
      leaderEpoch: 1,
      partitionEpoch: expect.any(Number) as number,
      eligibleLeaderReplicas: [1],
      lastKnownElr: [1],
    })
    expect(image.configs.of('topic', 'orders').get('internal.segment.bytes')).toBe('2048')
    expect(image.configs.of('broker', '')).toEqual(new Map([['min.insync.replicas', '1']]))
    expect(image.metadataVersion).toBe(30)
    expect(image.featureLevel('transaction.version')).toBe(2)
    expect(image.hasEligibleLeaderReplicas).toBe(true)
    expect(image.brokers.byId(1)).toMatchObject({ brokerId: 1, isFenced: true })
    expect(image.brokers.byId(1)?.logDirs).toHaveLength(2)
    expect(image.brokers.isActive(1)).toBe(false)
    expect(image.hasOpenTransaction).toBe(false)
  })

  it.each(['00000000000000000055-0000000001', '00000000000000000099-0000000001'])(
    'is the same by a snapshot of Kafka as by the records before it: %s',
    name => {
      const folder = ['internal-4.3', 'log', '__cluster_metadata-0']
      const log = fixturePath(...folder, '00000000000000000000.log')
      const bySnapshot = imageOf(...metadataRecordsOf(fixturePath(...folder, `${name}.checkpoint`)))
      const byLog = imageOf(...metadataRecordsOf(log, BigInt(name.slice(0, 20))))
      expect(bySnapshot.topics.all()).toEqual(byLog.topics.all())
      expect(bySnapshot.brokers.all()).toEqual(byLog.brokers.all())
      expect(bySnapshot.features).toEqual(byLog.features)
      for (const { name: each } of byLog.topics.all()) {
        expect(bySnapshot.configs.of('topic', each)).toEqual(byLog.configs.of('topic', each))
      }
    },
  )

  it('has records of a transaction once that has ended', () => {
    const image = imageOf(newRecord('BeginTransactionRecord', {}), topic)
    expect(image.topics.byName('orders')).toBeUndefined()
    expect(image.hasOpenTransaction).toBe(true)
    image.apply(newRecord('EndTransactionRecord', {}))
    expect(image.topics.byName('orders')?.topicId).toBe(TOPIC)
    expect(image.hasOpenTransaction).toBe(false)
  })

  it('never has those of a transaction that was aborted', () => {
    const abort = newRecord('AbortTransactionRecord', { reason: 'Controller failover' })
    const image = imageOf(newRecord('BeginTransactionRecord', {}), topic, abort)
    expect(image.topics.all()).toEqual([])
    expect(image.hasOpenTransaction).toBe(false)
    image.apply(topic)
    expect(image.topics.byId(TOPIC)?.name).toBe('orders')
  })

  it('forgets a topic with its configs, and knows one of that name made afterwards', () => {
    const image = imageOf(topic, config('retention.ms', '1'), partition)
    image.apply(newRecord('RemoveTopicRecord', { topicId: TOPIC }))
    expect(image.topics.all()).toEqual([])
    expect(image.configs.of('topic', 'orders').size).toBe(0)
    image.apply(newRecord('TopicRecord', { name: 'orders', topicId: OTHER }))
    image.apply(newRecord('RemoveTopicRecord', { topicId: TOPIC }))
    expect(image.topics.byName('orders')).toEqual({
      name: 'orders',
      topicId: OTHER,
      partitions: new Map(),
    })
  })

  it('forgets a config without a value, and a feature of level 0', () => {
    const feature = (featureLevel: number) =>
      newRecord('FeatureLevelRecord', { name: 'group.version', featureLevel })
    const image = imageOf(config('retention.ms', '1'), config('retention.ms', null))
    expect(image.configs.of('topic', 'orders')).toEqual(new Map())
    for (const level of [1, 0]) image.apply(feature(level))
    expect(image.features).toEqual(new Map())
  })

  it.each([
    ['leader', { leader: -1, isr: [] }, { leader: -1, isr: [], leaderEpoch: 1 }],
    ['the same leader', { leader: 1 }, { leader: 1, leaderEpoch: 1 }],
    ['directories', { directories: [OTHER] }, { directories: [OTHER], leaderEpoch: 0 }],
    ['ELR', { eligibleLeaderReplicas: [1] }, { eligibleLeaderReplicas: [1], lastKnownElr: [] }],
    ['recovery', { leaderRecoveryState: 1 }, { leaderRecoveryState: 'recovering' }],
    ['replicas', { replicas: [1, 2] }, { replicas: [1, 2], leader: 1 }],
  ])('takes over a change of a partition: %s', (_, change, expected) => {
    const named = { partitionId: 0, topicId: TOPIC, ...change }
    const image = imageOf(topic, partition, newRecord('PartitionChangeRecord', named, 2))
    const changed = image.topics.byId(TOPIC)?.partitions.get(0)
    expect(changed).toMatchObject({ partitionEpoch: 1, ...expected })
  })

  it('takes a partition of before log.dirs were assigned for one to be assigned', () => {
    const old = newRecord('PartitionRecord', { partitionId: 0, topicId: TOPIC, replicas: [1, 2] })
    const image = imageOf(topic, old)
    const { directories } = image.topics.byId(TOPIC)!.partitions.get(0)!
    expect(directories).toEqual([MIGRATING_DIRECTORY, MIGRATING_DIRECTORY])
  })

  it.each([
    ['of that topic', 'orders', []],
    ['of all topics', '', []],
    ['not of others', 'payments', [1]],
  ])('clears eligible leaders %s', (_, topicName, left) => {
    const eligible = { partitionId: 0, topicId: TOPIC, eligibleLeaderReplicas: [1] }
    const image = imageOf(topic, partition, newRecord('PartitionChangeRecord', eligible, 2))
    image.apply(newRecord('ClearElrRecord', { topicName }))
    const { eligibleLeaderReplicas } = image.topics.byId(TOPIC)!.partitions.get(0)!
    expect(eligibleLeaderReplicas).toEqual(left)
  })

  it('follows a broker from its registration on', () => {
    const register = newRecord('RegisterBrokerRecord', { brokerId: 4, logDirs: [DIRECTORY] }, 4)
    const change = (fields: { fenced?: number; inControlledShutdown?: number }) =>
      newRecord('BrokerRegistrationChangeRecord', { brokerId: 4, ...fields }, 3)
    const image = imageOf(register)
    const states = [change({ fenced: -1 }), change({ inControlledShutdown: 1 })].map(record => {
      const before = image.brokers.isActive(4)
      image.apply(record)
      return [before, image.brokers.isActive(4)]
    })
    expect(states).toEqual([
      [false, true],
      [true, false],
    ])
    image.apply(newRecord('UnregisterBrokerRecord', { brokerId: 4 }))
    expect(image.brokers.all()).toEqual([])
  })

  it('passes over what names things that are not there', () => {
    const named = { partitionId: 0, topicId: TOPIC }
    const image = imageOf(
      partition,
      newRecord('PartitionChangeRecord', { ...named, leader: 2 }, 2),
      newRecord('RemoveTopicRecord', { topicId: TOPIC }),
      newRecord('ClearElrRecord', { topicName: 'orders' }),
      newRecord('BrokerRegistrationChangeRecord', { brokerId: 9, fenced: 1 }, 3),
      newRecord('FenceBrokerRecord', { id: 9 }),
      newRecord('NoOpRecord', {}),
    )
    expect(image.topics.all()).toEqual([])
    expect(image.brokers.all()).toEqual([])
  })
})

function config(name: string, value: string | null): MetadataRecord {
  return newRecord('ConfigRecord', { resourceType: 2, resourceName: 'orders', name, value })
}

function imageOf(...records: readonly MetadataRecord[]): ClusterImage {
  const image = new ClusterImage()
  for (const record of records) image.apply(record)
  return image
}
