import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import type { LockHolder } from '../../../src/disk/file-lock.ts'
import { readStoppedNode } from '../../../src/inspect/topics/stopped-node.ts'
import { formattedLogDir } from '../../../src/log-dirs/formatted-log-dir.ts'
import { quorumStateBytes } from '../../../src/log-dirs/quorum-state.ts'
import { activationRecords, bootstrapRecords } from '../../../src/metadata/bootstrap-records.ts'
import { ClusterImage } from '../../../src/metadata/cluster-image.ts'
import {
  leaderChangeBatch,
  metadataBatch,
  snapshotBatches,
} from '../../../src/metadata/metadata-batches.ts'
import {
  LOST_DIRECTORY,
  MIGRATING_DIRECTORY,
  UNASSIGNED_DIRECTORY,
} from '../../../src/metadata/directory-id.ts'
import { BatchBuilder } from '../../../src/record/batch-builder.ts'
import type { MetadataRecord } from '../../../src/metadata/metadata-records.ts'
import { newRecord } from '../../../src/metadata/new-record.ts'

const CLUSTER = 'Zml4dHVyZXMta2Jyb2tlcg'
const IDS = ['UvPNZ5O9ZGtm1N2KgtJI_g', 'JjJ538oGZlKxjF3PUg8BRQ'] as const
const NEW_ID = 'kq3TVVQ1TMW9z0oOAQVNtQ'
const FOLDER = '/a/__cluster_metadata-0'
const LOG = `${FOLDER}/00000000000000000000.log`
const TOPIC = 'G1oi93AvSCecB4WRlFyuCA'

/** Of no process. */
const NOBODY = 2 ** 30

describe('a node that is stopped', () => {
  it('may be changed', () => {
    const node = read(startedNode())
    expect(node.problems).toEqual([])
    expect(node).toMatchObject({
      identity: { clusterId: CLUSTER, nodeId: 1 },
      activation: [],
      metadataFolder: FOLDER,
      logEndOffset: 10n,
      quorum: { lastEpoch: 4, isDynamic: false },
    })
  })

  it('has the epoch that it voted in, where that is above those of its log', () => {
    const disk = startedNode()
    const voted = { leaderId: 1, leaderEpoch: 9, voters: [1], isDynamic: false }
    disk.put(`${FOLDER}/quorum-state`, quorumStateBytes(voted))
    expect(read(disk).quorum.lastEpoch).toBe(9)
  })

  it('goes on behind a snapshot that its log does not reach', () => {
    const disk = formattedNode()
    const topic = newRecord('TopicRecord', { name: 'orders', topicId: TOPIC })
    const records = [...bootstrapRecords(), topic]
    const bytes = Buffer.concat(snapshotBatches(records, { leaderEpoch: 5, timestamp: 0n }))
    disk.put(`${FOLDER}/00000000000000000200-0000000005.checkpoint`, bytes)
    const node = read(disk)
    expect(node.problems).toEqual([])
    expect(node).toMatchObject({ logEndOffset: 200n, quorum: { lastEpoch: 5 }, activation: [] })
    expect(node.image.topics.byName('orders')?.topicId).toBe(TOPIC)
  })

  it('begins with its bootstrap.checkpoint where it was never started', () => {
    const disk = new MemoryDisk()
    for (const { name, bytes } of formatted(0)) {
      if (name === 'meta.properties') disk.put(`/a/${name}`, bytes)
    }
    const older = [newRecord('FeatureLevelRecord', { name: 'metadata.version', featureLevel: 20 })]
    const checkpoint = snapshotBatches(older, { leaderEpoch: 0, timestamp: 0n })
    disk.put('/a/bootstrap.checkpoint', Buffer.concat(checkpoint))
    const node = read(disk, ['/a'])
    expect(node.problems).toEqual([])
    expect(node.image.metadataVersion).toBe(20)
    expect(node.activation.map(({ type }) => type)).toEqual([
      'BeginTransactionRecord',
      'FeatureLevelRecord',
      'EndTransactionRecord',
    ])
    expect(node).toMatchObject({ logEndOffset: 0n, quorum: { lastEpoch: 0 } })
  })
})

