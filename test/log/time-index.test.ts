import { basename } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSegmentFileName } from '../../src/log/file-names.ts'
import { TimeIndex, type TimestampOffset } from '../../src/log/time-index.ts'
import { dumpedFiles } from './fixture.ts'
import { MemoryFile } from './memory-file.ts'

const T = 1_700_000_000_000n
/** As Apache Kafka wrote it: base offset 100, entries (T, 150) and (T+900, 200). */
const WRITTEN_BY_KAFKA = Buffer.from('0000018bcfe56800000000320000018bcfe56b8400000064', 'hex')
const FILE = 't-0/00000000000000000100.timeindex'

describe('a time index', () => {
  it('reads what Apache Kafka wrote', () => {
    const index = new TimeIndex(new MemoryFile(WRITTEN_BY_KAFKA), 100n)
    expect([0, 1].map(slot => index.entryAt(slot))).toEqual([
      { timestamp: T, offset: 150n },
      { timestamp: T + 900n, offset: 200n },
    ])
    expect(index.last).toEqual({ timestamp: T + 900n, offset: 200n })
    expect(index.sanityFailure(FILE)).toBeUndefined()
  })

  it.each(dumpedFiles('.timeindex'))('reads $name as kafka-dump-log does', ({ path, ...dump }) => {
    const index = new TimeIndex(
      new MemoryFile(dump.bytes),
      parseSegmentFileName(basename(path))!.baseOffset,
    )
    const slots = index.count === 0 ? [] : [...Array(Math.max(1, index.usedCount)).keys()]
    const lines = slots.map(slot => {
      const { timestamp, offset } = index.entryAt(slot)
      return `timestamp: ${timestamp} offset: ${offset}`
    })
    expect(lines.slice(0, dump.isWhole ? undefined : dump.lines.length)).toEqual(dump.lines)
  })

  it('ends before the zeros of a preallocated file', () => {
    const index = new TimeIndex(
      new MemoryFile(Buffer.concat([WRITTEN_BY_KAFKA, Buffer.alloc(1200)])),
      100n,
    )
    expect([index.usedCount, index.count]).toEqual([2, 102])
  })

  it('has nothing in use in a file of zeros alone', () => {
    const index = new TimeIndex(new MemoryFile(Buffer.alloc(10_236)), 100n)
    expect(index.usedCount).toBe(0)
    expect(index.last).toEqual({ timestamp: -1n, offset: 100n })
  })

  it('takes a single zero entry for a record of the year 1970', () => {
    expect(new TimeIndex(new MemoryFile(Buffer.alloc(12)), 100n).last).toEqual({
      timestamp: 0n,
      offset: 100n,
    })
  })

  it('leaves out a last entry that is cut off', () => {
    const index = new TimeIndex(new MemoryFile(WRITTEN_BY_KAFKA.subarray(0, 20)), 100n)
    expect(index.usedCount).toBe(1)
    expect(index.sanityFailure('/d/x')).toBe(
      'Time index file /d/x is corrupt, found 20 bytes which is neither positive nor a multiple of 12',
    )
  })

  it('finds the same floor as a search through all entries', () => {
    fc.assert(
      fc.property(ascending(), fc.bigInt({ min: -10n, max: 60_000n }), (written, distance) => {
        const index = new TimeIndex(new MemoryFile(encode(written)), 100n)
        const beginning = { timestamp: -1n, offset: 100n }
        const oracle = written.findLast(entry => entry.timestamp <= T + distance) ?? beginning
        expect(index.floor(T + distance)).toEqual(oracle)
      }),
    )
  })

  it('tells where the last timestamp is below the first, as a broker would', () => {
    const [first, second] = [WRITTEN_BY_KAFKA.subarray(0, 12), WRITTEN_BY_KAFKA.subarray(12)]
    const index = new TimeIndex(new MemoryFile(Buffer.concat([second, first])), 100n)
    expect(index.sanityFailure('/d/x')).toBe(
      'Corrupt time index found, time index file (/d/x) has non-zero size but the last timestamp ' +
        `is ${T} which is less than the first timestamp ${T + 900n}`,
    )
  })

  it('tells where the last offset is below the base offset, as a broker would', () => {
    const index = new TimeIndex(
      new MemoryFile(Buffer.from('0000018bcfe56800ffffffff', 'hex')),
      100n,
    )
    expect(index.sanityFailure('/d/x')).toBe(
      'Corrupt time index found, time index file (/d/x) has non-zero size but the last offset is ' +
        '99 which is less than the first offset 100',
    )
  })

  it('never fails, whatever the bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array))
    fc.assert(
      fc.property(bytes, fc.bigInt({ min: -(1n << 63n), max: 1n << 63n }), (bytes, target) => {
        const index = new TimeIndex(new MemoryFile(bytes), 100n)
        index.floor(target)
        index.sanityFailure(FILE)
        expect(index.usedCount).toBeLessThanOrEqual(index.count)
      }),
    )
  })
})

function ascending(): fc.Arbitrary<TimestampOffset[]> {
  const step = fc.record({ ms: fc.integer({ min: 1, max: 90 }), offsets: fc.nat(90) })
  return fc.array(step, { maxLength: 1500, size: '+2' }).map(steps => {
    let timestamp = T
    let offset = 101n
    return steps.map(({ ms, offsets }) => {
      timestamp += BigInt(ms)
      offset += BigInt(offsets)
      return { timestamp, offset }
    })
  })
}

function encode(written: readonly TimestampOffset[]): Buffer {
  const bytes = Buffer.alloc(written.length * 12)
  for (const [slot, { timestamp, offset }] of written.entries()) {
    bytes.writeBigInt64BE(timestamp, slot * 12)
    bytes.writeInt32BE(Number(offset - 100n), slot * 12 + 8)
  }
  return bytes
}
