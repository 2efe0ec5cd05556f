/** Worked out by hand, from what a broker's source says. */
import { describe, expect, it } from 'vitest'
import {
  planRetention,
  retentionConfigOf,
  type RetainedLog,
  type RetentionConfig,
} from '../../src/log/retention-policy.ts'

const NOW = 10_000n
const KEEPS_ALL = { deletes: true, retentionMs: -1n, retentionBytes: -1n } as const

/** Segments of ten offsets each, `[size, largest timestamp]`. */
function logOf(
  segments: readonly (readonly [size: number, largestTimestamp: number])[],
  { logStart = 0, highWatermark = segments.length * 10 } = {},
): RetainedLog {
  return {
    segments: segments.map(([size, largestTimestamp], index) => ({
      baseOffset: BigInt(index * 10),
      size,
      largestTimestamp: BigInt(largestTimestamp),
    })),
    logStartOffset: BigInt(logStart),
    logEndOffset: BigInt(segments.length * 10),
    highWatermark: BigInt(highWatermark),
  }
}

function plan(log: RetainedLog, config: Partial<RetentionConfig>) {
  const whole = { fileDeleteDelayMs: 0, isRemote: false, ...KEEPS_ALL, ...config }
  return planRetention(log, whole, NOW)
}

function reasons(log: RetainedLog, config: Partial<RetentionConfig>): string[] {
  return plan(log, config).expired.map(({ reason }) => reason)
}

describe('by time', () => {
  const log = logOf([
    [100, 1000],
    [100, 2000],
    [100, 3000],
  ])
  it.each([
    [-1, 0, 'kept for ever'],
    [9000, 0, 'the first is 9000 ms old: not more than it may be'],
    [8999, 1, 'one more millisecond'],
    [7999, 2, ''],
    [6999, 3, 'the active segment, too'],
    [0, 3, ''],
  ])('retention.ms=%i: %i segments go (%s)', (retentionMs, count) => {
    expect(reasons(log, { retentionMs: BigInt(retentionMs) })).toEqual(Array(count).fill('time'))
  })

  it('one from the future keeps all behind it', () => {
    const future = [
      [100, 1000],
      [100, 99_000],
      [100, 1000],
    ] as const
    expect(reasons(logOf(future), { retentionMs: 1000n })).toEqual(['time'])
  })

  it('an active segment without records stays', () => {
    const emptied = [
      [100, 1000],
      [0, 1000],
    ] as const
    expect(reasons(logOf(emptied), { retentionMs: 0n })).toEqual(['time'])
  })
})

describe('by size', () => {
  const log = logOf([
    [100, 0],
    [100, 0],
    [100, 0],
  ])
  it.each([
    [-1, 0],
    [300, 0],
    [201, 0],
    [200, 1],
    [150, 1],
    [100, 2],
    [1, 2],
    [0, 3],
  ])('retention.bytes=%i: %i segments go', (retentionBytes, count) => {
    expect(reasons(log, { retentionBytes: BigInt(retentionBytes) })).toEqual(
      Array(count).fill('size'),
    )
  })
})

describe('by the log start offset', () => {
  const log = (logStart: number) =>
    logOf(
      [
        [100, 9999],
        [100, 9999],
        [100, 9999],
      ],
      { logStart },
    )
  it.each([
    [0, 0],
    [9, 0],
    [10, 1],
    [19, 1],
    [25, 2],
    [30, 2],
  ])('at %i: %i segments go', (logStart, count) => {
    expect(reasons(log(logStart), {})).toEqual(Array(count).fill('log-start'))
  })

  it('whatever cleanup.policy says', () => {
    const config = { deletes: false, retentionMs: 0n, retentionBytes: 0n }
    expect(reasons(log(10), config)).toEqual(['log-start'])
  })
})

it('passes follow each other, each over what the one before has left', () => {
  const log = logOf(
    [
      [100, 9000],
      [100, 9000],
      [100, 2000],
      [100, 9000],
    ],
    { logStart: 10 },
  )
  expect(reasons(log, { retentionBytes: 200n, retentionMs: 5000n })).toEqual([
    'log-start',
    'size',
    'time',
  ])
})

it.each([
  [9, 0],
  [10, 1],
  [29, 2],
  [30, 3],
])('with a high watermark of %i, %i segments go', (highWatermark, count) => {
  const log = logOf(
    [
      [100, 0],
      [100, 0],
      [100, 0],
    ],
    { highWatermark },
  )
  expect(reasons(log, { retentionMs: 0n }).length).toBe(count)
})

it('what is in a remote storage is for a broker to delete', () => {
  const log = logOf([
    [100, 0],
    [100, 0],
  ])
  expect(plan(log, { retentionMs: 0n, isRemote: true })).toMatchObject({
    expired: [],
    waiting: [{ dueMs: undefined }, { dueMs: undefined }],
  })
})

describe('what stays', () => {
  it('tells when time does it, the youngest before counting, and how far the log has to grow', () => {
    const log = logOf([
      [100, 9000],
      [200, 8000],
      [300, 9500],
    ])
    const { waiting } = plan(log, { retentionMs: 5000n, retentionBytes: 700n })
    expect(waiting.map(({ dueMs, dueGrowth }) => [dueMs, dueGrowth])).toEqual([
      [14_001n, 200n],
      [14_001n, 400n],
      [14_501n, 700n],
    ])
  })

  it('never goes where nothing says so', () => {
    const { waiting } = plan(logOf([[100, 0]]), {})
    expect(waiting).toMatchObject([{ dueMs: undefined, dueGrowth: undefined }])
  })

  it.each([
    { retentionMs: 5000n, retentionBytes: -1n },
    { retentionMs: -1n, retentionBytes: 250n },
  ])('goes when its time has come, and not before: %o', config => {
    const segments = [
      [100, 9000],
      [200, 8000],
    ] as const
    const { waiting } = plan(logOf(segments), config)
    const { dueMs = NOW, dueGrowth = 0n } = waiting[0]!
    const whole = { fileDeleteDelayMs: 0, isRemote: false, deletes: true, ...config }
    const at = (nowMs: bigint, growth: bigint) =>
      planRetention(logOf([...segments, [Number(growth), 9000]]), whole, nowMs).expired.length
    expect([at(dueMs - 1n, dueGrowth - 1n), at(dueMs, dueGrowth) > 0]).toEqual([0, true])
  })
})

describe('configs', () => {
  it.each([
    [{}, { deletes: true, retentionMs: 604_800_000n, retentionBytes: -1n, isRemote: false }],
    [{ 'cleanup.policy': 'compact' }, { deletes: false }],
    [{ 'cleanup.policy': 'compact, delete' }, { deletes: true }],
    [{ 'cleanup.policy': '' }, { deletes: false }],
    [
      { 'retention.ms': '-1', 'retention.bytes': '5' },
      { retentionMs: -1n, retentionBytes: 5n },
    ],
    [{ 'remote.storage.enable': 'true' }, { isRemote: true }],
  ])('%o', (configs, expected) => {
    expect(retentionConfigOf(new Map(Object.entries(configs)))).toMatchObject(expected)
  })
})
