import fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import { lookUp } from '../../../src/inspect/lookup/lookup.ts'
import type { LookupQuery } from '../../../src/inspect/lookup/lookup-report.ts'
import { ObservedDisk } from '../../../src/inspect/lookup/observed-disk.ts'
import { logBounds } from '../../../src/inspect/offsets/log-bounds.ts'
import {
  PartitionLogReader,
  type PartitionLog,
} from '../../../src/inspect/offsets/partition-log.ts'
import { BatchScanner } from '../../../src/log/batch-scanner.ts'
import { withSegment } from '../../../src/log/open-segment.ts'
import { LOG_OVERHEAD } from '../../../src/record/batch.ts'
import { BATCH_HEADER } from '../../../src/record/batch-v2.ts'
import { eachRecord } from '../../../src/record/records.ts'
import { newBatch, placedAt, withHeader } from '../../log/new-batch.ts'
import { FIXTURES, partitionsOf, readLog } from '../fixture-partitions.ts'

interface PlacedRecord {
  readonly offset: bigint
  readonly timestamp: bigint
}

const blind = () => undefined

/** Every record that a broker would serve, in order; `stored` with those that were deleted by moving the start. */
function recordsOf(log: PartitionLog, scope: 'served' | 'stored' = 'served'): PlacedRecord[] {
  const { logStartOffset, logEndOffset } = logBounds(nodeDisk, log)
  const from = scope === 'served' ? logStartOffset : 0n
  const all = log.segments.flatMap(segment =>
    withSegment(nodeDisk, segment, ({ log: file }) => {
      const records: PlacedRecord[] = []
      const scanner = new BatchScanner(file)
      while (scanner.next() !== undefined) {
        for (const { offset, timestamp } of eachRecord(scanner.body(), DEFAULT_DECODE_LIMITS)) {
          records.push({ offset, timestamp })
        }
      }
      return records
    }),
  )
  return all.filter(({ offset }) => offset >= from && offset < logEndOffset)
}

function found(log: PartitionLog, query: LookupQuery): PlacedRecord | undefined {
  const record = lookUp(new ObservedDisk(nodeDisk, blind), log, query).found?.record
  return record && { offset: record.offset, timestamp: record.timestamp }
}

const partitions = [
  'clean-4.3',
  'compacted-4.3',
  'killed-4.3',
  'segments-3.9',
  'transactions-4.3',
  'legacy-0.9',
  'legacy-0.10',
].flatMap(partitionsOf)

describe('a lookup in what Kafka wrote', () => {
  it.each(partitions)('finds every offset of $name, or the next one there is', ({ path }) => {
    const log = readLog(path)
    const records = recordsOf(log)
    const { logStartOffset, logEndOffset } = logBounds(nodeDisk, log)
    for (let offset = logStartOffset; offset < logEndOffset; offset++) {
      const expected = records.find(record => record.offset >= offset)
      expect(found(log, { kind: 'offset', offset })).toEqual(expected)
    }
  })

  it.each(partitions)('answers like a broker at the ends of $name', ({ path }) => {
    const log = readLog(path)
    const { logStartOffset, logEndOffset } = logBounds(nodeDisk, log)
    const at = (offset: bigint) =>
      lookUp(new ObservedDisk(nodeDisk, blind), log, { kind: 'offset', offset })
    const range = { logStartOffset, logEndOffset }
    expect(at(logEndOffset)).toMatchObject({ outcome: 'at-end', range })
    expect(at(logEndOffset + 1n)).toMatchObject({ outcome: 'out-of-range', range })
    expect(at(logStartOffset - 1n)).toMatchObject({ outcome: 'out-of-range', range })
  })

  it.each(partitions)('finds every time of $name', ({ path }) => {
    const log = readLog(path)
    const records = recordsOf(log).filter(({ timestamp }) => timestamp >= 0n)
    for (const time of new Set(records.map(({ timestamp }) => timestamp))) {
      for (const timestamp of [time - 1n, time, time + 1n]) {
        const expected = records.find(record => record.timestamp >= timestamp)
        expect(found(log, { kind: 'timestamp', timestamp })).toEqual(expected)
      }
    }
  })

  it.each(partitions)('finds the greatest timestamp of $name, deleted or not', ({ path }) => {
    const log = readLog(path)
    const records = recordsOf(log, 'stored').filter(({ timestamp }) => timestamp >= 0n)
    const latest = records.reduce<PlacedRecord | undefined>(
      (max, record) => (max !== undefined && max.timestamp >= record.timestamp ? max : record),
      undefined,
    )
    expect(found(log, { kind: 'max-timestamp' })).toEqual(latest)
  })
})

