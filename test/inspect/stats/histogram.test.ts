import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  distributionOf,
  emptyHistogram,
  mergeHistogram,
  record,
  recordEach,
  type Histogram,
} from '../../../src/inspect/stats/histogram.ts'

const values = fc.array(
  fc.oneof(fc.nat(40), fc.nat(), fc.maxSafeInteger().map(Math.abs), fc.constant(0)),
  { minLength: 1, maxLength: 300 },
)

describe('a histogram', () => {
  it('is exact in what it says exactly, and right within 1/16 in percentiles', () => {
    fc.assert(
      fc.property(values, all => {
        const { count, min, max, p50, p90, p99 } = distributionOf(histogramOf(all))
        const sorted = [...all].sort((a, b) => a - b)
        expect([count, min, max]).toEqual([all.length, sorted[0], sorted.at(-1)])
        const at = (share: number) => sorted[Math.ceil(all.length * share) - 1]!
        for (const [found, exact] of [
          [p50, at(0.5)],
          [p90, at(0.9)],
          [p99, at(0.99)],
        ] as const) {
          expect(found).toBeGreaterThanOrEqual(exact)
          expect(found).toBeLessThanOrEqual(exact + exact / 16)
        }
      }),
    )
  })

  it('counts every value in one doubling that holds it', () => {
    fc.assert(
      fc.property(values, all => {
        const { doublings } = distributionOf(histogramOf(all))
        const counted = doublings.map(
          ({ from, to }) => all.filter(value => value >= from && value < to).length,
        )
        expect(doublings.map(({ count }) => count)).toEqual(counted)
        expect(counted.reduce((sum, count) => sum + count, 0)).toBe(all.length)
        expect([counted[0], counted.at(-1)]).not.toContain(0)
      }),
    )
  })

  it('takes a value many times, and a row of values, as one by one', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(3000), fc.nat(20), (from, length, times) => {
        const atOnce = emptyHistogram()
        recordEach(atOnce, from, from + length)
        for (let i = 0; i < times; i++) record(atOnce, from, 7)
        const row = Array.from({ length }, (_, i) => from + i)
        const oneByOne = histogramOf([...row, ...Array<number>(7 * times).fill(from)])
        expect(atOnce).toEqual(oneByOne)
      }),
    )
  })

  it('of two parts together is that of the whole', () => {
    fc.assert(
      fc.property(values, values, (some, others) => {
        const merged = histogramOf(some)
        mergeHistogram(merged, histogramOf(others))
        const whole = distributionOf(histogramOf([...some, ...others]))
        const { sum, mean } = distributionOf(merged)
        expect(distributionOf(merged)).toEqual({ ...whole, sum, mean })
        expect(sum).toBeCloseTo(whole.sum, -4)
      }),
    )
  })

  it('of nothing says nothing', () => {
    const { count, min, max, doublings } = distributionOf(emptyHistogram())
    expect({ count, min, max, doublings }).toEqual({ count: 0, min: 0, max: 0, doublings: [] })
  })
})

function histogramOf(all: readonly number[]): Histogram {
  const histogram = emptyHistogram()
  for (const value of all) record(histogram, value)
  return histogram
}
