import { basename } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSegmentFileName } from '../../src/log/file-names.ts'
import { OffsetIndex, type OffsetPosition } from '../../src/log/offset-index.ts'
import { dumpedFiles } from './fixture.ts'
import { MemoryFile } from './memory-file.ts'

/** As Apache Kafka wrote it: base offset 100, entries (150, 4200) and (200, 8500). */
const WRITTEN_BY_KAFKA = Buffer.from('00000032000010680000006400002134', 'hex')
const FILE = 't-0/00000000000000000100.index'

describe('an offset index', () => {
  it('reads what Apache Kafka wrote', () => {
    const index = new OffsetIndex(new MemoryFile(WRITTEN_BY_KAFKA), 100n)
    expect([0, 1].map(slot => index.entryAt(slot))).toEqual([
      { offset: 150n, position: 4200 },
      { offset: 200n, position: 8500 },
    ])
    expect(index.sanityFailure(FILE)).toBeUndefined()
  })

  it.each(dumpedFiles('.index'))('reads $name as kafka-dump-log does', ({ path, ...dump }) => {
    const index = new OffsetIndex(
      new MemoryFile(dump.bytes),
      parseSegmentFileName(basename(path))!.baseOffset,
    )
    const slots = index.count === 0 ? [] : [...Array(Math.max(1, index.usedCount)).keys()]
    const lines = slots.map(slot => {
      const { offset, position } = index.entryAt(slot)
      return `offset: ${offset} position: ${position}`
    })
    const expected = dump.lines.filter(line => !line.endsWith(' is empty.'))
    expect(lines.slice(0, dump.isWhole ? undefined : expected.length)).toEqual(expected)
  })

  it('ends before the zeros of a preallocated file', () => {
    const index = new OffsetIndex(
      new MemoryFile(Buffer.concat([WRITTEN_BY_KAFKA, Buffer.alloc(1024)])),
      100n,
    )
    expect(index.usedCount).toBe(2)
    expect(index.count).toBe(130)
  })

  it('has nothing in use in a file of zeros alone', () => {
    expect(new OffsetIndex(new MemoryFile(Buffer.alloc(4096)), 100n).usedCount).toBe(0)
    expect(new OffsetIndex(new MemoryFile(Buffer.alloc(8)), 100n).usedCount).toBe(0)
    expect(new OffsetIndex(new MemoryFile(Buffer.alloc(0)), 100n).usedCount).toBe(0)
  })

  it('leaves out a last entry that is cut off', () => {
    const index = new OffsetIndex(new MemoryFile(WRITTEN_BY_KAFKA.subarray(0, 13)), 100n)
    expect(index.usedCount).toBe(1)
    expect(index.sanityFailure('/d/x.index')).toBe(
      'Index file /d/x.index is corrupt, found 13 bytes which is neither positive nor a multiple of 8',
    )
  })

  it('finds the same floor as a search through all entries', () => {
    const distance = fc.bigInt({ min: -10n, max: 200_000n })
    fc.assert(
      fc.property(ascending(), distance, fc.nat(40), (written, target, padding) => {
        const bytes = Buffer.concat([encode(written), Buffer.alloc(padding)])
        const index = new OffsetIndex(new MemoryFile(bytes), 100n)
        const beginning = { offset: 100n, position: 0 }
        const oracle = written.findLast(entry => entry.offset <= 100n + target) ?? beginning
        expect(index.floor(100n + target)).toEqual(oracle)
      }),
    )
  })

  it('reads a few pages of a preallocated file, and none twice', () => {
    const written = Array.from({ length: 5000 }, (_, slot) => ({
      offset: 101n + BigInt(slot),
      position: slot * 4096,
    }))
    const preallocated = Buffer.alloc(10 * 1024 * 1024)
    encode(written).copy(preallocated)
    const file = new MemoryFile(preallocated)
    const index = new OffsetIndex(file, 100n)
    expect(index.usedCount).toBe(5000)
    expect(index.floor(2100n)).toEqual({ offset: 2100n, position: 1999 * 4096 })
    expect(file.bytesRead).toBeLessThanOrEqual(20 * 4096)
    for (let slot = 0; slot < index.count; slot++) index.entryAt(slot)
    expect(file.bytesRead).toBe(preallocated.length)
  })

  it('leads to no place behind the one that is looked for where zeros lie between its entries', () => {
    const written = Array.from({ length: 300 }, (_, slot) => ({
      offset: 101n + BigInt(slot),
      position: slot * 4096,
    }))
    const hole = fc.record({ from: fc.nat(299), size: fc.nat(100), target: fc.nat(400) })
    fc.assert(
      fc.property(hole, fc.nat(64), ({ from, size, target }, padding) => {
        const bytes = Buffer.concat([encode(written), Buffer.alloc(padding * 8)])
        bytes.fill(0, from * 8, Math.min(bytes.length, (from + size) * 8))
        const index = new OffsetIndex(new MemoryFile(bytes), 100n)
        const { position } = index.floor(100n + BigInt(target))
        expect(position).toBeLessThanOrEqual(Math.max(0, target - 1) * 4096)
      }),
    )
  })

  it('looks at its last 8 KiB alone for an offset near the end', () => {
    const written = Array.from({ length: 5000 }, (_, slot) => ({
      offset: 100n + BigInt(slot + 1),
      position: (slot + 1) * 100,
    }))
    const probes: [number, string][] = []
    const index = new OffsetIndex(new MemoryFile(encode(written)), 100n)
    expect(index.floor(5090n, (slot, section) => probes.push([slot, section])).offset).toBe(5090n)
    expect(probes.length).toBeLessThanOrEqual(12)
    expect(probes.every(([slot, section]) => slot >= 4999 - 1024 && section === 'warm')).toBe(true)
    probes.length = 0
    expect(index.floor(150n, (slot, section) => probes.push([slot, section])).offset).toBe(150n)
    expect(probes.slice(0, 2)).toEqual([
      [3975, 'warm'],
      [0, 'cold'],
    ])
  })

  it('tells where the last offset is below the base offset, as a broker would', () => {
    const index = new OffsetIndex(new MemoryFile(Buffer.from('ffffffff00001068', 'hex')), 100n)
    expect(index.sanityFailure('/d/x.index')).toBe(
      'Corrupt index found, index file /d/x.index has non-zero size but the last offset is 99 ' +
        'which is less than the base offset 100',
    )
  })

  it('never fails, whatever the bytes', () => {
    fc.assert(
      fc.property(bytesOf(), fc.bigInt({ min: 0n, max: 1n << 63n }), (bytes, target) => {
        const index = new OffsetIndex(new MemoryFile(bytes), 100n)
        index.floor(target)
        index.sanityFailure(FILE)
        expect(index.usedCount).toBeLessThanOrEqual(index.count)
      }),
    )
  })
})

function bytesOf(): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes))
}

function ascending(): fc.Arbitrary<OffsetPosition[]> {
  const step = fc.record({
    offsets: fc.integer({ min: 1, max: 90 }),
    bytes: fc.integer({ min: 61, max: 9000 }),
  })
  return fc.array(step, { maxLength: 2500, size: '+2' }).map(steps => {
    let offset = 100n
    let position = 0
    return steps.map(({ offsets, bytes }) => {
      offset += BigInt(offsets)
      position += bytes
      return { offset, position }
    })
  })
}

function encode(written: readonly OffsetPosition[]): Buffer {
  const bytes = Buffer.alloc(written.length * 8)
  for (const [slot, { offset, position }] of written.entries()) {
    bytes.writeInt32BE(Number(offset - 100n), slot * 8)
    bytes.writeInt32BE(position, slot * 8 + 4)
  }
  return bytes
}
