/** What is said of other intervals, held against lookups in logs that are written under them. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import type { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { foundSegment } from '../../../src/inspect/lookup/found-segment.ts'
import { lookUp } from '../../../src/inspect/lookup/lookup.ts'
import type { LookupQuery } from '../../../src/inspect/lookup/lookup-report.ts'
import { ObservedDisk } from '../../../src/inspect/lookup/observed-disk.ts'
import { PartitionLogReader } from '../../../src/inspect/offsets/partition-log.ts'
import { BatchV2 } from '../../../src/record/batch-v2.ts'
import { configWith, DAY_MS, FOLDER, NOW_MS } from '../../log/new-log.ts'
import { sentBatches, writtenUnder } from '../what-if/written-log.ts'

const INTERVAL = 2000

function indexedEach(indexIntervalBytes: number): Promise<MemoryDisk> {
  const config = { segmentIndexBytes: 10_485_760, segmentBytes: 200_000, indexIntervalBytes }
  return writtenUnder(configWith(config))
}

function lookedUp(disk: MemoryDisk, query: LookupQuery) {
  const log = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS).read(FOLDER)
  const report = lookUp(new ObservedDisk(disk, () => undefined), log, query)
  return foundSegment(disk, log, report, INTERVAL)
}

function scanned(disk: MemoryDisk, query: LookupQuery): number | undefined {
  return lookedUp(disk, query)?.scannedBytes
}

const QUERIES: readonly (readonly [string, readonly LookupQuery[]])[] = [
  ['offsets', Array.from({ length: 150 }, (_, n) => ({ kind: 'offset', offset: BigInt(n * 13) }))],
  [
    'times',
    Array.from({ length: 100 }, (_, n) => ({
      kind: 'timestamp',
      timestamp: BigInt(NOW_MS - DAY_MS + n * 237_000),
    })),
  ],
  [
    'times of batches',
    sentBatches()
      .filter((_, n) => n % 4 === 0)
      .map(bytes => ({ kind: 'timestamp', timestamp: new BatchV2(bytes).maxTimestamp })),
  ],
  ['the greatest timestamp', [{ kind: 'max-timestamp' }]],
]

describe('the segment that a lookup found', () => {
  it.each(QUERIES)('says of %s what other intervals would have scanned', async (_, queries) => {
    const [log, half, twice] = await Promise.all([INTERVAL, 1000, 4000].map(indexedEach))
    let exact = 0
    for (const query of queries) {
      const others = lookedUp(log!, query)?.otherIntervals ?? []
      if (!others.every(({ isExact }) => isExact)) continue
      exact++
      expect(others).toEqual([
        { indexIntervalBytes: 1000, scannedBytes: scanned(half!, query), isExact: true },
        { indexIntervalBytes: 4000, scannedBytes: scanned(twice!, query), isExact: true },
      ])
    }
    expect(exact).toBeGreaterThan(queries.length / 2)
  })

  it('says about what it would be, far from the beginning', async () => {
    const disk = await indexedEach(100)
    const query = { kind: 'offset', offset: 350n } as const
    const { otherIntervals, scannedBytes } = lookedUp(disk, query)!
    expect(otherIntervals.map(({ isExact }) => isExact)).toEqual([false, false])
    for (const { scannedBytes: other } of otherIntervals) {
      expect(other).toBeGreaterThanOrEqual(scannedBytes)
      expect(other).toBeLessThan(20_000)
    }
  })

  it('tells how long it took to fill, and what its indexes take', async () => {
    const disk = await indexedEach(INTERVAL)
    const first = lookedUp(disk, { kind: 'offset', offset: 0n })!
    const [size] = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS)
      .read(FOLDER)
      .segments.map(({ log, index, timeIndex }) => ({
        bytes: log.size,
        indexBytes: index!.size + timeIndex!.size,
      }))
    expect(first).toMatchObject({ bytes: size!.bytes, isFull: true, scannedBytes: 0 })
    expect(first.indexes).toMatchObject({ bytes: size!.indexBytes })
    expect(first.fill!.lastTimestamp).toBeGreaterThan(first.fill!.firstTimestamp)
    const last = lookedUp(disk, { kind: 'max-timestamp' })!
    expect(last.isFull).toBe(false)
  })

  it('is none where nothing was found', async () => {
    const disk = await indexedEach(INTERVAL)
    expect(lookedUp(disk, { kind: 'offset', offset: 1_000_000n })).toBeUndefined()
  })
})
