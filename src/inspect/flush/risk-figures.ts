/** What a policy comes to over one log or several, as plain data that goes from thread to thread. */
import {
  emptyHistogram,
  mergeHistogram,
  record,
  recordEach,
  type Histogram,
} from '../stats/histogram.ts'
import { addSpan, emptySeries, mergeSeries, type RiskSeries } from './risk-series.ts'
import type { Risk, RiskObserver } from './flush-simulation.ts'

export interface RiskFigures {
  flushes: number
  /** Of each millisecond of each log. */
  readonly bytes: Histogram
  readonly records: Histogram
  /** How long the oldest of it had waited. */
  readonly waitedMs: Histogram
  /** Of all logs together. */
  readonly series: RiskSeries
}

export function emptyFigures(): RiskFigures {
  return {
    flushes: 0,
    bytes: emptyHistogram(),
    records: emptyHistogram(),
    waitedMs: emptyHistogram(),
    series: emptySeries(),
  }
}

export function mergeFigures(into: RiskFigures, from: RiskFigures): void {
  into.flushes += from.flushes
  mergeHistogram(into.bytes, from.bytes)
  mergeHistogram(into.records, from.records)
  mergeHistogram(into.waitedMs, from.waitedMs)
  mergeSeries(into.series, from.series)
}

/** What is there for no time at all counts as a maximum only. */
export class FiguresObserver implements RiskObserver {
  readonly figures = emptyFigures()

  stayed({ bytes, records, sinceMs }: Risk, fromMs: number, toMs: number): void {
    const { figures } = this
    if (fromMs === toMs) {
      if (bytes > figures.bytes.max) figures.bytes.max = bytes
      if (records > figures.records.max) figures.records.max = records
      return
    }
    record(figures.bytes, bytes, toMs - fromMs)
    record(figures.records, records, toMs - fromMs)
    if (sinceMs === undefined) record(figures.waitedMs, 0, toMs - fromMs)
    else {
      recordEach(figures.waitedMs, fromMs - sinceMs, toMs - sinceMs)
      figures.waitedMs.max = Math.max(figures.waitedMs.max, toMs - sinceMs)
    }
    addSpan(figures.series, bytes, fromMs, toMs)
  }

  flushed(): void {
    this.figures.flushes++
  }
}
