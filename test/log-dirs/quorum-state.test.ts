import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { quorumStateBytes, readQuorumState } from '../../src/log-dirs/quorum-state.ts'
import { fixturePath } from '../log/fixture.ts'

const FILE = '__cluster_metadata-0/quorum-state'

describe('a quorum state', () => {
  it('reads what Apache Kafka wrote', () => {
    const path = fixturePath('clean-4.3', 'a', '__cluster_metadata-0', 'quorum-state')
    expect(readQuorumState(nodeDisk.readWhole(path), path)).toEqual({
      dataVersion: 0,
      clusterId: '',
      leaderId: 1,
      leaderEpoch: 1,
      votedId: -1,
      appliedOffset: 0n,
      currentVoters: [1],
      damages: [],
    })
  })

  it('reads that of a dynamic quorum', () => {
    const text =
      '{"leaderId":3,"leaderEpoch":7,"votedId":-1,' +
      '"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}'
    expect(read(text)).toEqual({
      dataVersion: 1,
      leaderId: 3,
      leaderEpoch: 7,
      votedId: -1,
      votedDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAA',
      damages: [],
    })
  })

  it.each([
    ['text', ['no data_version']],
    ['{"data_version":2}', ['no data_version']],
    ['{"leaderId":1,"data_version":1}', ['no leaderEpoch', 'no votedId', 'no votedDirectoryId']],
    [
      '{"clusterId":"","leaderId":1,"leaderEpoch":"1","votedId":-1,"appliedOffset":0,' +
        '"currentVoters":[{"voterId":"x"}],"data_version":0}',
      ['no leaderEpoch', 'no currentVoters'],
    ],
  ])('names what is wrong in %s', (text, found) => {
    expect(read(text).damages.map(damage => damage.found)).toEqual(found)
  })

  it('never fails, whatever the bytes', () => {
    const near = fc.record(
      { data_version: fc.integer({ max: 2 }), currentVoters: fc.jsonValue() },
      { requiredKeys: [] },
    )
    const text = fc.oneof(
      near.map(value => JSON.stringify(value)),
      fc.json(),
      fc.string(),
    )
    fc.assert(fc.property(text, text => void read(text)))
  })
})

function read(text: string): ReturnType<typeof readQuorumState> {
  return readQuorumState(Buffer.from(text), FILE)
}

describe('a quorum state that is written', () => {
  it.each([
    ['clean-4.3/a', false],
    ['kraft-dynamic-4.3/log', true],
  ])('is byte for byte what Kafka wrote: %s', (logDir, isDynamic) => {
    const bytes = nodeDisk.readWhole(fixturePath(...logDir.split('/'), FILE))
    const written = quorumStateBytes({ leaderId: 1, leaderEpoch: 1, voters: [1], isDynamic })
    expect(written.toString()).toBe(bytes.toString())
  })
})
