import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CorruptDataError, LimitError } from '../../src/base/errors.ts'
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from '../../src/base/limits.ts'
import { BATCH_HEADER } from '../../src/record/batch-v2.ts'
import { keyOf, valueOf } from '../../src/record/record-cursor.ts'
import { batchAt, eachRecord } from '../../src/record/records.ts'
import { encodeBatch, record, varint, type TestBatch, type TestRecord } from './encode-batch.ts'
import { FOREIGN, T } from './foreign-bytes.ts'

interface Shown {
  readonly offset: bigint
  readonly timestamp: bigint
  readonly key: string | null
  readonly value: string | null
  readonly headers: Record<string, string | null>
}

const HELLOS = 'hello hello hello hello'

describe('the records of a batch that Apache Kafka wrote', () => {
  it.each(['v2None', 'v2Gzip', 'v2Snappy', 'v2Lz4', 'v2Zstd'] as const)(
    'are read from %s',
    name => {
      expect(recordsIn(FOREIGN[name])).toEqual([
        shown(0n, T, 'k1', 'hello', { h1: 'v', h2: null }),
        shown(1n, T + 5n, null, HELLOS),
        shown(2n, T + 3n, 'k2', null),
      ])
    },
  )

  it('all carry the append time where the broker set it', () => {
    expect(recordsIn(FOREIGN.v2AppendTime).map(({ timestamp }) => timestamp)).toEqual([
      T + 1000n,
      T + 1000n,
      T + 1000n,
    ])
  })

  it.each(['v0None', 'v0Gzip', 'v0Lz4'] as const)('are read from %s, without timestamps', name => {
    const base = name === 'v0None' ? 0n : 10n
    expect(recordsIn(FOREIGN[name])).toEqual([
      shown(base, -1n, 'k1', 'hello'),
      shown(base + 1n, -1n, null, HELLOS),
      shown(base + 2n, -1n, 'k2', null),
    ])
  })

  it.each(['v1None', 'v1Gzip', 'v1Lz4'] as const)('are read from %s', name => {
    expect(recordsIn(FOREIGN[name])).toEqual([
      shown(10n, T, 'k1', 'hello'),
      shown(11n, T + 5n, null, HELLOS),
      shown(12n, T + 3n, 'k2', null),
    ])
  })

  it('keep their offsets and timestamps under a delete horizon', () => {
    const batch = batchAt(FOREIGN.afterCompaction, 0)
    expect(batch.deleteHorizonMs).toBe(1_700_087_400_000n)
    expect(recordsIn(FOREIGN.afterCompaction)).toEqual([
      shown(1n, T + 5n, 'k2', null),
      shown(2n, T + 3n, 'k1', 'v2'),
    ])
  })

  it('are none in a batch that compaction emptied', () => {
    const batch = batchAt(FOREIGN.v2Empty, 0)
    expect([batch.baseOffset, batch.lastOffset, batch.isValid()]).toEqual([100n, 102n, true])
    expect(recordsIn(FOREIGN.v2Empty)).toEqual([])
  })

  it.each(Object.entries(FOREIGN))('have a checksum that holds: %s', (_name, bytes) => {
    for (let at = 0; at < bytes.length;) {
      const batch = batchAt(bytes, at)
      expect(batch.isValid()).toBe(true)
      at += batch.size
    }
  })
})

