import { describe, expect, it } from 'vitest'
import { compactedGrowth } from '../../../src/inspect/forecast/compacted-growth.ts'
import {
  bytesWritten,
  DAY_MS,
  daysUntilFull,
  type GrowingLog,
  writtenWindow,
} from '../../../src/inspect/forecast/growth.ts'
import { growthOf } from '../../../src/inspect/forecast/log-growth.ts'
import { DEFAULT_LOG_CONFIG } from '../../../src/log/log-config.ts'

const NOW = 100 * DAY_MS
const day = (days: number) => BigInt(days * DAY_MS)
const segment = (size: number, days: number) => {
  return { baseOffset: 0n, size, largestTimestamp: day(days) }
}

describe('bytes that were written', () => {
  const window = { fromMs: NOW - 10 * DAY_MS, toMs: NOW }
  it.each([
    ['all of a segment that begins in the window', [segment(100, 98)], day(95), 100],
    ['the part of one that reaches into it', [segment(100, 95)], day(85), 50],
    ['nothing of one before it', [segment(100, 89)], day(80), 0],
    ['nothing of one that ends in the future', [segment(100, 200)], day(80), 0],
    [
      'a segment begins where the one before ends',
      [segment(7, 80), segment(100, 100)],
      day(70),
      50,
    ],
    ['one whose records are all of one moment', [segment(100, 95)], day(95), 100],
    ['one whose beginning nobody knows', [segment(100, 95)], undefined, 100],
  ])('%s', (_, segments, first, bytes) => {
    expect(bytesWritten({ segments }, window, first)).toBeCloseTo(bytes)
  })
})

describe('the window in which records were written', () => {
  const window = { fromMs: NOW - 10 * DAY_MS, toMs: NOW }
  const log = (first: number, ...segments: (readonly [size: number, days: number])[]) => ({
    retained: { segments: segments.map(([size, days]) => segment(size, days)) },
    firstTimestamp: day(first),
  })
  const hour = 1 / 24

  it.each([
    ['begins with the oldest, ends with the newest', [log(97, [1, 98]), log(96, [1, 97])], 96, 98],
    ['is no longer than asked for', [log(50, [1, 99])], 90, 99],
    ['leaves out what is of the future', [log(97, [1, 98], [1, 120])], 97, 98],
    ['and what is before it', [log(50, [1, 60]), log(97, [1, 98])], 97, 98],
    ['and an empty segment', [log(97, [1, 98], [0, 99])], 97, 98],
    ['is an hour at least', [log(98, [1, 98])], 98 - hour, 98],
  ])('%s', (_, logs, from, to) => {
    const { fromMs, toMs, hasRecords } = writtenWindow(logs, window)
    expect(hasRecords).toBe(true)
    expect([fromMs / DAY_MS, toMs / DAY_MS]).toEqual([expect.closeTo(from), expect.closeTo(to)])
  })

  it('is all of it where nothing was written', () => {
    expect(writtenWindow([log(50, [1, 60])], window)).toEqual({ ...window, hasRecords: false })
  })

  it('is what a rate is of', () => {
    const young = log(99.5, [40, 99.75], [60, 100])
    const retained = { ...young.retained, logStartOffset: 0n, logEndOffset: 9n, highWatermark: 9n }
    const written = { retained, firstTimestamp: young.firstTimestamp, config: DEFAULT_LOG_CONFIG }
    const { bytesPerDay, growthMs } = growthOf(written, writtenWindow([young], window))
    expect(bytesPerDay).toBeCloseTo(200)
    expect(growthMs).toBe(DAY_MS / 2)
    const before = growthOf(written, writtenWindow([log(50, [1, 60])], window))
    expect(before.growthMs).toBeUndefined()
  })
})