describe('a lookup in a damaged log', () => {
  const at = (name: string, offset: bigint) => {
    const log = readLog(join(FIXTURES, `damaged/${name}/log/orders-0`))
    return lookUp(new ObservedDisk(nodeDisk, blind), log, { kind: 'offset', offset })
  }

  it.each([
    ['bit-flip-length-beyond', 50n, 52n, 'bytes 806 to 1010 were skipped'],
    ['zeroed-range', 51n, 54n, 'bytes 806 to 1202 were skipped'],
    ['missing-segment', 25n, 41n, 'offsets 25 to 40 are in no segment'],
    ['bit-flip-base-offset', 50n, 54n, 'the batch claims an offset that is out of place'],
  ])('says of %s that %d is not there, but %d, and why', (name, asked, next, reason) => {
    const { outcome, found: there, damages } = at(name, asked)
    expect({ outcome, offset: there?.record?.offset }).toEqual({ outcome: 'next', offset: next })
    expect(damages.map(damage => damage.reason)).toEqual([reason])
  })

  it('by time tells of batches that could not be looked into, and goes on', () => {
    const log = readLog(join(FIXTURES, 'damaged/bit-flip-length/log/orders-0'))
    const disk = new ObservedDisk(nodeDisk, blind)
    const report = lookUp(disk, log, { kind: 'timestamp', timestamp: 1_700_000_166_000n })
    expect(report.found?.record?.offset).toBe(52n)
    expect(report.damages).toMatchObject([
      { position: 867, reason: expect.stringContaining('snappy') as string },
      { position: 947, found: 'a batch that does not end within the file (torn)' },
    ])
  })

  it('finds what is intact behind damage in the same segment', () => {
    const report = at('bit-flip-length-beyond', 55n)
    expect(report).toMatchObject({ outcome: 'found' })
    expect(report.found?.record?.offset).toBe(55n)
  })

  it('takes no segment for lost where compaction emptied what was before', () => {
    const log = readLog(join(FIXTURES, 'damaged/missing-segment/log/orders-0'))
    const query = { kind: 'offset', offset: 25n } as const
    const asCompacted = { ...log, isCompacted: true }
    const report = lookUp(new ObservedDisk(nodeDisk, blind), asCompacted, query)
    expect(report).toMatchObject({ outcome: 'next', damages: [] })
  })
})

