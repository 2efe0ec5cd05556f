import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { ByteOutput } from '../../../src/cli/byte-output.ts'
import { recordMembers } from '../../../src/cli/json-text.ts'
import { RecordJson } from '../../../src/cli/render/record-json.ts'
import { BatchV2 } from '../../../src/record/batch-v2.ts'
import { recordsOf } from '../../../src/record/records.ts'
import { encodeBatch } from '../../record/encode-batch.ts'

/** Bytes around everything that JSON or UTF-8 treats in a way of its own. */
const byte = fc.oneof(fc.constantFrom(0, 0x1f, 0x20, 0x22, 0x5c, 0x7f, 0x80, 0xff), fc.nat(255))
const bytes = fc.oneof(
  fc.constant(null),
  fc.array(byte, { maxLength: 300 }).map(array => Buffer.from(array)),
  fc.string({ unit: 'grapheme', maxLength: 100 }).map(text => Buffer.from(text)),
  fc.nat(5000).map(size => Buffer.alloc(size, 'plain text ')),
)
const int64 = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n })

describe('a record line written as bytes', () => {
  it('is the record line of every command', () => {
    const arbitrary = fc.record({ key: bytes, value: bytes, offset: int64, timestamp: int64 })
    fc.assert(
      fc.property(arbitrary, fc.string(), ({ key, value, offset, timestamp }, topic) => {
        const headers = value === null ? [] : [{ key: value, value: key }]
        const record = { offsetDelta: 0, timestampDelta: 0n, key, value, headers }
        const batch = new BatchV2(
          encodeBatch({ baseOffset: offset, baseTimestamp: timestamp, records: [record] }),
        )
        const records = recordsOf(batch, DEFAULT_DECODE_LIMITS)
        records.next()
        const place = { topic, partition: 3, timestampType: 'create' } as const
        const line = `{${recordMembers(place, records)}}\n`
        expect(written(place, records)).toBe(line)
      }),
      { numRuns: 300 },
    )
  })

  it('is that of a topic with any name', () => {
    const batch = new BatchV2(encodeBatch({ records: [] }))
    const records = recordsOf(batch, DEFAULT_DECODE_LIMITS)
    const place = { topic: 'заказы "1"', partition: 0, timestampType: 'create' } as const
    const expected: unknown = JSON.parse(`{${recordMembers(place, records)}}`)
    expect(JSON.parse(written(place, records))).toEqual(expected)
  })
})

function written(
  place: { readonly topic: string; readonly partition: number; readonly timestampType: 'create' },
  records: ReturnType<typeof recordsOf>,
): string {
  const written: Buffer[] = []
  const out = new ByteOutput(flushed => written.push(Buffer.from(flushed)))
  const json = new RecordJson(out)
  json.in(place)
  json.line(place.timestampType, records)
  out.flush()
  return Buffer.concat(written).toString('utf8')
}
