import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MEBIBYTE } from '../../../src/base/limits.ts'
import { mergeByTime } from '../../../src/inspect/consume/merge-by-time.ts'
import { PartitionReader } from '../../../src/inspect/consume/partition-reader.ts'
import {
  batchOf,
  consumed,
  diskOf,
  logPath,
  marker,
  optionsFor,
  partitionsOn,
  transactional,
  valueIn,
} from './scene.ts'

describe('what is consumed', () => {
  const disk = diskOf({
    [logPath(0)]: [batchOf(0, 0, [10, 40]), batchOf(0, 2, [20, 70])],
    [logPath(0, 4)]: [batchOf(0, 4, [50])],
    [logPath(1)]: [batchOf(1, 0, [10, 30, 60])],
  })

  it('is merged by time, the order of each partition kept', () => {
    expect(consumed(disk).values).toEqual(['0@0', '1@0', '1@1', '0@1', '0@2', '1@2', '0@3', '0@4'])
  })

  it('comes partition by partition when asked so', () => {
    const { values } = consumed(disk, { order: 'by partition' })
    expect(values).toEqual(['0@0', '0@1', '0@2', '0@3', '0@4', '1@0', '1@1', '1@2'])
  })

  it('ends when enough is taken', () => {
    expect(consumed(disk, {}, 3).values).toEqual(['0@0', '1@0', '1@1'])
    expect(consumed(disk, { order: 'by partition' }, 3).values).toEqual(['0@0', '0@1', '0@2'])
  })

  it('lies in the range of offsets, its end not among them', () => {
    const offsets = {
      from: { kind: 'offset', offset: 1n },
      to: { kind: 'offset', offset: 3n },
    } as const
    expect(consumed(disk, { offsets }).values).toEqual(['1@1', '0@1', '0@2', '1@2'])
  })

  it('holds no control records, and of aborted transactions nothing for who reads committed ones', () => {
    const batches = [
      transactional(0, 0, 7n),
      transactional(0, 1, 8n),
      marker(2, 7n, 'abort'),
      marker(3, 8n, 'commit'),
      transactional(0, 4, 9n),
      batchOf(0, 5, [5]),
    ]
    const ended = diskOf({ [logPath(0)]: batches })
    expect(consumed(ended).values).toEqual(['0@0', '0@1', '0@4', '0@5'])
    expect(consumed(ended, { isolation: 'read_committed' }).values).toEqual(['0@1'])
  })

  it('goes on behind a damaged batch, which is told', () => {
    const damaged = batchOf(0, 1, [2])
    damaged[damaged.length - 2]! ^= 1
    const broken = diskOf({ [logPath(0)]: [batchOf(0, 0, [1]), damaged, batchOf(0, 2, [3])] })
    const { values, told } = consumed(broken)
    expect(values).toEqual(['0@0', '0@2'])
    expect(told).toEqual([expect.stringContaining('failure: /data/orders-0/')])
  })
})

describe('a merge', () => {
  it('gives the same whatever little it may hold in memory', () => {
    const partition = fc.array(fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(fc.array(partition, { minLength: 1, maxLength: 5 }), partitions => {
        const disk = diskOf(filesOf(partitions))
        const generous = merged(disk, 40 * MEBIBYTE)
        expect(merged(disk, 1)).toEqual(generous)
        expect(merged(disk, 10_000)).toEqual(generous)
        expect(generous).toEqual(mergedByOracle(partitions))
      }),
      { seed: 7, numRuns: 150 },
    )
  })
})

function filesOf(partitions: readonly number[][][]): Record<string, Buffer[]> {
  return Object.fromEntries(
    partitions.map((batches, partition) => {
      let offset = 0
      const bytes = batches.map(timestamps => {
        const batch = batchOf(partition, offset, timestamps)
        offset += timestamps.length
        return batch
      })
      return [logPath(partition), bytes]
    }),
  )
}

function merged(disk: ReturnType<typeof diskOf>, heldBytesMax: number): string[] {
  const partitions = partitionsOn(disk)
  const reader = new PartitionReader(disk, partitions.length, optionsFor([]))
  const values: string[] = []
  const take = (cursor: Parameters<typeof valueIn>[0]) => values.push(valueIn(cursor)) > 0
  mergeByTime(reader.cursorsOf(partitions), take, heldBytesMax)
  return values
}

/** Always the partition whose next record is the earliest, the first of several. */
function mergedByOracle(partitions: readonly number[][][]): string[] {
  const left = partitions.map(batches => batches.flat())
  const counts = left.map(() => 0)
  const values: string[] = []
  for (;;) {
    let earliest = -1
    left.forEach((timestamps, partition) => {
      const next = timestamps[counts[partition]!]
      if (next === undefined) return
      const best = earliest < 0 ? Infinity : left[earliest]![counts[earliest]!]!
      if (next < best) earliest = partition
    })
    if (earliest < 0) return values
    values.push(`${earliest}@${counts[earliest]!++}`)
  }
}
