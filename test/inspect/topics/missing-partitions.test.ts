import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import {
  isLost,
  missingPartitions,
  type MissingPartition,
} from '../../../src/inspect/topics/missing-partitions.ts'
import { readLogDir } from '../../../src/log-dirs/log-dir.ts'
import { ClusterImage } from '../../../src/metadata/cluster-image.ts'
import {
  LOST_DIRECTORY,
  MIGRATING_DIRECTORY,
  UNASSIGNED_DIRECTORY,
} from '../../../src/metadata/directory-id.ts'
import { newRecord } from '../../../src/metadata/new-record.ts'

const TOPIC = 'G1oi93AvSCecB4WRlFyuCA'
const HERE = 'UvPNZ5O9ZGtm1N2KgtJI_g'
const GONE = 'zS7szqmaR2WOQyU5UlX1qA'
const META = `version=1\ncluster.id=x\nnode.id=1\ndirectory.id=${HERE}\n`

interface Assigned {
  readonly directory: string
  /** 0 of one that nothing came to since it was made. */
  readonly partitionEpoch?: number
  readonly replicas?: readonly number[]
}

/** `orders-0`, by what the cluster has of it and what lies in the log.dir. */
function missing(
  { directory, partitionEpoch = 1, replicas = [1] }: Assigned,
  files: Readonly<Record<string, string>> = {},
  isSetAside = false,
): MissingPartition[] {
  const disk = new MemoryDisk()
  disk.put('/a/meta.properties', Buffer.from(META))
  for (const [name, text] of Object.entries(files)) disk.put(`/a/${name}`, Buffer.from(text))
  const image = new ClusterImage()
  image.apply(newRecord('TopicRecord', { name: 'orders', topicId: TOPIC }))
  const partition = {
    partitionId: 0,
    topicId: TOPIC,
    replicas: [...replicas],
    isr: [...replicas],
    leader: replicas[0]!,
    leaderEpoch: 0,
    partitionEpoch,
    directories: replicas.map(id => (id === 1 ? directory : GONE)),
  }
  image.apply(newRecord('PartitionRecord', partition, 2))
  const logDirs = [readLogDir(disk, '/a')]
  return missingPartitions({ nodeId: 1, image, logDirs }, () => isSetAside)
}

const NOTED = { 'recovery-point-offset-checkpoint': '0\n1\norders 0 7\n' }

describe('a partition without a folder', () => {
  it.each([
    ['in a log.dir that is here', { directory: HERE }, {}, { kind: 'no-folder', logDir: '/a' }],
    ['in another', { directory: GONE }, {}, { kind: 'log-dir-not-given', directoryId: GONE }],
    [
      'from before log.dirs had ids',
      { directory: MIGRATING_DIRECTORY },
      {},
      { kind: 'log-dir-not-given', directoryId: undefined },
    ],
    [
      'in one that was offline',
      { directory: LOST_DIRECTORY },
      {},
      { kind: 'log-dir-not-given', directoryId: undefined },
    ],
    ['in none yet', { directory: UNASSIGNED_DIRECTORY }, {}, { kind: 'never-placed' }],
    [
      'in one that is here, since it was created',
      { directory: HERE, partitionEpoch: 0 },
      {},
      { kind: 'never-placed' },
    ],
    [
      'the same, and the log.dir notes it',
      { directory: HERE, partitionEpoch: 0 },
      NOTED,
      { kind: 'no-folder', logDir: '/a' },
    ],
  ] as const)('%s', (_, assigned, files, place) => {
    const [found, ...more] = missing(assigned, files)
    expect(found).toEqual({ topic: 'orders', partition: 0, otherReplicas: [], place })
    expect(isLost(found!)).toBe(place.kind !== 'never-placed')
    expect(more).toEqual([])
  })

  it('is not lost where other replicas fill it', () => {
    const [found] = missing({ directory: HERE, replicas: [3, 1, 2] })
    expect(found?.otherReplicas).toEqual([3, 2])
    expect(isLost(found!)).toBe(false)
  })

  it('is none of the node that has no replica of it', () => {
    expect(missing({ directory: HERE, replicas: [2, 3] })).toEqual([])
  })
})

describe('a partition with a folder', () => {
  const MOVING = 'orders-0.0123456789abcdef0123456789abcdef'

  it('is there, wherever the cluster has it', () => {
    expect(missing({ directory: GONE }, { 'orders-0/x': '' })).toEqual([])
    expect(missing({ directory: HERE }, { [`${MOVING}-future/x`]: '' })).toEqual([])
  })

  it('is missing where that is deleted, or set aside at the start', () => {
    expect(missing({ directory: HERE }, { [`${MOVING}-delete/x`]: '' })).toHaveLength(1)
    expect(missing({ directory: HERE }, { 'orders-0/x': '' }, true)).toHaveLength(1)
  })
})