describe('a node is not changed', () => {
  const other = (brokerId: number) => newRecord('RegisterBrokerRecord', { brokerId }, 4)
  const level = (featureLevel: number) =>
    newRecord('FeatureLevelRecord', { name: 'metadata.version', featureLevel })

  it.each<[string, (disk: MemoryDisk) => void, string]>([
    [
      'that is one of several voters',
      disk => putLog(disk, { voters: [1, 2, 3] }),
      'node 1 is not the only voter of its cluster (1, 2, 3): start Kafka',
    ],
    [
      'that another one votes for',
      disk => putLog(disk, { voters: [2] }),
      'node 1 is not the only voter of its cluster (2)',
    ],
    [
      'in a cluster of other brokers',
      disk => putLog(disk, { more: [other(1), other(2), other(5)] }),
      'the cluster has other brokers (2, 5) than node 1',
    ],
    [
      'whose metadata is of a later Kafka',
      disk => putLog(disk, { more: [level(31)] }),
      'metadata.version is 31; from 7 to 30 are known',
    ],
    [
      'whose metadata Kafka 4 does not start on',
      disk => putLog(disk, { more: [level(4)] }),
      'metadata.version is 4',
    ],
    [
      'with records that are not known',
      disk => putLog(disk, { tail: unknownRecord() }),
      'the metadata log has records of a later Kafka (1): start Kafka',
    ],
    [
      'whose log is damaged',
      disk => {
        const bytes = disk.readWhole(LOG)
        bytes[bytes.length >> 1]! ^= 1
        disk.put(LOG, bytes)
        disk.put(`${FOLDER}/00000000000000000010.log`, bytes)
      },
      'its checksum does not hold',
    ],
    [
      'whose log.dirs are of different nodes',
      disk => putFormatted(disk, '/b', 1, 2),
      `/a and /b are of different nodes: node 1 of cluster ${CLUSTER}, node 2 of cluster`,
    ],
    [
      'of which a log.dir is a copy of another',
      disk => putFormatted(disk, '/b', 0, 1),
      `/a and /b have one directory.id, ${IDS[0]}`,
    ],
    [
      'of which a log.dir was not formatted',
      disk => disk.remove('/b/meta.properties'),
      '/b has no meta.properties, but is not empty',
    ],
    [
      'whose meta.properties is damaged',
      disk => disk.put('/b/meta.properties', Buffer.from('version=1\ncluster.id=x\n')),
      '/b: meta.properties is damaged',
    ],
    [
      'whose metadata log is there twice',
      disk => disk.put('/b/__cluster_metadata-0/00000000000000000000.log', disk.readWhole(LOG)),
      'the metadata log is in several places, ',
    ],
    [
      'whose quorum-state is damaged',
      disk => disk.put(`${FOLDER}/quorum-state`, Buffer.from('{')),
      `${FOLDER}/quorum-state: malformed quorum-state`,
    ],
  ])('%s', (_, change, problem) => {
    const disk = startedNode()
    change(disk)
    expect(read(disk).problems.join('\n')).toContain(problem)
  })

  it.each<[LockHolder | undefined | 'unknown', string[]]>([
    [undefined, []],
    [
      { pid: NOBODY },
      [
        `/b is held by process ${NOBODY}: a broker that runs on this directory, most likely; stop it first`,
      ],
    ],
    [
      { pid: undefined },
      [
        '/b is held by another process: a broker that runs on this directory, most likely; stop it first',
      ],
    ],
    ['unknown', ["whether a broker holds /b can't be told: if none does, remove /b/.lock"]],
  ])('that a broker holds: %j', (holder, problems) => {
    const disk = startedNode()
    disk.put('/b/.lock', Buffer.alloc(0))
    const asked: string[] = []
    const askLock = (path: string) => {
      asked.push(path)
      return holder
    }
    expect(read(disk, ['/a', '/b'], askLock).problems).toEqual(problems)
    expect(asked).toEqual(['/b/.lock'])
  })

  it('whose log.dirs have partitions, but no metadata log', () => {
    const disk = formattedNode()
    disk.put('/b/orders-0/00000000000000000000.log', Buffer.alloc(0))
    expect(read(disk).problems[0]).toMatch(/^\/b has partitions, but __cluster_metadata-0 is not/)
  })
})

