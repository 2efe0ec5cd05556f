import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { PartitionLogReader } from '../../../src/inspect/offsets/partition-log.ts'
import type { CountedPartition } from '../../../src/inspect/stats/counted-logs.ts'
import { statsOf, type StatsOptions } from '../../../src/inspect/stats/stats.ts'
import type { StatsReport } from '../../../src/inspect/stats/stats-report.ts'
import { OFFSET_INDEX_ENTRY } from '../../../src/log/offset-index.ts'
import { encodeBatch, record } from '../../record/encode-batch.ts'
import { FIXTURES, partitionsOf, readLog } from '../fixture-partitions.ts'

/** Without records that a consumer does not get: deleted ones that the files still hold. */
const CONSUMED = ['clean-4.3', 'legacy-0.9', 'legacy-0.10', 'transactions-4.3', 'upgraded-0.11']

describe.each(CONSUMED)('statistics of %s', fixture => {
  it('count what a consumer gets', async () => {
    const lines = fs.readFileSync(join(FIXTURES, fixture, 'expected/records.jsonl'), 'utf8')
    const consumed = lines
      .split('\n')
      .filter(line => line.includes('"isolation":"read_uncommitted"'))
      .map(line => JSON.parse(line) as ConsumedRecord)
    const topics = new Set(consumed.map(({ topic }) => topic))
    const { reports } = await run(fixturePartitions(fixture), { by: 'topic' })
    const counted = reports.filter(({ topic }) => topics.has(topic ?? ''))
    const sum = (value: (report: StatsReport) => number) =>
      counted.reduce((total, report) => total + value(report), 0)
    const count = (is: (record: ConsumedRecord) => boolean) => consumed.filter(is).length
    expect({
      records: sum(({ total }) => total.records),
      nullKeys: sum(({ counts }) => counts.nullKeys),
      tombstones: sum(({ counts }) => counts.tombstones),
      headers: sum(({ counts }) => counts.headers),
      emptyValues: sum(({ counts }) => counts.emptyValues),
    }).toEqual({
      records: consumed.length,
      nullKeys: count(({ key_b64: key }) => key === null),
      tombstones: count(({ value_b64: value }) => value === null),
      headers: consumed.reduce((total, { headers }) => total + headers.length, 0),
      emptyValues: count(({ value_b64: value }) => value === ''),
    })
  })

  it('of all partitions together are the sums of each', async () => {
    const partitions = fixturePartitions(fixture)
    const [all] = (await run(partitions, { by: 'all' })).reports
    const { reports } = await run(partitions, { by: 'partition' })
    expect(reports).toHaveLength(partitions.length)
    const bytes = reports.reduce((sum, { total }) => sum + total.bytes, 0)
    expect(all?.total.bytes).toBe(bytes)
    const largest = reports.flatMap(report => report.largest.map(({ size }) => size))
    expect(all?.largest.map(({ size }) => size)).toEqual(
      largest.sort((a, b) => b - a).slice(0, all?.largest.length),
    )
  })
})

interface ConsumedRecord {
  readonly topic: string
  readonly headers: readonly unknown[]
  readonly key_b64: string | null
  /** Absent for a long one. */
  readonly value_b64?: string | null
}

