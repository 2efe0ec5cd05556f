import { describe, expect, it } from 'vitest'
import { groupSegments, type GroupedSegment } from '../../../src/log/cleaner/segment-groups.ts'

const LIMITS = {
  segmentBytes: 100,
  segmentIndexBytes: 16,
  firstUncleanableOffset: 1_000_000_000_000n,
}

function segment(baseOffset: number, sizes: Partial<GroupedSegment> = {}): GroupedSegment {
  const none = { size: 40, offsetIndexSize: 0, timeIndexSize: 0 }
  return { baseOffset: BigInt(baseOffset), ...none, ...sizes }
}

const grouped = (segments: readonly GroupedSegment[], firstUncleanableOffset = 1000n) =>
  groupSegments(segments, { ...LIMITS, firstUncleanableOffset }).map(group =>
    group.map(({ baseOffset }) => Number(baseOffset)),
  )

describe('segments that become one', () => {
  it('are neighbours that fit into one together', () => {
    expect(grouped([0, 10, 20, 30, 40].map(base => segment(base)))).toEqual([
      [0, 10],
      [20, 30],
      [40],
    ])
  })

  it('are not joined beyond the size of either index', () => {
    const offsets = [0, 10, 20].map(base => segment(base, { size: 1, offsetIndexSize: 8 }))
    expect(grouped(offsets)).toEqual([[0, 10], [20]])
    const times = [0, 10].map(base => segment(base, { size: 1, timeIndexSize: 12 }))
    expect(grouped(times)).toEqual([[0], [10]])
  })

  it('are not joined where their offsets would lie too far apart, unless they are empty', () => {
    const far = 2 ** 31
    expect(grouped([segment(0), segment(10)], BigInt(far))).toEqual([[0, 10]])
    expect(grouped([segment(0), segment(10)], BigInt(far + 1))).toEqual([[0], [10]])
    const empty = segment(10, { size: 0 })
    expect(grouped([segment(0), empty], BigInt(far + 1))).toEqual([[0, 10]])
  })

  it('may be a single one that is larger than all of it', () => {
    expect(grouped([segment(0, { size: 500 }), segment(10)])).toEqual([[0], [10]])
  })
})