describe('the records of any batch', () => {
  it('have a number for a timestamp only where it is exact', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -4n, max: 4n }),
        fc.constantFrom(-1n, 0n, 1n),
        fc.bigInt({ min: -4n, max: 4n }),
        (near, side, timestampDelta) => {
          const baseTimestamp = side * 2n ** 53n + near
          const batch = encodeBatch({
            baseTimestamp,
            records: [{ ...record(0, 'v'), timestampDelta }],
          })
          const [read] = eachRecord(batchAt(batch, 0), DEFAULT_DECODE_LIMITS)
          const { timestampNumber, timestamp } = read!
          if (!Number.isNaN(timestampNumber)) expect(BigInt(timestampNumber)).toBe(timestamp)
        },
      ),
    )
  })

  it('are read as they were written', () => {
    fc.assert(
      fc.property(batches(), written => {
        const baseOffset = written.baseOffset ?? 0n
        const baseTimestamp = written.baseTimestamp ?? 0n
        const expected = written.records.map(({ offsetDelta, timestampDelta, key, value }) => ({
          offset: baseOffset + BigInt(offsetDelta),
          timestamp: BigInt.asIntN(64, baseTimestamp + timestampDelta),
          key,
          value,
        }))
        const batch = batchAt(encodeBatch(written), 0)
        const read = [...eachRecord(batch, DEFAULT_DECODE_LIMITS)].length
        expect(read).toBe(written.records.length)
        expect(plainRecordsIn(encodeBatch(written))).toEqual(expected)
      }),
    )
  })

  it('give their headers in order, repeated keys and all', () => {
    fc.assert(
      fc.property(batches(), written => {
        const headers = [...eachRecord(batchAt(encodeBatch(written), 0), DEFAULT_DECODE_LIMITS)]
        expect(headers.length).toBe(written.records.length)
        let index = 0
        for (const read of eachRecord(batchAt(encodeBatch(written), 0), DEFAULT_DECODE_LIMITS)) {
          expect(read.headers()).toEqual(written.records[index++]!.headers)
        }
      }),
    )
  })

  it('never cost anything but a CorruptDataError or a LimitError, whatever the bytes', () => {
    fc.assert(
      fc.property(batches(), fc.nat(), fc.nat(255), (written, where, byte) => {
        const bytes = encodeBatch(written)
        bytes[12 + (where % (bytes.length - 12))] = byte
        try {
          recordsIn(bytes, { batchBytesMax: 1 << 20 })
        } catch (error) {
          if (!(error instanceof CorruptDataError || error instanceof LimitError)) throw error
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a batch is refused', () => {
  const three = [record(0, 'a'), record(1, 'b'), record(2, 'c')]

  it('that declares more records than it holds', () => {
    const long = three.map(({ offsetDelta }) => record(offsetDelta, 'x'.repeat(9)))
    const bytes = encodeBatch({ records: long, recordsCount: 4 })
    expect(() => recordsIn(bytes)).toThrow(/of record 4 of 4/)
  })

  it('that declares a count that cannot fit, before a loop begins', () => {
    const bytes = encodeBatch({ records: three, recordsCount: 0x7fffffff })
    expect(() => recordsIn(bytes)).toThrow(
      /at byte 57: impossible count of records in a batch: .* expected 0 to 3/,
    )
  })

  it('that declares fewer records than it holds', () => {
    const bytes = encodeBatch({ records: three, recordsCount: 2 })
    expect(() => recordsIn(bytes)).toThrow(/bytes left behind the last record/)
  })

  it('whose record is longer than what is left', () => {
    const bytes = encodeBatch({ records: three })
    bytes[BATCH_HEADER.size] = 0x7e
    expect(() => recordsIn(bytes)).toThrow(/at byte 61: record length of record 1 of 3/)
  })

  it('whose key reaches beyond its record', () => {
    const body = Buffer.concat([Buffer.of(0, 0, 0), varint(100n), varint(-1n), varint(0n)])
    const payload = Buffer.concat([varint(BigInt(body.length)), body, Buffer.alloc(200)])
    const bytes = encodeBatch({ records: [], recordsCount: 1, payload })
    expect(() => recordsIn(bytes)).toThrow(/key size of record 1 of 1 is impossible/)
  })

  it('whose codec nobody knows', () => {
    const bytes = encodeBatch({ records: three, attributes: 6 })
    expect(() => recordsIn(bytes)).toThrow(/unknown compression codec: found id 6/)
  })

  it('whose payload is no compressed data', () => {
    const bytes = encodeBatch({ records: three, attributes: 1 })
    expect(() => recordsIn(bytes)).toThrow(/at byte 61: gzip payload/)
  })

  it('that would decompress to more than allowed', () => {
    expect(() => recordsIn(FOREIGN.v2Gzip, { batchBytesMax: 50 })).toThrow(LimitError)
  })

  it('that wraps messages with an offset below their own', () => {
    const bytes = Buffer.from(FOREIGN.v1Gzip)
    bytes.writeBigInt64BE(1n, 0)
    expect(() => recordsIn(bytes)).toThrow(/wrapper offset: found 1, expected 0, or 2 or more/)
  })
})

function recordsIn(bytes: Buffer, limits: DecodeLimits = DEFAULT_DECODE_LIMITS): Shown[] {
  const records: Shown[] = []
  for (let at = 0; at < bytes.length;) {
    const batch = batchAt(bytes, at)
    for (const read of eachRecord(batch, limits)) {
      const headers = read
        .headers()
        .map(({ key, value }) => [key.toString(), value?.toString() ?? null])
      records.push({
        offset: read.offset,
        timestamp: read.timestamp,
        key: keyOf(read)?.toString() ?? null,
        value: valueOf(read)?.toString() ?? null,
        headers: Object.fromEntries(headers) as Record<string, string | null>,
      })
    }
    at += batch.size
  }
  return records
}

function plainRecordsIn(bytes: Buffer): unknown[] {
  const records: unknown[] = []
  for (const read of eachRecord(batchAt(bytes, 0), DEFAULT_DECODE_LIMITS)) {
    const { offset, timestamp, offsetNumber, timestampNumber } = read
    if (!isNaN(offsetNumber)) expect(BigInt(offsetNumber)).toBe(offset)
    if (!isNaN(timestampNumber)) expect(BigInt(timestampNumber)).toBe(timestamp)
    records.push({ offset, timestamp, key: keyOf(read), value: valueOf(read) })
  }
  return records
}

function shown(
  offset: bigint,
  timestamp: bigint,
  key: string | null,
  value: string | null,
  headers: Record<string, string | null> = {},
): Shown {
  return { offset, timestamp, key, value, headers }
}

function batches(): fc.Arbitrary<TestBatch> {
  const bytes = fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array))
  const records: fc.Arbitrary<TestRecord> = fc.record({
    offsetDelta: fc.nat(),
    timestampDelta: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers: fc.array(fc.record({ key: bytes, value: fc.option(bytes) }), { maxLength: 3 }),
  })
  return fc.record({
    baseOffset: fc.bigInt({ min: 0n, max: 1n << 62n }),
    baseTimestamp: fc.bigInt({ min: -1n, max: 1n << 62n }),
    records: fc.array(records, { maxLength: 8 }),
  })
}
