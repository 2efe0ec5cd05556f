import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import type { Disk } from '../../../src/disk/disk.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { groupOffsets } from '../../../src/inspect/groups/group-offsets.ts'
import { readGroupsSource } from '../../../src/inspect/groups/groups-source.ts'
import { metadataSerde, type MetadataRecord } from '../../../src/metadata/metadata-records.ts'
import { METADATA_RECORDS } from '../../../src/metadata/metadata-record-types.ts'
import { logDirsOf } from '../../log/fixture.ts'
import { PartitionScene, Said, sceneDisk, text } from '../internal-topics/log-dir-scene.ts'
import { commit, stored } from './group-records.ts'

const ID = 'AAAAAAAAAAAAAAAAAAAAZg'
const OTHER_ID = 'AAAAAAAAAAAAAAAAAAAAZw'
const OFFSETS = '/d/a/__consumer_offsets-0'

function read(disk: Disk, logDirs: readonly string[] = ['/d/a']) {
  const said = new Said()
  const { problem, notice } = said
  const options = { limits: DEFAULT_DECODE_LIMITS, problem, notice }
  return { said, source: readGroupsSource(disk, logDirs, options) }
}

function commits(...records: Parameters<typeof commit>[]): PartitionScene {
  return records.reduce(
    (scene, args) => scene.records([stored(commit(...args))]),
    new PartitionScene(),
  )
}

function metadataRecord<T extends MetadataRecord['type']>(
  type: T,
  value: Partial<Extract<MetadataRecord, { type: T }>['value']>,
) {
  const { defaults } = METADATA_RECORDS[type].message
  const record = { type, version: 0, value: { ...defaults, ...value } }
  return { key: null, value: metadataSerde.encode(record as unknown as MetadataRecord) }
}

function placesOf(disk: Disk) {
  const { source } = read(disk)
  const rows = groupOffsets(source.groups[0]!, source, 0n)
  return Object.fromEntries(rows.map(({ topic, place, lag }) => [topic, `${place} ${lag}`]))
}

describe('the source of what is told about groups', () => {
  it('skips a damaged batch, says so, and goes on behind it', () => {
    const scene = commits(['g', 'a', 1n], ['g', 'b', 2n], ['g', 'c', 3n])
    scene.batches[1]![70] = scene.batches[1]![70]! ^ 0xff
    const { said, source } = read(sceneDisk({ [OFFSETS]: { log: scene.bytes } }))
    expect(source.groups[0]?.offsets.map(({ topic }) => topic)).toEqual(['a', 'c'])
    expect(said.problems).toEqual([expect.stringMatching(/offsets 1 to 1 was skipped.*checksum/)])
  })

  it('skips records that no Kafka known here writes', () => {
    const unknown = { key: Buffer.from('0063', 'hex'), value: null }
    const short = { key: Buffer.from('00', 'hex'), value: null }
    const log = commits(['g', 'a', 1n]).records([unknown, short, { key: null, value: null }]).bytes
    const { said, source } = read(sceneDisk({ [OFFSETS]: { log } }))
    expect(source.groups).toHaveLength(1)
    expect(said.problems).toEqual([
      expect.stringContaining('offset 1 was skipped: its type 99 is unknown'),
      expect.stringContaining('offset 2 was skipped'),
      expect.stringContaining('offset 3 was skipped: it has no key'),
    ])
  })

  it('reads the longest of several replicas', () => {
    const disk = sceneDisk({
      [OFFSETS]: { log: commits(['g', 'a', 1n]).bytes },
      '/d/b/__consumer_offsets-0': { log: commits(['g', 'a', 1n], ['g', 'a', 2n]).bytes },
    })
    const { said, source } = read(disk, ['/d/a', '/d/b'])
    expect(source.groups[0]?.offsets).toMatchObject([{ offset: 2n }])
    expect(said.notices).toEqual([expect.stringContaining('/d/b/__consumer_offsets-0, where')])
  })

  it('ends an unclean log at its last valid batch', () => {
    const scene = commits(['g', 'a', 1n], ['g', 'a', 2n])
    scene.batches[1]![70] = scene.batches[1]![70]! ^ 0xff
    const { said, source } = read(
      sceneDisk({ [OFFSETS]: { log: scene.bytes } }, { isClean: false }),
    )
    expect(source.groups[0]?.offsets).toMatchObject([{ offset: 1n }])
    expect(said.problems).toEqual([])
    expect(said.notices).toEqual([expect.stringContaining('/d/a was not closed cleanly')])
  })

  it('assumes 50 partitions where the metadata is elsewhere and the folders are no whole', () => {
    const { source } = read(sceneDisk({ '/d/a/__consumer_offsets-7': { log: Buffer.alloc(0) } }))
    expect(source.coordinator).toMatchObject({
      partitionCount: 50,
      isKnown: false,
      missing: [
        { from: 0, to: 6 },
        { from: 8, to: 49 },
      ],
    })
  })

  it('tells where the log of a committed offset is, or why it is not', () => {
    const metadata = new PartitionScene().records([
      metadataRecord('TopicRecord', { name: 'far', topicId: ID }),
      metadataRecord('PartitionRecord', { topicId: ID, partitionId: 0 }),
      metadataRecord('TopicRecord', { name: 'removed', topicId: OTHER_ID }),
      metadataRecord('RemoveTopicRecord', { topicId: OTHER_ID }),
    ])
    const log = commits(
      ['g', 'near', 1n],
      ['g', 'far', 1n],
      ['g', 'removed', 1n],
      ['g', 'again', 1n, { topicId: ID }],
    ).bytes
    const three = new PartitionScene().records([text('a', '1'), text('b', '2'), text('c', '3')])
    const folders = {
      [OFFSETS]: { log },
      '/d/a/near-0': { log: three.bytes },
      '/d/a/again-0': { log: three.bytes, topicId: OTHER_ID },
    }
    expect(placesOf(sceneDisk(folders))).toEqual({
      near: 'here 2',
      far: 'unknown undefined',
      removed: 'unknown undefined',
      again: 'recreated undefined',
    })
    const withMetadata = { ...folders, '/d/a/__cluster_metadata-0': { log: metadata.bytes } }
    expect(placesOf(sceneDisk(withMetadata))).toEqual({
      near: 'here 2',
      far: 'elsewhere undefined',
      removed: 'deleted undefined',
      again: 'recreated undefined',
    })
  })

  it('reads the metadata of a real cluster, snapshot and log', () => {
    const { said, source } = read(nodeDisk, logDirsOf('internal-4.3'))
    expect(said).toMatchObject({ problems: [], notices: [] })
    expect(source.coordinator).toMatchObject({ partitionCount: 1, isKnown: true, missing: [] })
    expect(source.names.nameOf('C4w45UitQmG_7bmox2S6XA')).toBe('orders')
  })
})
