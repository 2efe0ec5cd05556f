import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CorruptDataError, LimitError } from '../../src/base/errors.ts'
import { BatchScanner, type ScanOptions } from '../../src/log/batch-scanner.ts'
import { findBatch } from '../../src/log/find-batch.ts'
import { batchAt } from '../../src/record/records.ts'
import { encodeBatch, record } from '../record/encode-batch.ts'
import { FOREIGN } from '../record/foreign-bytes.ts'
import { MemoryFile } from './memory-file.ts'

const LOG = Buffer.concat([FOREIGN.v2None, FOREIGN.v2Gzip, FOREIGN.v1Gzip, FOREIGN.v2Zstd])

describe('a scan', () => {
  it.each([18, 61, 100, 4096])('meets every batch through a window of %i bytes', windowSize => {
    const found = scan(LOG, { windowSize })
    expect(found.positions).toEqual([0, 123, 247, 370])
    expect(found.valid).toEqual([true, true, true, true])
    expect(found.stopped).toBe('end-of-file')
  })

  it('looks at headers only where no body is asked for', () => {
    const big = encodeBatch({ records: [record(0, 'x'.repeat(100_000))] })
    const file = new MemoryFile(Buffer.concat([big, big, big]))
    const scanner = new BatchScanner(file, { windowSize: 61 })
    let count = 0
    while (scanner.next() !== undefined) count++
    expect(count).toBe(3)
    expect(file.bytesRead).toBe(3 * 61)
    expect(scanner.bytesRead).toBe(3 * 61)
  })

  it('ends at a batch that is cut off, and says so', () => {
    const found = scan(LOG.subarray(0, LOG.length - 1))
    expect(found.positions).toEqual([0, 123, 247])
    expect([found.stopped, found.end]).toEqual(['torn', 370])
  })

  it('ends where too few bytes are left for a header', () => {
    const found = scan(Buffer.concat([LOG, Buffer.alloc(17)]))
    expect([found.stopped, found.end]).toEqual(['end-of-file', LOG.length])
  })

  it('ends at zeros, which are no batch', () => {
    const found = scan(Buffer.concat([LOG, Buffer.alloc(18)]))
    expect([found.stopped, found.end]).toEqual(['corrupt', LOG.length])
    expect(found.damage).toBe(
      `a-0/00000000000000000000.log at byte ${LOG.length}: ` +
        'impossible size of a record batch: found 0, expected 14 or more',
    )
  })

  it('does not hold a batch larger than the limit, but still checks it', () => {
    const bytes = encodeBatch({ records: [record(0, 'x'.repeat(100_000))] })
    const limits = { batchBytesMax: 50_000 }
    const scanner = new BatchScanner(new MemoryFile(bytes), { limits, windowSize: 1000 })
    expect(scanner.next()?.size).toBe(bytes.length)
    expect(scanner.isValid()).toBe(true)
    expect(() => scanner.body()).toThrow(LimitError)
    expect(scanner.header().recordCount).toBe(1)
    expect(scanner.next()).toBeUndefined()
  })

  it('sees a flipped bit in every batch but the one after it', () => {
    const bytes = Buffer.from(LOG)
    bytes[200]! ^= 4
    expect(scan(bytes, { windowSize: 64 }).valid).toEqual([true, false, true, true])
  })

  it('throws nothing but a CorruptDataError or a LimitError on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(400), (noise, at) => {
        const bytes = Buffer.from(LOG)
        bytes.set(noise.subarray(0, bytes.length - at), at)
        try {
          scan(bytes, { windowSize: 64, limits: { batchBytesMax: 200 } })
        } catch (error) {
          if (!(error instanceof CorruptDataError || error instanceof LimitError)) throw error
        }
      }),
    )
  })
})

describe('the search for a batch', () => {
  it('finds the next one that proves itself, wherever it begins', () => {
    for (let from = 0; from <= 371; from++) {
      const expected = [0, 123, 247, 370].find(position => position >= from)
      const found = findBatch(new MemoryFile(LOG), { from, to: LOG.length })
      expect(found?.position, `from ${from}`).toBe(expected)
    }
  })

  it('passes over one whose checksum does not hold', () => {
    const bytes = Buffer.from(LOG)
    bytes[200]! ^= 4
    expect(findBatch(new MemoryFile(bytes), { from: 100, to: bytes.length })?.position).toBe(247)
  })

  it('ends where it was told to', () => {
    expect(findBatch(new MemoryFile(LOG), { from: 1, to: 123 })).toBeUndefined()
    expect(findBatch(new MemoryFile(LOG), { from: 1, to: 124 })?.position).toBe(123)
  })

  it('passes over batches with offsets that the segment cannot hold', () => {
    const found = (baseOffset: bigint) =>
      findBatch(new MemoryFile(LOG), { from: 1, to: LOG.length, baseOffset })?.position
    const { baseOffset } = batchAt(LOG, 123)
    expect(found(0n)).toBe(123)
    expect(found(baseOffset)).toBe(123)
    expect(found(baseOffset + 1n)).toBe(247)
    expect(found(1n << 32n)).toBeUndefined()
  })

  it('does not read what claims to be a huge batch in small pieces', () => {
    const bytes = Buffer.concat([FOREIGN.v2None, Buffer.alloc(3_000_000, 0x55)])
    bytes.writeInt32BE(bytes.length - 12, 8)
    const file = new MemoryFile(bytes)
    let reads = 0
    const counting = {
      path: file.path,
      size: () => file.size(),
      close: () => undefined,
      read: (buffer: Buffer, position: number) => {
        reads++
        return file.read(buffer, position)
      },
    }
    expect(findBatch(counting, { from: 0, to: 1 })).toBeUndefined()
    expect(reads).toBeLessThan(20)
  })

  it('finds nothing in noise', () => {
    const noise = Buffer.from(
      fc.sample(fc.uint8Array({ minLength: 9000 }), { numRuns: 1, seed: 1 })[0]!,
    )
    expect(findBatch(new MemoryFile(noise), { from: 0, to: noise.length })).toBeUndefined()
  })

  it('finds batches across the edge of its window', () => {
    const bytes = Buffer.concat([Buffer.alloc(256 * 1024 - 30, 7), FOREIGN.v2None])
    const found = findBatch(new MemoryFile(bytes), { from: 0, to: bytes.length })
    expect(found).toEqual({ position: 256 * 1024 - 30, baseOffset: 0n })
  })
})

function scan(bytes: Buffer, options: ScanOptions = {}) {
  const scanner = new BatchScanner(new MemoryFile(bytes), options)
  const positions: number[] = []
  const valid: boolean[] = []
  while (scanner.next() !== undefined) {
    positions.push(scanner.position)
    valid.push(scanner.isValid())
  }
  const { stopped, damage, position: end } = scanner
  return { positions, valid, stopped, end, damage: damage?.message }
}
