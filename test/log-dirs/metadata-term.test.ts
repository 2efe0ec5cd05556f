import { describe, expect, it } from 'vitest'
import { metadataTerm } from '../../src/log-dirs/metadata-term.ts'
import { readQuorumState } from '../../src/log-dirs/quorum-state.ts'
import { newRecord } from '../../src/metadata/new-record.ts'
import { BatchV2 } from '../../src/record/batch-v2.ts'

const NO_OP = newRecord('NoOpRecord', {})

describe('a term of the only voter', () => {
  const voter = { nodeId: 3, lastEpoch: 7, isDynamic: false }
  const term = metadataTerm(voter, [[], [NO_OP, NO_OP], [NO_OP]], 1_700_000_000_000)

  it('has an epoch above all others, which it remembers', () => {
    expect(term.leaderEpoch).toBe(8)
    expect(readQuorumState(term.quorumState, 'quorum-state')).toMatchObject({
      leaderId: 3,
      leaderEpoch: 8,
      currentVoters: [3],
    })
  })

  it('begins with a LeaderChange; groups of records are a batch each', () => {
    const batches = term.batches.map(bytes => new BatchV2(bytes))
    expect(batches.map(({ isControl, recordCount }) => [isControl, recordCount])).toEqual([
      [true, 1],
      [false, 2],
      [false, 1],
    ])
    for (const batch of batches) {
      expect(batch.isValid()).toBe(true)
      expect(batch).toMatchObject({ baseOffset: 0n, partitionLeaderEpoch: 8, producerId: -1n })
      expect(batch.maxTimestamp).toBe(1_700_000_000_000n)
    }
  })
})
