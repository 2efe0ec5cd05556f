/** By hand: what the table of the roll policy and the rule of index entries come to. */
import { describe, expect, it } from 'vitest'
import {
  emptyLogFigures,
  LogModel,
  mergeLogFigures,
  type ModelledConfig,
  type SegmentOrigin,
} from '../../../src/inspect/what-if/log-model.ts'
import { distributionOf } from '../../../src/inspect/stats/histogram.ts'
import { DEFAULT_LOG_CONFIG } from '../../../src/log/log-config.ts'

interface Given {
  readonly config?: Partial<ModelledConfig>
  readonly origin?: SegmentOrigin
  /** Of batches of 1000 bytes and two records, by default a second apart. */
  readonly times?: readonly number[]
  readonly beginBefore?: readonly number[]
}

const SECONDS = [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]

function figuresOf({ config, origin = 'by-config', times = SECONDS, beginBefore = [] }: Given) {
  const model = new LogModel({ ...DEFAULT_LOG_CONFIG, ...config }, origin)
  times.forEach((time, index) => {
    const baseOffset = BigInt(2 * index)
    if (beginBefore.includes(index)) model.begin(baseOffset)
    const lastOffset = baseOffset + 1n
    model.add({ baseOffset, lastOffset, maxTimestamp: BigInt(time), size: 1000, records: 2 })
  })
  return model.finish()
}

describe('the log of ten batches of 1000 bytes', () => {
  it('has an entry behind more than the interval, and lookups go back to the one before', () => {
    const figures = figuresOf({ config: { indexIntervalBytes: 4000 } })
    expect(figures).toMatchObject({ bytes: 10_000, segments: 1, offsetEntries: 1, timeEntries: 2 })
    const { count, sum, max } = distributionOf(figures.scanBytes)
    // The entry is at 5000: two records each at 0 … 4000, one at 5000 and one at 0, two each at 1000 … 4000.
    expect({ count, sum, max }).toEqual({ count: 20, sum: 20_000 + 5000 + 20_000, max: 5000 })
  })

  it('has an entry for each batch but the first where the interval is nothing', () => {
    const figures = figuresOf({ config: { indexIntervalBytes: 0 } })
    expect(figures).toMatchObject({ offsetEntries: 9, timeEntries: 9 })
    expect(distributionOf(figures.scanBytes)).toMatchObject({ sum: 9000, max: 1000 })
  })

  it('has no second entry in the time index as long as no later time comes', () => {
    const times = [5000, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    const figures = figuresOf({ config: { indexIntervalBytes: 0 }, times })
    expect(figures).toMatchObject({ offsetEntries: 9, timeEntries: 1 })
  })

  it('is rolled before a segment would be larger than it may be', () => {
    const figures = figuresOf({ config: { segmentBytes: 4000 } })
    expect(figures).toMatchObject({ segments: 3, offsetEntries: 0, timeEntries: 3 })
    expect(distributionOf(figures.fillMs)).toMatchObject({ count: 2, min: 3000, max: 3000 })
    expect(figures.unfilledMs).toBe(1000)
  })

  it('is rolled when more than segment.ms lies between the first batch and the next', () => {
    const figures = figuresOf({ config: { segmentMs: 4000 } })
    expect(figures.segments).toBe(2)
    expect(distributionOf(figures.fillMs)).toMatchObject({ count: 1, max: 4000 })
  })

  it('is not rolled by time where batches have none', () => {
    const times = SECONDS.map(() => -1)
    const figures = figuresOf({ config: { segmentMs: 1 }, times })
    expect(figures).toMatchObject({ segments: 1, timeEntries: 0, unfilledMs: 0 })
  })

  it('is rolled when an index has no room, of which the time index keeps one place', () => {
    // 24 bytes: three entries by offset, two by time, one of them for the end.
    const config = { indexIntervalBytes: 0, segmentIndexBytes: 24 }
    expect(figuresOf({ config })).toMatchObject({ segments: 5, offsetEntries: 5, timeEntries: 5 })
  })

  it('takes whole pages of memory for each index', () => {
    expect(figuresOf({ config: { segmentBytes: 4000 } }).indexPageBytes).toBe(3 * 4096)
    expect(figuresOf({ config: { indexIntervalBytes: 0 } }).indexPageBytes).toBe(2 * 4096)
  })

  it('has its segments where they are told to begin, whatever the config says', () => {
    const config = { segmentBytes: 1000, segmentMs: 1 }
    const figures = figuresOf({ config, origin: 'told', beginBefore: [0, 6] })
    expect(figures.segments).toBe(2)
    expect(distributionOf(figures.fillMs)).toMatchObject({ count: 1, max: 5000 })
    expect(figures.unfilledMs).toBe(3000)
  })

  it('has a segment where there are no batches', () => {
    expect(figuresOf({ times: [] })).toMatchObject({ bytes: 0, segments: 1, indexPageBytes: 0 })
  })

  it('is added to another figure by figure', () => {
    const sum = emptyLogFigures()
    for (const segmentBytes of [4000, 10_000]) {
      mergeLogFigures(sum, figuresOf({ config: { segmentBytes } }))
    }
    expect(sum).toMatchObject({ bytes: 20_000, segments: 4, unfilledMs: 9000 })
    expect(sum.scanBytes.count).toBe(40)
  })
})
