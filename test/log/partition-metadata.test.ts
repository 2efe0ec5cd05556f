import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { METADATA_TOPIC_ID, ZERO_UUID } from '../../src/binary/uuid.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { encodePartitionMetadata, readPartitionMetadata } from '../../src/log/partition-metadata.ts'
import { FIXTURE_NAMES, fixturePath, partitionsOf } from './fixture.ts'

const FILE = 't-0/partition.metadata'

describe('partition.metadata', () => {
  it('reads what Apache Kafka wrote', () => {
    const path = fixturePath('clean-4.3', 'a', '__cluster_metadata-0', 'partition.metadata')
    expect(readPartitionMetadata(nodeDisk.readWhole(path), path)).toEqual({
      version: 0,
      topicId: METADATA_TOPIC_ID,
      damages: [],
    })
  })

  it.each(FIXTURE_NAMES)('finds nothing wrong with those of %s', fixture => {
    for (const { metadata } of partitionsOf(fixture)) {
      if (metadata === undefined) continue
      const { path } = metadata
      expect(readPartitionMetadata(nodeDisk.readWhole(path), path).damages).toEqual([])
    }
  })

  it('takes a later version, and a line end after the id', () => {
    const text = `version: 7\r\ntopic_id: ${METADATA_TOPIC_ID}\r\n`
    expect(read(text)).toEqual({ version: 7, topicId: METADATA_TOPIC_ID, damages: [] })
  })

  it.each([
    ['an empty file', '', [0, 1]],
    ['a negative version', `version: -1\ntopic_id: ${METADATA_TOPIC_ID}`, [0]],
    ['a missing blank', `version:0\ntopic_id: ${METADATA_TOPIC_ID}`, [0]],
    ['a missing id', 'version: 0', [11]],
    ['an id that is cut off', 'version: 0\ntopic_id: AAAA', [11]],
    ['the zero id', `version: 0\ntopic_id: ${ZERO_UUID}`, [11]],
    ['a third line', `version: 0\ntopic_id: ${METADATA_TOPIC_ID}\nmore`, [44]],
  ])('names %s', (_, text, positions) => {
    expect(read(text).damages.map(({ position }) => position)).toEqual(positions)
  })

  it('never fails, whatever the bytes', () => {
    fc.assert(fc.property(fc.string(), text => void read(text)))
    const near = fc.tuple(fc.nat(60), fc.nat(255))
    fc.assert(
      fc.property(near, ([at, byte]) => {
        const bytes = Buffer.from(`version: 0\ntopic_id: ${METADATA_TOPIC_ID}`)
        bytes[at] = byte
        readPartitionMetadata(bytes, FILE)
      }),
    )
  })
})

function read(text: string): ReturnType<typeof readPartitionMetadata> {
  return readPartitionMetadata(Buffer.from(text), FILE)
}

describe('a partition.metadata that is written', () => {
  it('is byte for byte what Kafka writes', () => {
    const path = fixturePath('clean-4.3', 'a', '__cluster_metadata-0', 'partition.metadata')
    expect(encodePartitionMetadata(METADATA_TOPIC_ID)).toEqual(nodeDisk.readWhole(path))
  })
})