describe('the way of a lookup', () => {
  const INTERVAL = 4096
  const BATCH_COUNT = 5000
  const { disk, batchSize } = longLog()
  const log = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS).read('/d/long-0')

  /** One batch of a fixture over and over, with an index entry at least every INTERVAL bytes, as a broker's. */
  function longLog() {
    const source = join(FIXTURES, 'clean-4.3/b/records-lz4-0/00000000000000000000.log')
    const bytes = fs.readFileSync(source)
    const template = bytes.subarray(0, 12 + bytes.readInt32BE(8))
    const count = BATCH_HEADER.decode(template, 0).lastOffsetDelta + 1
    const entries: Buffer[] = []
    let indexedAt = 0
    const batches = Array.from({ length: BATCH_COUNT }, (_, i) => {
      const batch = Buffer.from(template)
      batch.writeBigInt64BE(BigInt(i * count), 0)
      const position = i * template.length
      if (position - indexedAt > INTERVAL) {
        const entry = Buffer.alloc(8)
        entry.writeInt32BE(i * count + count - 1, 0)
        entry.writeInt32BE(position, 4)
        entries.push(entry)
        indexedAt = position
      }
      return batch
    })
    const memory = new MemoryDisk()
    memory.put('/d/.kafka_cleanshutdown', Buffer.alloc(0))
    memory.put('/d/long-0/00000000000000000000.log', Buffer.concat(batches))
    memory.put('/d/long-0/00000000000000000000.index', Buffer.concat(entries))
    return { disk: memory, batchSize: template.length }
  }

  it('touches no more of the log than two index intervals and the batch', () => {
    const { logEndOffset } = logBounds(disk, log)
    for (let offset = 0n; offset < logEndOffset; offset += 97n) {
      const report = lookUp(new ObservedDisk(disk, blind), log, { kind: 'offset', offset })
      expect(report.found?.record?.offset).toBe(offset)
      const read = report.way.reads.find(({ path }) => path.endsWith('.log'))
      expect(read?.touchedBytes).toBeLessThanOrEqual(2 * INTERVAL + batchSize)
    }
  })

  it('leaves an index aside that leads astray, and says so', () => {
    const damaged = Buffer.alloc(16)
    damaged.writeInt32BE(1, 0)
    damaged.writeInt32BE(77, 4)
    damaged.writeInt32BE(2, 8)
    damaged.writeInt32BE(0x7fffffff, 12)
    disk.put('/d/long-0/00000000000000000000.index', damaged)
    const report = lookUp(new ObservedDisk(disk, blind), log, { kind: 'offset', offset: 40n })
    expect(report.found?.record?.offset).toBe(40n)
    expect(report.way.steps[0]?.indexDamage?.reason).toContain('leads astray')
  })

  it('shows a batch that cannot be decoded, and why', () => {
    const bytes = Buffer.from(disk.readWhole('/d/long-0/00000000000000000000.log'))
    bytes.fill(0xff, BATCH_HEADER.size, batchSize)
    disk.put('/d/long-0/00000000000000000000.log', bytes)
    const report = lookUp(new ObservedDisk(disk, blind), log, { kind: 'offset', offset: 0n })
    expect(report).toMatchObject({ outcome: 'found', found: { position: 0, isValid: false } })
    expect(report.found?.record).toBeUndefined()
    expect(report.found?.damage?.message).toContain('00000000000000000000.log')
  })
})

describe('the greatest timestamp in a batch of which compaction left nothing but the header', () => {
  const greatest = { count: 4, timestamps: [1_700_000_009_000] }
  const query: LookupQuery = { kind: 'max-timestamp' }

  function lookUpBehind(first: Buffer) {
    const disk = new MemoryDisk()
    const next = placedAt(newBatch({ count: 2, timestamps: [1_700_000_001_000] }), 4)
    disk.put('/d/.kafka_cleanshutdown', Buffer.alloc(0))
    disk.put('/d/x-0/00000000000000000000.log', Buffer.concat([placedAt(first, 0), next]))
    const log = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS).read('/d/x-0')
    return lookUp(new ObservedDisk(disk, blind), log, query)
  }

  it('is the first record of that batch while it has records', () => {
    const report = lookUpBehind(newBatch(greatest))
    expect(report).toMatchObject({ outcome: 'found', found: { record: { offset: 0n } } })
  })

  it("is no record, not the next batch's", () => {
    const header = newBatch(greatest).subarray(0, BATCH_HEADER.size)
    header.writeInt32BE(BATCH_HEADER.size - LOG_OVERHEAD, BATCH_HEADER.offsetOf.batchLength)
    expect(lookUpBehind(withHeader(header, { recordsCount: 0 }))).toMatchObject({ outcome: 'none' })
  })
})