describe('days until a disk is full', () => {
  const config = { deletes: true, fileDeleteDelayMs: 0, isRemote: false }
  const log = (changes: Partial<GrowingLog> & { ms?: number; bytes?: number }): GrowingLog => ({
    bytesPerDay: 10,
    waiting: [],
    segmentBytes: 5,
    config: {
      ...config,
      retentionMs: changes.ms === undefined ? -1n : day(changes.ms),
      retentionBytes: BigInt(changes.bytes ?? -1),
    },
    ...changes,
  })

  it.each([
    ['without retention, all that is written counts', [log({})], 95, 10],
    ['two logs share it', [log({}), log({ bytesPerDay: 20 })], 95, 4],
    ['retention.ms keeps a log small', [log({ ms: 7 })], 95, undefined],
    ['… but not small enough', [log({ ms: 7 })], 65, 7],
    ['so does retention.bytes, and a segment', [log({ bytes: 40 })], 46, undefined],
    ['… but not small enough', [log({ bytes: 40 })], 44, 5],
    ['in the first two days to the hour', [log({ bytesPerDay: 240 })], 95, 10 / 24],
    ['… then to the day', [log({ bytesPerDay: 50 })], 99.9, 2],
    ['nothing is written', [log({ bytesPerDay: 0 })], 1, undefined],
    ['more than ten years away', [log({ bytesPerDay: 0.001 })], 95, undefined],
  ])('%s', (_, logs, free, days) => {
    expect(daysUntilFull(logs, free, NOW)).toBe(days)
  })

  it('what retention takes away meanwhile makes room', () => {
    const waiting = [{ segment: segment(50, 0), dueMs: day(103), dueGrowth: undefined }]
    expect(daysUntilFull([log({ waiting })], 95, NOW)).toBe(15)
  })

  it.each([
    ['of a compacted log, what compaction leaves', { writtenPerDay: 50, dirtyRoom: 0 }, 10],
    ['… and what waits for it, as far as there is room', { writtenPerDay: 50, dirtyRoom: 40 }, 6],
    ['… but never more than is written', { writtenPerDay: 12, dirtyRoom: 1e6 }, 8],
  ])('%s', (_, compacted, days) => {
    const config = { ...log({ ms: 1 }).config, deletes: false }
    expect(daysUntilFull([log({ compacted, config })], 95, NOW)).toBe(days)
  })
})

describe('the growth of a compacted log', () => {
  const segments = [segment(70, 90), segment(30, 93), segment(900, 100)].map((each, slot) => {
    return { ...each, baseOffset: BigInt(slot * 10) }
  })
  const growth = (changes: { dirtyFrom?: bigint; minRatio?: number; lagDays?: number } = {}) =>
    compactedGrowth(
      { segments },
      {
        window: { fromMs: NOW - 10 * DAY_MS, toMs: NOW },
        firstTimestamp: day(83),
        compaction: {
          firstDirtyOffset: changes.dirtyFrom ?? 20n,
          minRatio: changes.minRatio ?? 0.5,
        },
        config: { minCompactionLagMs: (changes.lagDays ?? 0) * DAY_MS, segmentBytes: 5 },
      },
    )

  it('is what was left of the days before the newest that is clean', () => {
    const { lastingPerDay, writtenPerDay, isKnown } = growth()
    expect([lastingPerDay, writtenPerDay, isKnown]).toEqual([10, 93, true])
  })

  it('is not known where nothing was compacted: dirty bytes do not last', () => {
    expect(growth({ dirtyFrom: 0n })).toMatchObject({ lastingPerDay: 0, isKnown: false })
  })

  it.each([
    ['more is dirty than may be', {}, 5],
    ['what the ratio leaves', { minRatio: 0.95 }, 1900 - 900 + 5],
    ['nothing is compacted by the ratio', { minRatio: 1 }, Infinity],
    ['what min.compaction.lag.ms leaves', { lagDays: 10 }, 930 - 900 + 5],
  ])('has room for dirty bytes: %s', (_, changes, room) => {
    expect(growth(changes).dirtyRoom).toBeCloseTo(room)
  })
})
