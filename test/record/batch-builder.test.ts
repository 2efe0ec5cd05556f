import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../src/base/limits.ts'
import { CODECS } from '../../src/compression/codecs.ts'
import { BatchBuilder, type NewRecord } from '../../src/record/batch-builder.ts'
import { BatchV2 } from '../../src/record/batch-v2.ts'
import { V2Cursor } from '../../src/record/v2-cursor.ts'
import { encodeBatch } from './encode-batch.ts'

const bytes = (text: string) => Buffer.from(text)

const RECORDS: readonly NewRecord[] = [
  {
    timestamp: 1_700_000_000_000n,
    key: bytes('k1'),
    value: bytes('hello'),
    headers: [
      { key: bytes('h1'), value: bytes('v') },
      { key: bytes('h2'), value: null },
    ],
  },
  { timestamp: 1_700_000_000_005n, key: null, value: bytes('hello hello'), headers: [] },
  { timestamp: 1_700_000_000_003n, key: bytes(''), value: null, headers: [] },
]

describe('BatchBuilder', () => {
  it.each(CODECS)('builds with $name what the reader finds again', codec => {
    const builder = new BatchBuilder({ codec })
    for (const record of RECORDS) builder.add(record)
    const batch = new BatchV2(builder.build())
    expect(batch.isValid()).toBe(true)
    expect(batch.codecId).toBe(codec.id)
    expect(batch.maxTimestamp).toBe(1_700_000_000_005n)
    expect([batch.baseOffset, batch.lastOffset, batch.recordCount]).toEqual([0n, 2n, 3])
    const cursor = new V2Cursor(batch, DEFAULT_DECODE_LIMITS)
    const found: NewRecord[] = []
    while (cursor.next()) {
      const at = (start: number, size: number) =>
        size < 0 ? null : Buffer.from(cursor.bytes.subarray(start, start + size))
      found.push({
        timestamp: cursor.timestamp,
        key: at(cursor.keyStart, cursor.keySize),
        value: at(cursor.valueStart, cursor.valueSize),
        headers: cursor.headers(),
      })
    }
    expect(found).toEqual(RECORDS)
  })

  it('writes the bytes of the plain encoder', () => {
    const builder = new BatchBuilder({
      producer: { producerId: 9000n, producerEpoch: 0, baseSequence: 42 },
      isTransactional: true,
      partitionLeaderEpoch: 7,
    })
    for (const record of RECORDS) builder.add(record)
    const [first] = RECORDS
    const plain = encodeBatch({
      baseTimestamp: first!.timestamp,
      maxTimestamp: 1_700_000_000_005n,
      attributes: 0x10,
      producerId: 9000n,
      baseSequence: 42,
      partitionLeaderEpoch: 7,
      records: RECORDS.map(({ timestamp, key, value, headers }, offsetDelta) => ({
        offsetDelta,
        timestampDelta: timestamp - first!.timestamp,
        key,
        value,
        headers,
      })),
    })
    expect(builder.build().toString('hex')).toBe(plain.toString('hex'))
  })

  it('begins anew after a batch', () => {
    const builder = new BatchBuilder()
    for (const record of RECORDS) builder.add(record)
    const once = builder.build()
    expect(builder.recordCount).toBe(0)
    for (const record of RECORDS) builder.add(record)
    expect(builder.build()).toEqual(once)
  })
})
