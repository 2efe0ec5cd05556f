import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../src/base/limits.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { BatchScanner } from '../../src/log/batch-scanner.ts'
import { maxTimestampOf } from '../../src/log/largest-timestamp.ts'
import type { BatchLocation } from '../../src/log/offset-lookup.ts'
import { withSegment } from '../../src/log/open-segment.ts'
import type { PartitionDirectory } from '../../src/log/partition-directory.ts'
import { lookupOffsetInSegments, lookupTimestampInSegments } from './partition-lookup.ts'
import type { Segment } from '../../src/log/segment.ts'
import { eachRecord } from '../../src/record/records.ts'
import { answeredOffsets, FIXTURE_NAMES, partitionsOf } from './fixture.ts'

describe.each(FIXTURE_NAMES)('a lookup in %s', fixture => {
  const partitions = partitionsOf(fixture)

  it('finds the batch of every offset that a scan of all batches finds', () => {
    for (const { segments } of partitions) {
      const batches = allBatches({ segments })
      const last = batches.at(-1)?.lastOffset ?? -1n
      for (let target = segments[0]?.baseOffset ?? 0n; target <= last + 1n; target++) {
        const oracle = batches.find(batch => batch.lastOffset >= target)
        const found = lookupOffsetInSegments(nodeDisk, segments, target).at(-1)?.lookup
        expect(found?.batch?.position).toBe(oracle?.position)
        expect(found?.batch?.lastOffset).toBe(oracle?.lastOffset)
        expect(found?.indexDamage).toBeUndefined()
      }
    }
  })

  /** About times; with tiered storage a broker may answer with an offset that this disk no longer holds. */
  const questions = answeredOffsets(fixture)
    .filter(({ time }) => /^\d+$/.test(time))
    .filter(({ folder, offset }) => {
      return servedPartition(partitions, folder).segments[0]!.baseOffset <= offset
    })

  it.each(questions)('finds at $time in $folder offset $offset, as a broker', question => {
    const { segments } = servedPartition(partitions, question.folder)
    const timestamp = BigInt(question.time)
    const logStartOffset = answerTo(fixture, question.folder, 'earliest')
    const answer = lookupTimestampInSegments(nodeDisk, segments, { timestamp, logStartOffset }).at(
      -1,
    )
    expect(answer?.lookup.record?.offset).toBe(question.offset)
    expect(answer?.lookup.record?.timestamp).toBeGreaterThanOrEqual(timestamp)
  })

  it('finds no record at a time that no record reaches', () => {
    for (const { segments } of partitions) {
      const timestamp = 1n << 60n
      expect(lookupTimestampInSegments(nodeDisk, segments, { timestamp })).toEqual([])
    }
  })

  it('knows the greatest timestamp of every segment', () => {
    for (const { segments } of partitions) {
      for (const segment of segments) {
        const isActive = segment === segments.at(-1)
        const known = withSegment(nodeDisk, segment, open => maxTimestampOf(open, isActive))
        const batches = allBatches({ segments: [segment] })
        const oracle = batches.map(({ maxTimestamp }) => maxTimestamp)
        const greatest = oracle.reduce((a, b) => (a > b ? a : b), -1n)
        if (hasTornTail(segment)) expect(known.timestamp).toBeGreaterThanOrEqual(greatest)
        else expect(known.timestamp).toBe(greatest)
      }
    }
  })

  it('finds the first record of every time that a scan of all records finds', () => {
    for (const { segments } of partitions) {
      const records = allRecords({ segments })
      for (const { timestamp } of records) {
        const found = lookupTimestampInSegments(nodeDisk, segments, { timestamp }).at(-1)
        const oracle = records.find(record => record.timestamp >= timestamp)
        if (timestamp >= 0n) expect(found?.lookup.record?.offset).toBe(oracle?.offset)
      }
    }
  })
})

type Segments = Pick<PartitionDirectory, 'segments'>

function allBatches({ segments }: Segments): BatchLocation[] {
  return segments.flatMap(segment =>
    withSegment(nodeDisk, segment, ({ log }) => {
      const scanner = new BatchScanner(log)
      const batches: BatchLocation[] = []
      for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
        const { size, baseOffset, lastOffset, maxTimestamp, partitionLeaderEpoch } = batch
        const { position } = scanner
        batches.push({ position, size, baseOffset, lastOffset, maxTimestamp, partitionLeaderEpoch })
      }
      return batches
    }),
  )
}

function allRecords({ segments }: Segments): { offset: bigint; timestamp: bigint }[] {
  return segments.flatMap(segment =>
    withSegment(nodeDisk, segment, ({ log }) => {
      const scanner = new BatchScanner(log)
      const records: { offset: bigint; timestamp: bigint }[] = []
      while (scanner.next() !== undefined) {
        for (const { offset, timestamp } of eachRecord(scanner.body(), DEFAULT_DECODE_LIMITS)) {
          records.push({ offset, timestamp })
        }
      }
      return records
    }),
  )
}

/** An index may tell of a batch that the log has lost. */
function hasTornTail(segment: Segment): boolean {
  return withSegment(nodeDisk, segment, ({ log }) => {
    const scanner = new BatchScanner(log)
    while (scanner.next() !== undefined);
    return scanner.stopped === 'torn'
  })
}

function servedPartition(
  partitions: readonly PartitionDirectory[],
  folder: string,
): PartitionDirectory {
  return partitions.find(({ name }) => name === folder)!
}

function answerTo(fixture: string, folder: string, time: string): bigint {
  const answers = answeredOffsets(fixture)
  return answers.find(answer => answer.folder === folder && answer.time === time)!.offset
}
