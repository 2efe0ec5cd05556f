import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CODECS } from '../../src/compression/codecs.ts'
import { BatchBuilder, type NewRecord } from '../../src/record/batch-builder.ts'
import { BatchV2 } from '../../src/record/batch-v2.ts'
import { anyRecord } from './arbitrary-record.ts'
import { encodeBatch } from './encode-batch.ts'
import { FOREIGN } from './foreign-bytes.ts'
import { recordsOf } from './records-of.ts'

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
    expect(recordsOf(batch)).toEqual(RECORDS)
  })

  it('writes the bytes that Apache Kafka writes', () => {
    const [first, second, third] = RECORDS
    const hellos = bytes('hello hello hello hello')
    const builder = new BatchBuilder()
    builder.add(first!)
    builder.add({ ...second!, value: hellos })
    builder.add({ ...third!, key: bytes('k2') })
    expect(builder.build().toString('hex')).toBe(FOREIGN.v2None.toString('hex'))
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

  it('keeps every record, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(anyRecord(), { minLength: 1, maxLength: 20 }), records => {
        const builder = new BatchBuilder()
        for (const record of records) builder.add(record)
        const { uncompressedSize } = builder
        const bytes = builder.build()
        expect(bytes.length).toBe(uncompressedSize)
        const batch = new BatchV2(bytes)
        expect(batch.isValid()).toBe(true)
        expect(recordsOf(batch)).toEqual(records)
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  it('takes slices of larger buffers, of every size, at every place', () => {
    const source = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251))
    const builder = new BatchBuilder()
    const expected: Buffer[] = []
    for (let size = 0; size <= 300; size++) {
      for (const start of [0, 3, source.length - size]) {
        expect(builder.tryAdd(sliceOf(source, start, size), Infinity)).toBe(true)
        expected.push(source.subarray(start, start + size))
      }
    }
    const found = recordsOf(new BatchV2(builder.build()))
    expect(found.map(({ value }) => value)).toEqual(expected)
  })

  it('is full exactly at the size it may have, and takes a first record of any size', () => {
    const value = Buffer.alloc(100)
    const sizeOfTwo = (() => {
      const builder = new BatchBuilder()
      builder.tryAdd(sliceOf(value, 0, 100), Infinity)
      builder.tryAdd(sliceOf(value, 0, 100), Infinity)
      return builder.build().length
    })()
    const builder = new BatchBuilder()
    expect(builder.tryAdd(sliceOf(value, 0, 100), 1)).toBe(true)
    expect(builder.tryAdd(sliceOf(value, 0, 100), sizeOfTwo - 1)).toBe(false)
    expect(builder.recordCount).toBe(1)
    expect(builder.tryAdd(sliceOf(value, 0, 100), sizeOfTwo)).toBe(true)
    expect(builder.build().length).toBe(sizeOfTwo)
  })

  it('counts sequence numbers on, from batch to batch and beyond the last one', () => {
    const producer = { producerId: 7n, producerEpoch: 1, baseSequence: 2 ** 31 - 2 }
    const builder = new BatchBuilder({ producer })
    const sequences = [1, 2, 3].map(() => {
      for (const record of RECORDS) builder.add(record)
      return new BatchV2(builder.build()).baseSequence
    })
    expect(sequences).toEqual([2 ** 31 - 2, 1, 4])
  })
})

function sliceOf(valueBytes: Buffer, valueStart: number, valueSize: number) {
  const noKey = { keyBytes: Buffer.alloc(0), keyStart: 0, keySize: -1 }
  return { timestamp: 0, ...noKey, valueBytes, valueStart, valueSize, headers: [] }
}
