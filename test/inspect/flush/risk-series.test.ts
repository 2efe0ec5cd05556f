import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  addSpan,
  averages,
  CELLS_MAX,
  emptySeries,
  mergeSeries,
  type RiskSeries,
} from '../../../src/inspect/flush/risk-series.ts'

const spans = fc.array(
  fc.record({ bytes: fc.nat(1000), from: fc.nat(5000), length: fc.nat(700) }),
  { minLength: 1, maxLength: 30 },
)

type Span = { readonly bytes: number; readonly from: number; readonly length: number }

it('holds, cell by cell, what the spans come to', () => {
  fc.assert(
    fc.property(spans, all => {
      const series = seriesOf(all)
      expect(series.byteMs.length).toBeLessThanOrEqual(CELLS_MAX)
      expect(series.byteMs).toEqual(cellsOf(all, series))
    }),
  )
})

it('of two logs is the sum of both', () => {
  fc.assert(
    fc.property(spans, spans, (some, others) => {
      const merged = seriesOf(some)
      mergeSeries(merged, seriesOf(others))
      expect(merged.byteMs.length).toBeLessThanOrEqual(CELLS_MAX)
      expect(merged.byteMs).toEqual(cellsOf([...some, ...others], merged))
    }),
  )
})

it('tells the average of each cell', () => {
  const series = emptySeries()
  addSpan(series, 10, 0, 64)
  addSpan(series, 20, 64, 65)
  expect(series.widthMs).toBe(2)
  expect(averages(series).slice(0, 2)).toEqual([10, 10])
  expect(averages(series).at(-1)).toBe(10)
})

function seriesOf(all: readonly Span[]): RiskSeries {
  const series = emptySeries()
  for (const { bytes, from, length } of all) addSpan(series, bytes, from, from + length)
  return series
}

function cellsOf(all: readonly Span[], { first, widthMs, byteMs }: RiskSeries): number[] {
  return byteMs.map((_, index) => {
    const start = (first + index) * widthMs
    const within = ({ from, length }: Span) =>
      Math.max(0, Math.min(from + length, start + widthMs) - Math.max(from, start))
    return all.reduce((sum, span) => sum + span.bytes * within(span), 0)
  })
}