describe('a node of which a log.dir is missing', () => {
  const assigned = (partitionId: number, directory: string) => {
    const value = { topicId: TOPIC, partitionId, replicas: [1], directories: [directory] }
    return newRecord('PartitionRecord', value, 1)
  }
  const more = [
    newRecord('TopicRecord', { name: 'orders', topicId: TOPIC }),
    assigned(0, IDS[0]),
    assigned(1, IDS[1]),
    assigned(2, IDS[1]),
  ]
  const problem =
    `orders-1 lies in the log.dir with the id ${IDS[1]}, ` +
    'which is none of these: give all log.dirs of the node; where that one is lost, an ' +
    'empty directory in its place'
  const node = (records: readonly MetadataRecord[]) => {
    const disk = formattedNode()
    putLog(disk, { more: records })
    return disk
  }

  it('is not changed', () => {
    expect(read(node(more)).problems).toEqual([])
    expect(read(node(more), ['/a']).problems).toEqual([problem])
  })

  it.each([MIGRATING_DIRECTORY, UNASSIGNED_DIRECTORY, LOST_DIRECTORY])(
    'is changed where its partitions lie in none: %s',
    id => {
      const records = [...more.slice(0, 2), assigned(1, id)]
      expect(read(node(records), ['/a']).problems).toEqual([])
    },
  )

  it('is changed where a new one is in its place, formatted or not', () => {
    const disk = node(more)
    expect(read(disk, ['/a'], undefined, [{ path: '/c' }]).problems).toEqual([])
    const files = formattedLogDir({ clusterId: CLUSTER, nodeId: 1, directoryId: NEW_ID }, 0)
    for (const { name, bytes } of files) disk.put(`/c/${name}`, bytes)
    expect(read(disk, ['/a', '/c']).problems).toEqual([])
    disk.put('/c/.kafka_cleanshutdown', Buffer.from('{"version":0,"brokerEpoch":-1}'))
    expect(read(disk, ['/a', '/c']).problems).toEqual([problem])
  })

  it('is not changed from one that was in use, and has no metadata log', () => {
    const disk = node(more)
    disk.put('/b/.kafka_cleanshutdown', Buffer.from('{"version":0,"brokerEpoch":-1}'))
    expect(read(disk, ['/b']).problems[0]).toContain('/b was in use, but __cluster_metadata-0')
  })
})

function read(
  disk: MemoryDisk,
  paths: readonly string[] = ['/a', '/b'],
  askLock: (path: string) => LockHolder | undefined | 'unknown' = () => undefined,
  fresh: readonly { readonly path: string }[] = [],
) {
  const options = { limits: DEFAULT_DECODE_LIMITS, notice: () => undefined, askLock }
  return readStoppedNode(disk, { paths, fresh, firstPath: '/a' }, options)
}

function startedNode(): MemoryDisk {
  const disk = formattedNode()
  putLog(disk, {})
  return disk
}

function formattedNode(): MemoryDisk {
  const disk = new MemoryDisk()
  putFormatted(disk, '/a', 0, 1)
  putFormatted(disk, '/b', 1, 1)
  return disk
}

function putFormatted(disk: MemoryDisk, path: string, id: 0 | 1, nodeId: number): void {
  for (const { name, bytes } of formatted(id, nodeId)) disk.put(`${path}/${name}`, bytes)
}

function formatted(id: 0 | 1, nodeId = 1) {
  return formattedLogDir({ clusterId: CLUSTER, nodeId, directoryId: IDS[id] }, 0)
}

interface LogOptions {
  readonly voters?: readonly number[]
  readonly more?: readonly MetadataRecord[]
  readonly tail?: Buffer
}

/** LeaderChange, bootstrap, and what a test adds, in epoch 4. */
function putLog(disk: MemoryDisk, { voters = [1], more = [], tail }: LogOptions): void {
  const options = { leaderEpoch: 4, timestamp: 0n }
  const activation = { bootstrap: bootstrapRecords(), minInsyncReplicas: 1 }
  const records = activationRecords(new ClusterImage(), activation)
  const batches = [
    leaderChangeBatch(voters[0]!, voters, options),
    metadataBatch(records, { ...options, baseOffset: 1n }),
    ...(more.length > 0 ? [metadataBatch(more, { ...options, baseOffset: 10n })] : []),
    ...(tail ? [tail] : []),
  ]
  disk.put(LOG, Buffer.concat(batches))
}

/** At offset 10, with a record of a type that nobody knows. */
function unknownRecord(): Buffer {
  const builder = new BatchBuilder({ partitionLeaderEpoch: 4 })
  builder.add({ timestamp: 0n, key: null, value: Buffer.from([1, 99, 0, 0]), headers: [] })
  const bytes = builder.build()
  bytes.writeBigInt64BE(10n)
  return bytes
}
