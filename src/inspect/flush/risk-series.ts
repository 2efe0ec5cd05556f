/**
 * Bytes at risk as time goes by, in memory that does not grow: cells of equal width, twice as wide whenever there would
 * be too many. They lie at multiples of their width, so that series can be added up. Plain data.
 */
export interface RiskSeries {
  /** A power of two. */
  widthMs: number
  /** Number of the first cell: it begins at so many widths since 1970. */
  first: number
  /** Of each cell, bytes times the milliseconds that they were at risk. */
  byteMs: number[]
}

export const CELLS_MAX = 48

export function emptySeries(): RiskSeries {
  return { widthMs: 1, first: 0, byteMs: [] }
}

export function addSpan(series: RiskSeries, bytes: number, fromMs: number, toMs: number): void {
  if (fromMs >= toMs) return
  cover(series, fromMs, toMs)
  if (bytes === 0) return
  const { widthMs, first, byteMs } = series
  for (let at = fromMs; at < toMs;) {
    const cell = Math.floor(at / widthMs)
    const next = Math.min(toMs, (cell + 1) * widthMs)
    byteMs[cell - first]! += bytes * (next - at)
    at = next
  }
}

/** Adds up what was at risk at the same time. */
export function mergeSeries(into: RiskSeries, from: RiskSeries): void {
  if (from.byteMs.length === 0) return
  const other = { ...from, byteMs: [...from.byteMs] }
  while (other.widthMs < into.widthMs) widen(other)
  if (into.byteMs.length > 0) while (into.widthMs < other.widthMs) widen(into)
  cover(into, other.first * other.widthMs, endOf(other))
  while (other.widthMs < into.widthMs) widen(other)
  other.byteMs.forEach((value, index) => {
    const start = (other.first + index) * other.widthMs
    into.byteMs[Math.floor(start / into.widthMs) - into.first]! += value
  })
}

/** Of each cell, the bytes that were at risk on an average. */
export function averages({ byteMs, widthMs }: RiskSeries): number[] {
  return byteMs.map(value => value / widthMs)
}

function cover(series: RiskSeries, fromMs: number, toMs: number): void {
  const { byteMs } = series
  if (byteMs.length === 0) {
    series.first = Math.floor(fromMs / series.widthMs)
    byteMs.push(0)
  }
  for (;;) {
    const first = Math.min(series.first, Math.floor(fromMs / series.widthMs))
    const last = Math.max(endCell(series), Math.ceil(toMs / series.widthMs)) - 1
    if (last - first < CELLS_MAX) {
      while (series.first > first) {
        series.byteMs.unshift(0)
        series.first--
      }
      while (endCell(series) <= last) series.byteMs.push(0)
      return
    }
    widen(series)
  }
}

function widen(series: RiskSeries): void {
  const first = Math.floor(series.first / 2)
  const byteMs: number[] = []
  series.byteMs.forEach((value, index) => {
    const cell = Math.floor((series.first + index) / 2) - first
    byteMs[cell] = (byteMs[cell] ?? 0) + value
  })
  series.widthMs *= 2
  series.first = first
  series.byteMs = byteMs
}

function endCell({ first, byteMs }: RiskSeries): number {
  return first + byteMs.length
}

function endOf(series: RiskSeries): number {
  return endCell(series) * series.widthMs
}
