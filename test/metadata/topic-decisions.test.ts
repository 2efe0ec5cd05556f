import { describe, expect, it } from 'vitest'
import { activationRecords, bootstrapRecords } from '../../src/metadata/bootstrap-records.ts'
import { ClusterImage } from '../../src/metadata/cluster-image.ts'
import { createTopic, type NewTopic } from '../../src/metadata/create-topic.ts'
import { deleteTopic } from '../../src/metadata/delete-topic.ts'
import { metadataSerde, type MetadataRecord } from '../../src/metadata/metadata-records.ts'
import { newRecord } from '../../src/metadata/new-record.ts'
import { placePartitions } from '../../src/metadata/placement.ts'
import type { TopicDecision } from '../../src/metadata/topic-decision.ts'
import { fixturePath } from '../log/fixture.ts'
import { batchesOf, metadataRecordsOf, pairsOf } from './fixture-batches.ts'

const TOPIC = 'G1oi93AvSCecB4WRlFyuCA'
const DIRECTORY = 'UvPNZ5O9ZGtm1N2KgtJI_g'

describe('a beginning', () => {
  const folder = ['clean-4.3', 'a'] as const
  const bootstrap = metadataRecordsOf(fixturePath(...folder, 'bootstrap.checkpoint'))

  it('has the features that kafka-storage formats with', () => {
    expect(bootstrapRecords()).toEqual(bootstrap)
  })

  it('is what a controller of Kafka writes into an empty log', () => {
    const log = fixturePath(...folder, '__cluster_metadata-0', '00000000000000000000.log')
    const [first] = batchesOf(log).filter(batch => !batch.isControl)
    const records = activationRecords(new ClusterImage(), { bootstrap, minInsyncReplicas: 1 })
    const encoded = records.map(record => metadataSerde.encode(record))
    expect(encoded).toEqual(pairsOf(first!).map(({ value }) => value))
  })

  it('takes no transaction, and no ELR, where the features are of before them', () => {
    const old = [feature('metadata.version', 12)]
    const records = activationRecords(new ClusterImage(), { bootstrap: old, minInsyncReplicas: 1 })
    expect(records).toEqual(old)
  })

  it('aborts what a leader left open, and begins anew', () => {
    const open = imageOf(newRecord('BeginTransactionRecord', {}), ...bootstrap)
    const types = activationRecords(open, { bootstrap, minInsyncReplicas: 2 }).map(
      ({ type }) => type,
    )
    expect(types.slice(0, 3)).toEqual([
      'AbortTransactionRecord',
      'BeginTransactionRecord',
      'FeatureLevelRecord',
    ])
    expect(types.at(-1)).toBe('EndTransactionRecord')
  })

  it('of a log that has begun only ends what is open', () => {
    const begun = imageOf(...bootstrap)
    const activation = { bootstrap, minInsyncReplicas: 1 }
    expect(activationRecords(begun, activation)).toEqual([])
    begun.apply(newRecord('BeginTransactionRecord', {}))
    expect(activationRecords(begun, activation)).toEqual([
      newRecord('AbortTransactionRecord', { reason: 'Controller failover' }),
    ])
  })
})

