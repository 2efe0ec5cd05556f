import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { readLeaderEpochCheckpoint } from '../../src/log/leader-epoch-checkpoint.ts'
import { FIXTURE_NAMES, fixturePath, partitionsOf } from './fixture.ts'

const FILE = 't-0/leader-epoch-checkpoint'

describe('a leader epoch checkpoint', () => {
  it('reads what Apache Kafka wrote', () => {
    const path = fixturePath('clean-4.3', 'a', '__cluster_metadata-0', 'leader-epoch-checkpoint')
    const { entries, damages } = readLeaderEpochCheckpoint(nodeDisk.readWhole(path), path)
    expect(entries).toEqual([{ epoch: 1, startOffset: 0n }])
    expect(damages).toEqual([])
  })

  it.each(FIXTURE_NAMES)('finds nothing wrong with those of %s', fixture => {
    for (const { leaderEpochs } of partitionsOf(fixture)) {
      if (leaderEpochs === undefined) continue
      const { path } = leaderEpochs
      expect(readLeaderEpochCheckpoint(nodeDisk.readWhole(path), path).damages).toEqual([])
    }
  })

  it('has no entries in an empty file', () => {
    expect(read('')).toMatchObject({ entries: [], damages: [] })
  })

  it.each([
    ['an epoch that does not ascend', '0\n2\n3 0\n3 9\n', 8],
    ['an offset that does not ascend', '0\n2\n3 7\n4 7\n', 8],
    ['a line of one field', '0\n1\n3\n', 4],
    ['a line of three fields', '0\n1\n3 4 5\n', 4],
    ['an epoch beyond 32 bits', '0\n1\n2147483648 4\n', 4],
    ['a negative offset', '0\n1\n3 -4\n', 4],
  ])('names %s', (_, text, position) => {
    expect(read(text).damages).toMatchObject([{ file: FILE, position }])
  })

  it('never fails, whatever the bytes', () => {
    const noise = fc.oneof(fc.stringMatching(/^[0 1\nx-]*$/), fc.string())
    fc.assert(fc.property(noise, text => void read(text)))
  })
})

function read(text: string): ReturnType<typeof readLeaderEpochCheckpoint> {
  return readLeaderEpochCheckpoint(Buffer.from(text), FILE)
}
