import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CorruptDataError, LimitError } from '../../src/base/errors.ts'
import {
  RecordFrameDecoder,
  RecordFrameEncoder,
  type FramedRecord,
} from '../../src/record/record-frame.ts'

const RECORD: FramedRecord = {
  partition: 3,
  offset: 42n,
  timestampType: 'create',
  timestamp: 1_700_000_000_000n,
  key: Buffer.from('k'),
  value: null,
  headers: [{ key: Buffer.from('h'), value: Buffer.alloc(0) }],
}

const BYTES =
  '6b66' + // magic
  '01' + // version
  '01' + // create
  '0000002a' + // size
  '00000003' +
  '000000000000002a' +
  '0000018bcfe56800' +
  '000000016b' +
  'ffffffff' +
  '00000001' +
  '0000000168' +
  '00000000'

describe('a record frame', () => {
  it('is laid out as its table says', () => {
    expect(encoded(RECORD).toString('hex')).toBe(BYTES)
  })

  it('comes back whatever the record holds and however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(anyRecord(), { maxLength: 8 }), anyCuts(), (records, cuts) => {
        const stream = Buffer.concat(records.map(encoded))
        expect(decodedInChunks(stream, cuts)).toEqual(records)
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  it('comes back byte by byte, and large', () => {
    const records = [RECORD, { ...RECORD, value: Buffer.alloc(30_000, 7) }, RECORD]
    const stream = Buffer.concat(records.map(encoded))
    expect(decodedInChunks(stream, [1])).toEqual(records)
  })

  it('tells null from empty in keys, values and headers', () => {
    const empty = Buffer.alloc(0)
    const record: FramedRecord = {
      ...RECORD,
      key: null,
      value: empty,
      headers: [
        { key: empty, value: null },
        { key: empty, value: empty },
      ],
    }
    expect(decodedInChunks(encoded(record), [1000])).toEqual([record])
  })
})

describe('a stream that is no frame', () => {
  it('is refused at its first byte', () => {
    const decoder = new RecordFrameDecoder()
    decoder.push(Buffer.from('h'))
    expect(damageOf(() => decoder.next())).toMatchObject({ position: 0, found: '0x68' })
  })

  it('is refused where it stops being one, counted from its beginning', () => {
    const decoder = new RecordFrameDecoder()
    const frame = encoded(RECORD)
    decoder.push(Buffer.concat([frame, Buffer.from('kaputt')]))
    expect(decoder.next()).toEqual(RECORD)
    expect(damageOf(() => decoder.next())).toMatchObject({
      position: frame.length,
      expected: '0x6b66',
    })
  })

  it.each([
    { what: 'version', at: 2, bytes: '02', reason: 'unknown version of record frame' },
    { what: 'timestamp type', at: 3, bytes: '03', reason: 'unknown timestamp type' },
    { what: 'size', at: 4, bytes: '0000001f', reason: 'impossible size of a frame' },
    { what: 'negative size', at: 4, bytes: 'ffffffff', reason: 'impossible size of a frame' },
    {
      what: 'key size',
      at: 28,
      bytes: '7fffffff',
      reason: 'impossible key size in a record frame',
    },
    { what: 'value size', at: 33, bytes: 'fffffffe', reason: 'impossible value size' },
    { what: 'header count', at: 37, bytes: '00000002', reason: 'impossible count of headers' },
    { what: 'header name', at: 41, bytes: 'ffffffff', reason: 'impossible header name size' },
    { what: 'header value', at: 46, bytes: '00000001', reason: 'impossible header value size' },
  ])('is refused for its $what, with its position', ({ at, bytes, reason }) => {
    const frame = Buffer.from(encoded(RECORD))
    frame.write(bytes, at, 'hex')
    const decoder = new RecordFrameDecoder()
    decoder.push(frame)
    const damage = damageOf(() => decoder.next())
    expect(damage.reason).toContain(reason)
    expect(damage.position).toBe(at)
  })

  it('is refused for what is left behind the last header', () => {
    const frame = Buffer.from(encoded(RECORD))
    frame.writeInt32BE(0, 37)
    const decoder = new RecordFrameDecoder()
    decoder.push(frame)
    expect(damageOf(() => decoder.next())).toMatchObject({ position: 41, found: '9' })
  })

  it('is refused where it ends within a frame', () => {
    const frame = encoded(RECORD)
    const decoder = new RecordFrameDecoder()
    decoder.push(Buffer.concat([frame, frame.subarray(0, 20)]))
    expect(decoder.next()).toBeDefined()
    expect(decoder.next()).toBeUndefined()
    expect(damageOf(() => decoder.end())).toMatchObject({
      position: frame.length,
      found: '20 bytes',
    })
  })

  it('costs no more than the limit, whatever a frame claims', () => {
    const frame = Buffer.from(encoded(RECORD))
    frame.writeInt32BE(0x7fffffff, 4)
    const decoder = new RecordFrameDecoder()
    decoder.push(frame.subarray(0, 8))
    expect(() => decoder.next()).toThrow(LimitError)
  })
})

function encoded(record: FramedRecord): Buffer {
  return Buffer.from(new RecordFrameEncoder().encode(record))
}

function decodedInChunks(stream: Buffer, cuts: readonly number[]): FramedRecord[] {
  const decoder = new RecordFrameDecoder()
  const records: FramedRecord[] = []
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = cuts[turn % cuts.length]!
    decoder.push(stream.subarray(at, at + size))
    at += size
    for (let record = decoder.next(); record; record = decoder.next()) records.push(copyOf(record))
  }
  decoder.end()
  expect(decoder.position).toBe(stream.length)
  return records
}

function copyOf(record: FramedRecord): FramedRecord {
  const copy = (bytes: Buffer | null) => bytes && Buffer.from(bytes)
  return {
    ...record,
    key: copy(record.key),
    value: copy(record.value),
    headers: record.headers.map(({ key, value }) => ({
      key: Buffer.from(key),
      value: copy(value),
    })),
  }
}

function anyRecord(): fc.Arbitrary<FramedRecord> {
  const bytes = fc.uint8Array({ maxLength: 40 }).map(array => Buffer.from(array))
  const maybe = fc.option(bytes, { nil: null })
  return fc.record({
    partition: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
    offset: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }),
    timestampType: fc.constantFrom('none', 'create', 'append'),
    timestamp: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    key: maybe,
    value: maybe,
    headers: fc.array(fc.record({ key: bytes, value: maybe }), { maxLength: 3 }),
  })
}

function anyCuts(): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 })
}

function damageOf(act: () => unknown) {
  try {
    act()
  } catch (error) {
    if (error instanceof CorruptDataError) return error.damage
    throw error
  }
  throw new Error('no error')
}
