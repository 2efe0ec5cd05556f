import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../src/binary/reader.ts'
import { ByteWriter } from '../../src/binary/writer.ts'

describe('a byte writer', () => {
  it('writes what a byte reader reads, however often it grows', () => {
    const numbers = fc.record({
      int8: fc.integer({ min: -0x80, max: 0x7f }),
      int16: fc.integer({ min: -0x8000, max: 0x7fff }),
      uint16: fc.integer({ min: 0, max: 0xffff }),
      int32: fc.integer(),
      uint32: fc.integer({ min: 0, max: 0xffffffff }),
      int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      float64: fc.double(),
      bytes: fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes)),
    })
    fc.assert(
      fc.property(fc.array(numbers), fc.integer({ min: 1, max: 80 }), (rows, sizeHint) => {
        const writer = new ByteWriter(sizeHint)
        for (const row of rows) write(writer, row)
        const reader = new ByteReader(Buffer.from(writer.written()))
        expect(rows.map(({ bytes }) => read(reader, bytes.length))).toEqual(rows)
        expect(reader.remaining).toBe(0)
        expect(writer.size).toBe(reader.position)
      }),
      { seed: 4_31 },
    )
  })
})

type Row = ReturnType<typeof read>

function write(writer: ByteWriter, row: Row): void {
  writer.int8(row.int8)
  writer.int16(row.int16)
  writer.uint16(row.uint16)
  writer.int32(row.int32)
  writer.varint(row.int32)
  writer.uint32(row.uint32)
  writer.unsignedVarint(row.uint32)
  writer.int64(row.int64)
  writer.varlong(row.int64)
  writer.float64(row.float64)
  writer.bytes(row.bytes)
}

function read(reader: ByteReader, size: number) {
  const int8 = reader.int8()
  const int16 = reader.int16()
  const uint16 = reader.uint16()
  const int32 = reader.int32()
  expect(reader.varint()).toBe(int32)
  const uint32 = reader.uint32()
  expect(reader.unsignedVarint()).toBe(uint32)
  const int64 = reader.int64()
  expect(reader.varlong()).toBe(int64)
  return {
    int8,
    int16,
    uint16,
    int32,
    uint32,
    int64,
    float64: reader.float64(),
    bytes: reader.bytes(size),
  }
}
