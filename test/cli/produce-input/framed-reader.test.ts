import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FramedReader } from '../../../src/cli/produce-input/framed-reader.ts'
import { RecordFrameEncoder } from '../../../src/record/record-frame.ts'
import type { NewRecord } from '../../../src/record/batch-builder.ts'
import { anyRecord } from '../../record/arbitrary-record.ts'
import { anyPlaces, cut, readAll } from './pieces.ts'

describe('FramedReader', () => {
  it('reads what frames hold, wherever they are cut', async () => {
    const anyCase = fc.record({
      records: fc.array(fc.tuple(fc.integer({ min: -1, max: 9 }), anyRecord()), { maxLength: 8 }),
      places: anyPlaces(),
    })
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ records, places }) => {
        const bytes = Buffer.concat(records.map(([partition, record]) => frame(partition, record)))
        const expected = records.map(([partition, record]) => ({ partition, ...record }))
        expect(await readAll(new FramedReader(1e6), cut(bytes, places))).toEqual(expected)
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  it('tells which record is no frame, and where', async () => {
    const bytes = Buffer.concat([frame(0, SMALL), Buffer.from('garbage')])
    await expect(readAll(new FramedReader(1e6), [bytes])).rejects.toThrow(
      /^the test at byte 41: record 2: no record frame begins here: found 0x6761/,
    )
  })

  it('refuses an end within a frame', async () => {
    const bytes = frame(0, SMALL)
    await expect(readAll(new FramedReader(1e6), [bytes.subarray(0, 20)])).rejects.toThrow(
      'record 1: the stream ends within a record frame',
    )
  })

  it('refuses a record that is too large, by the option that allows it', async () => {
    const bytes = frame(0, { ...SMALL, value: Buffer.alloc(1000) })
    await expect(readAll(new FramedReader(500), [bytes])).rejects.toThrow(
      'raise it with --max-record-bytes',
    )
  })
})

const SMALL: NewRecord = { timestamp: 1n, key: null, value: Buffer.from('v'), headers: [] }

function frame(partition: number, record: NewRecord): Buffer {
  const framed = { ...record, partition, offset: -1n, timestampType: 'create' as const }
  return Buffer.from(new RecordFrameEncoder().encode(framed))
}