describe('statistics', () => {
  it('tell gaps between batches, and records that are older than one before', async () => {
    const disk = logOf([
      encodeBatch({ baseOffset: 0n, baseTimestamp: 1000n, records: [record(0, 'a')] }),
      encodeBatch({
        baseOffset: 1n,
        baseTimestamp: 4000n,
        records: [record(0, 'b'), { ...record(1, 'c'), timestampDelta: -3500n }],
      }),
      encodeBatch({ baseOffset: 3n, baseTimestamp: 2000n, records: [record(0, null)] }),
    ])
    const [report] = (await run(partitionIn(disk), {}, disk)).reports
    const { batchGapMs, latenessMs } = report!.distributions
    expect([batchGapMs.count, batchGapMs.max]).toEqual([1, 3000])
    expect([latenessMs.count, latenessMs.min, latenessMs.max]).toEqual([2, 2000, 3500])
    expect(report!.counts).toMatchObject({ backwardBatches: 1, tombstones: 1, nullKeys: 4 })
  })

  it('count a record in its own hour, a batch and its bytes in that of its newest record', async () => {
    const batch = encodeBatch({
      baseTimestamp: 3_599_999n,
      maxTimestamp: 3_600_000n,
      records: [record(0, 'a'), record(1, 'b'), { ...record(2, 'c'), timestampDelta: 1n }],
    })
    const disk = logOf([batch])
    const [report] = (await run(partitionIn(disk), {}, disk)).reports
    expect(report!.hours.rows).toEqual([
      { key: 0, batches: 0, records: 2, bytes: 0 },
      { key: 1, batches: 1, records: 1, bytes: batch.length },
    ])
  })

  it('take nanoseconds for milliseconds, as they were written, and mix them with others', async () => {
    const nanoseconds = 1_795_401_203_551_000_001n
    const at = (baseOffset: bigint, baseTimestamp: bigint) =>
      encodeBatch({ baseOffset, baseTimestamp, records: [record(0, 'v')] })
    const times = [1000n, nanoseconds, 2000n, nanoseconds - 1n, nanoseconds + 1n]
    const disk = logOf(times.map((time, i) => at(BigInt(i), time)))
    const [report] = (await run(partitionIn(disk), {}, disk)).reports
    const { latenessMs, batchGapMs } = report!.distributions
    expect([latenessMs.count, latenessMs.min]).toEqual([2, 1])
    expect(latenessMs.max).toBe(Number(nanoseconds - 2000n))
    expect(batchGapMs.count + report!.counts.backwardBatches).toBe(4)
    const hours = report!.hours.rows.map(({ key, batches, records }) => [key, batches, records])
    const huge = Number(nanoseconds / 3_600_000n)
    expect(hours).toEqual([
      [0, 2, 2],
      [huge, 3, 3],
    ])
  })

  it('leave out a damaged batch, and say which', async () => {
    const batches = manyBatches(3)
    batches[1]![70]! ^= 1
    const disk = logOf(batches)
    const { reports, failures } = await run(partitionIn(disk), {}, disk)
    expect(reports[0]?.total.batches).toBe(2)
    expect(reports[0]?.counts.damagedBatches).toBe(1)
    expect(failures).toEqual([expect.stringContaining('the checksum of the batch does not hold')])
  })

  it('tell a batch that is larger than may be read from a damaged one', async () => {
    const disk = logOf(manyBatches(3))
    const limits = { ...DEFAULT_DECODE_LIMITS, batchBytesMax: BATCH_SIZE - 1 }
    const { reports, failures } = await run(partitionIn(disk), { limits }, disk)
    expect(reports[0]?.counts).toMatchObject({ damagedBatches: 0, tooLargeBatches: 3 })
    expect(failures).toEqual(Array(3).fill(expect.stringContaining('--max-batch-bytes')))
  })

  it.each([
    ['an open', 1],
    ['a closed', 0],
  ])('take a torn end of %s log for what it is', async (_, notices) => {
    const batches = manyBatches(3)
    const disk = logOf([...batches.slice(0, 2), batches[2]!.subarray(0, 80)])
    if (notices === 0) disk.put('/data/.kafka_cleanshutdown', Buffer.alloc(0))
    const { reports, failures } = await run(partitionIn(disk), {}, disk)
    expect(reports[0]?.total.batches).toBe(2)
    expect(failures).toHaveLength(1 - notices)
  })

  it('name no more producers than asked, and count the others', async () => {
    const batches = [1n, 2n, 2n, 3n].map((producerId, i) =>
      encodeBatch({ baseOffset: BigInt(i), producerId, records: [record(0, 'value')] }),
    )
    const disk = logOf(batches)
    const [report] = (await run(partitionIn(disk), { topMax: 1 }, disk)).reports
    expect(report!.producers.rows.map(({ key, batches: count }) => [key, count])).toEqual([[2n, 2]])
    expect(report!.producers.others.batches).toBe(2)
    expect(report!.largest).toHaveLength(1)
  })
})

