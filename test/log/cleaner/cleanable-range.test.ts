import { describe, expect, it } from 'vitest'
import {
  type CleanableLog,
  cleanableRange,
  segmentsBetween,
} from '../../../src/log/cleaner/cleanable-range.ts'

const NOW_MS = 1_000_000

/** Segments of 100 bytes at 0, 10, 20 and 30, the last of which is active; records are as old as their offsets say. */
function logWith(changes: Partial<CleanableLog> = {}, config = {}): CleanableLog {
  const segments = [0, 10, 20, 30].map(base => ({
    baseOffset: BigInt(base),
    size: 100,
    largestTimestampMs: NOW_MS - 1000 + base + 9,
    firstTimestamp: BigInt(NOW_MS - 1000 + base),
  }))
  return {
    logStartOffset: 0n,
    endOffset: 35n,
    lastStableOffset: 35n,
    segments,
    ...changes,
    config: {
      minCompactionLagMs: 0,
      maxCompactionLagMs: 2 ** 60,
      minCleanableDirtyRatio: 0.5,
      ...config,
    },
  }
}

const rangeOf = (log: CleanableLog, checkpoint?: bigint) =>
  cleanableRange(log, { checkpoint, nowMs: NOW_MS })

describe('what of a log can be cleaned', () => {
  it('is all below the active segment, where nothing was cleaned yet', () => {
    expect(rangeOf(logWith())).toEqual({
      firstDirtyOffset: 0n,
      firstUncleanableOffset: 30n,
      boundedBy: 'active-segment',
      cleanBytes: 0,
      cleanableBytes: 300,
      dirtyRatio: 1,
      due: 'dirty-ratio',
      isCheckpointWrong: false,
    })
  })

  it.each([
    ['at the end of a segment', 20n, { cleanBytes: 200, cleanableBytes: 100 }],
    ['within one, which counts twice', 15n, { cleanBytes: 200, cleanableBytes: 200 }],
    ['at the active segment', 30n, { cleanBytes: 300, cleanableBytes: 0, due: undefined }],
    ['within the active segment', 33n, { cleanBytes: 400, cleanableBytes: 0 }],
  ])('begins at the checkpoint: %s', (_, checkpoint, expected) => {
    expect(rangeOf(logWith(), checkpoint)).toMatchObject({
      firstDirtyOffset: checkpoint,
      isCheckpointWrong: false,
      ...expected,
    })
  })

  it.each([
    ['before the start', 3n],
    ['behind the end', 36n],
  ])('begins at the start of the log where the checkpoint lies %s', (_, checkpoint) => {
    const log = logWith({ logStartOffset: 5n })
    expect(rangeOf(log, checkpoint)).toMatchObject({
      firstDirtyOffset: 5n,
      isCheckpointWrong: true,
    })
  })

  it.each([
    [29n, 20n],
    [20n, 20n],
    [19n, 10n],
    [0n, 0n],
    [31n, 30n],
  ])('ends with the last whole segment below the last stable offset %s', (offset, end) => {
    expect(rangeOf(logWith({ lastStableOffset: offset }))).toMatchObject({
      firstUncleanableOffset: end,
      boundedBy: offset < 30n ? 'last-stable-offset' : 'active-segment',
    })
  })

  it('ends before the first segment that is too young', () => {
    const log = logWith({}, { minCompactionLagMs: 985 })
    expect(rangeOf(log)).toMatchObject({
      firstUncleanableOffset: 10n,
      boundedBy: 'min-compaction-lag',
    })
  })

  it('is nothing where the first dirty offset lies behind what may be cleaned', () => {
    expect(rangeOf(logWith({ lastStableOffset: 5n }), 25n)).toMatchObject({
      firstUncleanableOffset: 20n,
      cleanableBytes: 0,
    })
  })
})

describe('a broker cleans a log', () => {
  it('whose dirty part is more than the ratio, and not if it is just that', () => {
    const half = logWith({}, { minCleanableDirtyRatio: 1 / 3 })
    expect(rangeOf(half, 20n).due).toBeUndefined()
    expect(rangeOf(half, 10n).due).toBe('dirty-ratio')
  })

  it('whose oldest dirty batch is older than it may be', () => {
    expect(rangeOf(logWith({}, { maxCompactionLagMs: 980 }), 20n).due).toBeUndefined()
    expect(rangeOf(logWith({}, { maxCompactionLagMs: 979 }), 20n).due).toBe('max-compaction-lag')
  })
})

describe('segments between two offsets', () => {
  it('are those that hold one of them', () => {
    const { segments } = logWith()
    const bases = (from: bigint, to: bigint) =>
      segmentsBetween(segments, from, to).map(({ baseOffset }) => Number(baseOffset))
    expect(bases(0n, 30n)).toEqual([0, 10, 20])
    expect(bases(15n, 21n)).toEqual([10, 20])
    expect(bases(15n, 15n)).toEqual([])
    expect(bases(15n, 3n)).toEqual([])
  })
})
