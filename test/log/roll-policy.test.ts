import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { drawJitterMs, rollReasonOf } from '../../src/log/roll-policy.ts'

const draws = (segmentMs: number, segmentJitterMs: number) => {
  const random = seededRandom(1)
  return Array.from({ length: 200 }, () => drawJitterMs({ segmentMs, segmentJitterMs }, random))
}

describe('jitter', () => {
  it('is none where none is configured', () => {
    expect(new Set(draws(1000, 0))).toEqual(new Set([0]))
  })

  it('differs from segment to segment, and stays below both of its bounds', () => {
    for (const drawn of [draws(1000, 50), draws(50, 1000)]) {
      expect(Math.max(...drawn)).toBeLessThan(50)
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
      expect(new Set(drawn).size).toBeGreaterThan(20)
    }
  })

  it('rolls a segment by so much earlier', () => {
    const segment = { baseOffset: 0n, size: 100, firstTimestamp: 5000n, openedMs: 0 }
    const rolls = (maxTimestamp: bigint, rollJitterMs: number) =>
      rollReasonOf(
        { ...segment, rollJitterMs, isIndexFull: false },
        { segmentBytes: 10_000, segmentMs: 1000 },
        { bytes: 100, lastOffset: 1n, maxTimestamp, nowMs: 0 },
      )
    expect([rolls(5900n, 0), rolls(5900n, 100), rolls(5901n, 100)]).toEqual([
      undefined,
      undefined,
      'time',
    ])
  })
})