describe('a new topic', () => {
  const configs = new Map([
    ['min.insync.replicas', '1'],
    ['retention.ms', '5'],
  ])

  it('has a record, then its configs, then its partitions', () => {
    const records = recordsOf(createTopic({ ...orders, configs }, stopped))
    expect(records.map(({ type }) => type)).toEqual([
      'TopicRecord',
      'ConfigRecord',
      'ConfigRecord',
      'ClearElrRecord',
      'PartitionRecord',
      'PartitionRecord',
    ])
    const image = imageOf(...bootstrapRecords(), ...records)
    expect(image.topics.byName('orders')?.topicId).toBe(TOPIC)
    expect(image.configs.of('topic', 'orders')).toEqual(configs)
  })

  it('is led by a broker that is at work, as Kafka writes it', () => {
    const log = metadataRecordsOf(
      fixturePath('transactions-4.3', 'log', '__cluster_metadata-0', '00000000000000000000.log'),
    )
    const at = log.findIndex(({ type }) => type === 'TopicRecord')
    const { name, topicId } = valueOf(log[at]!, 'TopicRecord')
    const written = log.slice(
      at,
      log.findIndex(({ type }, i) => i > at && isOther(type)),
    )
    const configs = new Map(
      written.flatMap(record =>
        record.type === 'ConfigRecord' ? [[record.value.name, record.value.value!]] : [],
      ),
    )
    const partitions = written.filter(({ type }) => type === 'PartitionRecord')
    const [directoryId = ''] = valueOf(partitions[0]!, 'PartitionRecord').directories
    const ours = createTopic(
      {
        name,
        topicId,
        configs,
        partitionCount: partitions.length,
        brokerId: 1,
        directoryOf: () => directoryId,
      },
      imageOf(...log.slice(0, at)),
    )
    expect(recordsOf(ours)).toEqual(written)
  })

  it.each([
    ['keeps ELR', 30, { leader: -1, isr: [], eligibleLeaderReplicas: [1], lastKnownElr: [1] }],
    ['keeps none', 22, { leader: -1, isr: [1], eligibleLeaderReplicas: null }],
  ])('waits for a broker that is stopped; where the cluster %s', (_, level, expected) => {
    const features = [
      feature('metadata.version', level),
      ...(level === 30 ? [feature('eligible.leader.replicas.version', 1)] : []),
    ]
    const records = recordsOf(createTopic(orders, imageOf(...features)))
    const partition = records.find(({ type }) => type === 'PartitionRecord')
    expect(partition?.value).toMatchObject({ replicas: [1], leaderEpoch: 0, ...expected })
  })

  it.each([
    [16, 0, []],
    [17, 1, [DIRECTORY]],
    [22, 1, [DIRECTORY]],
    [23, 2, [DIRECTORY]],
  ])('is in a version that metadata.version %d has: %d', (level, version, directories) => {
    const image = imageOf(feature('metadata.version', level))
    const records = recordsOf(createTopic(orders, image))
    expect(records.at(-1)).toMatchObject({ version, value: { directories } })
    for (const record of records) metadataSerde.encode(record)
  })

  it.each([
    [
      'INVALID_REQUEST',
      { name: '__cluster_metadata' },
      'Creation of internal topic __cluster_metadata is prohibited.',
    ],
    ['INVALID_TOPIC_EXCEPTION', { name: '' }, 'the empty string is not allowed'],
    ['INVALID_TOPIC_EXCEPTION', { name: '..' }, "'..' is not allowed"],
    ['INVALID_TOPIC_EXCEPTION', { name: 'a b' }, 'contains one or more characters other than'],
    ['INVALID_TOPIC_EXCEPTION', { name: 'ä' }, 'contains one or more characters other than'],
    [
      'INVALID_TOPIC_EXCEPTION',
      { name: 'x'.repeat(250) },
      'longer than the max allowed length 249',
    ],
    [
      'INVALID_TOPIC_EXCEPTION',
      { name: 'pay_ments' },
      "Topic 'pay_ments' collides with existing topic: pay.ments",
    ],
    ['TOPIC_ALREADY_EXISTS', { name: 'pay.ments' }, "Topic 'pay.ments' already exists."],
    ['INVALID_PARTITIONS', { partitionCount: 0 }, 'non-positive'],
    ['POLICY_VIOLATION', { partitionCount: 10_001 }, 'Excessively large'],
    ['INVALID_CONFIG', { configs: new Map([['x', 'y']]) }, 'Unknown topic config name: x'],
  ])('is refused as Kafka does: %s %j', (error, fields, message) => {
    const image = imageOf(newRecord('TopicRecord', { name: 'pay.ments', topicId: TOPIC }))
    const decision = createTopic({ ...orders, ...fields }, image)
    expect(decision).toMatchObject({ error })
    expect((decision as { message: string }).message).toContain(message)
  })

  it('may have a name of 249 characters, or one that nothing collides with', () => {
    for (const name of ['x'.repeat(249), 'pay-ments', 'payments', '__my.topic']) {
      const image = imageOf(newRecord('TopicRecord', { name: 'pay.ments', topicId: TOPIC }))
      expect(createTopic({ ...orders, name }, image).error).toBeUndefined()
    }
  })
})

describe('a topic that is deleted', () => {
  it('goes with one record', () => {
    const image = imageOf(newRecord('TopicRecord', { name: 'orders', topicId: TOPIC }))
    const records = recordsOf(deleteTopic('orders', image))
    expect(records).toEqual([newRecord('RemoveTopicRecord', { topicId: TOPIC })])
  })

  it('is not the log of the cluster', () => {
    const image = imageOf(newRecord('TopicRecord', { name: '__cluster_metadata', topicId: TOPIC }))
    expect(deleteTopic('__cluster_metadata', image).error).toBe('INVALID_REQUEST')
  })

  it('has to be there', () => {
    const decision = deleteTopic('orders', new ClusterImage())
    expect(decision.error).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })
})

describe('placement', () => {
  it('takes the log.dir with the fewest partitions, and of several the first', () => {
    const loads = [
      { directoryId: 'a', partitionCount: 2 },
      { directoryId: 'b', partitionCount: 0 },
      { directoryId: 'c', partitionCount: 1 },
    ]
    expect(placePartitions(6, loads).join('')).toBe('bbcabc')
    expect(placePartitions(2, [])).toEqual([])
  })
})

const orders: NewTopic = {
  name: 'orders',
  partitionCount: 2,
  configs: new Map(),
  topicId: TOPIC,
  brokerId: 1,
  directoryOf: () => DIRECTORY,
}

const stopped = imageOf(...bootstrapRecords())

function feature(name: string, featureLevel: number): MetadataRecord {
  return newRecord('FeatureLevelRecord', { name, featureLevel })
}

function imageOf(...records: readonly MetadataRecord[]): ClusterImage {
  const image = new ClusterImage()
  for (const record of records) image.apply(record)
  return image
}

function recordsOf(decision: TopicDecision): readonly MetadataRecord[] {
  if (decision.error !== undefined) throw new Error(decision.message)
  return decision.records
}

function isOther(type: MetadataRecord['type']): boolean {
  return type !== 'ConfigRecord' && type !== 'PartitionRecord' && type !== 'ClearElrRecord'
}

function valueOf<Type extends MetadataRecord['type']>(record: MetadataRecord, type: Type) {
  if (record.type !== type) throw new Error(`a ${type}`)
  return record.value as Extract<MetadataRecord, { type: Type }>['value']
}
