import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CorruptDataError } from '../../../src/base/errors.ts'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { greatestTimestampDelta } from '../../../src/inspect/verify/fast-records.ts'
import { BATCH_HEADER, BATCH_OVERHEAD, BatchV2 } from '../../../src/record/batch-v2.ts'
import { V2Cursor } from '../../../src/record/v2-cursor.ts'

const SET_A =
  '2c000000046b310a68656c6c6f0404683102760468' +
  '32013a000a02012e68656c6c6f2068656c6c6f2068656c6c6f2068656c6c6f0010000604046b320100'

function batchOf(records: Buffer, count: number, lastOffsetDelta: number): BatchV2 {
  const header = BATCH_HEADER.encode({
    baseOffset: 0n,
    batchLength: BATCH_OVERHEAD - 12 + records.length,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes: 0,
    lastOffsetDelta,
    baseTimestamp: 0n,
    maxTimestamp: 0n,
    producerId: -1n,
    producerEpoch: -1,
    baseSequence: -1,
    recordsCount: count,
  })
  return new BatchV2(Buffer.concat([header, records]))
}

function fast(batch: BatchV2): number | undefined {
  return greatestTimestampDelta({
    bytes: batch.buffer,
    start: BATCH_OVERHEAD,
    end: batch.size,
    count: batch.recordCount,
    lastOffsetDelta: batch.lastOffsetDelta,
  })
}

/** By the careful reader: the greatest timestamp, or undefined where it refuses, or offsets are out of order. */
function careful(batch: BatchV2): number | undefined {
  try {
    const cursor = new V2Cursor(batch, DEFAULT_DECODE_LIMITS)
    let previous = -1
    let greatest = -Infinity
    while (cursor.next()) {
      if (cursor.offsetDelta <= previous || cursor.offsetDelta > batch.lastOffsetDelta)
        return undefined
      previous = cursor.offsetDelta
      greatest = Math.max(greatest, cursor.timestampNumber)
    }
    return greatest
  } catch (error) {
    if (error instanceof CorruptDataError) return undefined
    throw error
  }
}

describe('the quick look at records', () => {
  test('reads records that Kafka wrote', () => {
    expect(fast(batchOf(Buffer.from(SET_A, 'hex'), 3, 2))).toBe(5)
  })

  test('gives up on an offset beyond the last', () => {
    expect(fast(batchOf(Buffer.from(SET_A, 'hex'), 3, 1))).toBeUndefined()
  })

  test('never accepts what the careful reader refuses, whatever bytes are changed', () => {
    const original = Buffer.from(SET_A, 'hex')
    const change = fc.record({ at: fc.nat(original.length - 1), byte: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(4), (changes, count) => {
        const records = Buffer.from(original)
        for (const { at, byte } of changes) records[at] = byte
        const batch = batchOf(records, count, 2)
        const found = fast(batch)
        if (found !== undefined) expect(found).toBe(careful(batch))
      }),
      { numRuns: 20_000, seed: 7 },
    )
  })
})