describe('a sample', () => {
  const SAMPLE = 2 * 256 * 1024

  it.each([
    ['by the offset index', true],
    ['without an index', false],
  ])('reads whole batches, spread over the log, %s', async (_, isIndexed) => {
    const batches = manyBatches(4000)
    const disk = logOf(batches)
    if (isIndexed) disk.put(`${FOLDER}/00000000000000000000.index`, indexOf(batches))
    const { reports, failures } = await run(partitionIn(disk), { sampleSize: SAMPLE }, disk)
    const [report] = reports
    expect(failures).toEqual([])
    expect(report?.sample).toEqual({ sampleBytes: SAMPLE, places: 16 })
    expect(report?.counts.damagedBatches).toBe(0)
    expect(report?.total.bytes).toBeGreaterThan(SAMPLE - 2 * BATCH_SIZE)
    expect(report?.total.bytes).toBeLessThan(SAMPLE + 4 * BATCH_SIZE)
    expect(report?.bytesRead).toBeLessThan(1.5 * SAMPLE)
  })

  it('that would hold everything is no sample', async () => {
    const disk = logOf(manyBatches(10))
    const [report] = (await run(partitionIn(disk), { sampleSize: 1e9 }, disk)).reports
    expect(report?.sample).toBeUndefined()
    expect(report?.total.batches).toBe(10)
  })

  it('of segments that are smaller than its pieces reads as much as asked, here and there', async () => {
    const disk = logOf([])
    const perSegment = 10
    const batches = manyBatches(2000)
    for (let i = 0; i < batches.length; i += perSegment) {
      const bytes = Buffer.concat(batches.slice(i, i + perSegment))
      disk.put(`${FOLDER}/${String(i).padStart(20, '0')}.log`, bytes)
    }
    const sampleSize = 200_000
    const [report] = (await run(partitionIn(disk), { sampleSize }, disk)).reports
    expect(report?.total.bytes).toBeGreaterThan(0.8 * sampleSize)
    expect(report?.total.bytes).toBeLessThan(1.2 * sampleSize)
    expect(report?.sample?.places).toBeGreaterThan(16)
  })

  it('of batches that are larger than its pieces reads hardly more than one too much', async () => {
    const size = 300_000
    const batches = Array.from({ length: 40 }, (_, i) =>
      encodeBatch({ baseOffset: BigInt(i), records: [record(0, 'x'.repeat(size))] }),
    )
    const disk = logOf(batches)
    const sampleSize = 1_000_000
    const [report] = (await run(partitionIn(disk), { sampleSize }, disk)).reports
    expect(report?.bytesRead).toBeLessThan(sampleSize + 1.2 * size)
    expect(report?.total.batches).toBeGreaterThanOrEqual(3)
  })

  it('does not count the distance of its places as a gap', async () => {
    const disk = logOf(manyBatches(4000))
    const [report] = (await run(partitionIn(disk), { sampleSize: SAMPLE }, disk)).reports
    expect(report?.distributions.batchGapMs.max).toBe(1)
  })
})

const FOLDER = '/data/orders-0'
const VALUE = 'x'.repeat(1000)
const BATCH_SIZE = manyBatches(1)[0]!.length

/** A millisecond apart. */
function manyBatches(count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) =>
    encodeBatch({
      baseOffset: BigInt(i),
      baseTimestamp: BigInt(i),
      records: [record(0, VALUE)],
    }),
  )
}

function indexOf(batches: readonly Buffer[]): Buffer {
  const entries = batches.map((_, i) =>
    OFFSET_INDEX_ENTRY.encode({ relativeOffset: i, position: i * BATCH_SIZE }),
  )
  return Buffer.concat(entries.filter((_, i) => i > 0 && i % 4 === 0))
}

function logOf(batches: readonly Buffer[]): MemoryDisk {
  const disk = new MemoryDisk()
  disk.put(`${FOLDER}/00000000000000000000.log`, Buffer.concat(batches))
  return disk
}

function partitionIn(disk: MemoryDisk): CountedPartition[] {
  const log = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS).read(FOLDER)
  return [{ topic: 'orders', partition: 0, log, segments: log.segments }]
}

function fixturePartitions(fixture: string): CountedPartition[] {
  const partitions = partitionsOf(fixture).map(({ topic, partition, path }) => {
    const log = readLog(path)
    return { topic, partition, log, segments: log.segments }
  })
  return partitions.sort((a, b) => (a.topic < b.topic ? -1 : 1))
}

async function run(
  partitions: readonly CountedPartition[],
  options: Partial<StatsOptions>,
  disk: MemoryDisk | typeof nodeDisk = nodeDisk,
): Promise<{ reports: StatsReport[]; failures: string[] }> {
  const reports: StatsReport[] = []
  const failures: string[] = []
  const events = statsOf(disk, partitions, {
    by: 'all',
    sampleSize: undefined,
    topMax: 10,
    limits: DEFAULT_DECODE_LIMITS,
    workers: 1,
    onProgress: () => undefined,
    ...options,
  })
  for await (const event of events) {
    if (event.kind === 'report') reports.push(event.report)
    else if (event.problem.kind === 'failure') failures.push(event.problem.message)
  }
  return { reports, failures }
}
