import { describe, expect, it } from 'vitest'
import { snappy } from '../../src/compression/snappy.ts'
import { damageOf } from './damage.ts'

const TEXT = 'hello hello hello hello'
const STREAM = snappy.compress(Buffer.from(TEXT), { magic: 2 })
const HEADER_SIZE = 16
const BLOCK_POSITION = 20

describe('snappy', () => {
  it('writes chunks of 32 KiB, and a header alone for nothing', () => {
    const framed = snappy.compress(Buffer.alloc(70_000, 'a'), { magic: 2 })
    const sizes: number[] = []
    for (let position = HEADER_SIZE; position < framed.length;) {
      sizes.push(framed.readInt32BE(position))
      position += 4 + framed.readInt32BE(position)
    }
    expect(sizes.length).toBe(3)
    const empty = snappy.compress(Buffer.alloc(0), { magic: 2 })
    expect(empty.toString('hex')).toBe('82534e41505059000000000100000001')
    expect(read(empty).length).toBe(0)
  })

  it('reads a bare block, as other clients wrote it', () => {
    expect(read(STREAM.subarray(BLOCK_POSITION)).toString()).toBe(TEXT)
    expect(read(Buffer.from([0])).length).toBe(0)
  })

  it('joins concatenated streams', () => {
    expect(read(STREAM, STREAM, STREAM).toString()).toBe(TEXT.repeat(3))
  })

  it('looks at the version of every header but the first', () => {
    const versionless = Buffer.from(STREAM)
    versionless.writeInt32BE(0, 8)
    expect(read(versionless, STREAM).toString()).toBe(TEXT.repeat(2))
    const damage = damageOf(snappy, Buffer.concat([STREAM, versionless]))
    expect(damage).toMatchObject({ position: STREAM.length })
    expect(damage.found).toContain('82534e415050590000000000')
  })

  it('ignores three bytes behind the last chunk', () => {
    expect(read(STREAM, Buffer.alloc(3)).toString()).toBe(TEXT)
  })

  it('rejects an empty payload', () => {
    expect(damageOf(snappy, Buffer.alloc(0)).found).toBe('0 bytes')
  })

  it('rejects an empty chunk', () => {
    const damage = damageOf(snappy, Buffer.concat([STREAM, Buffer.alloc(4)]))
    expect(damage.reason).toBe('snappy block without the size of its output')
  })

  it('rejects a chunk that is longer than what is left, or negative', () => {
    expect(damageOf(snappy, STREAM.subarray(0, -1))).toMatchObject({
      position: HEADER_SIZE,
      reason: 'snappy chunk size',
    })
    const negative = Buffer.concat([STREAM, Buffer.from('ffffffff', 'hex')])
    expect(damageOf(snappy, negative)).toMatchObject({ position: STREAM.length, found: '-1' })
  })

  it('rejects half a header of a concatenated stream', () => {
    const cut = Buffer.concat([STREAM, STREAM.subarray(0, 12)])
    expect(damageOf(snappy, cut)).toMatchObject({ position: STREAM.length })
    const other = Buffer.concat([STREAM, STREAM.subarray(0, 4), Buffer.alloc(40)])
    expect(damageOf(snappy, other)).toMatchObject({ position: STREAM.length })
  })

  it('rejects a size of more than five bytes', () => {
    const damage = damageOf(snappy, Buffer.alloc(100, 0xff))
    expect(damage.expected).toBe('a varint of at most 5 bytes')
  })

  it('rejects a block that declares more than it can hold, before it allocates', () => {
    const twoGibibytes = Buffer.concat([Buffer.from('8080808008', 'hex'), Buffer.alloc(1_000)])
    const damage = damageOf(snappy, twoGibibytes)
    expect(damage.found).toBe(`${2 ** 31} bytes`)
  })

  it('rejects a block that is none', () => {
    const damaged = Buffer.from(STREAM)
    damaged.fill(0xff, BLOCK_POSITION + 1)
    const damage = damageOf(snappy, damaged)
    expect(damage).toMatchObject({ position: BLOCK_POSITION, reason: 'malformed snappy block' })
  })
})

function read(...parts: Buffer[]): Buffer {
  return snappy.decompress(Buffer.concat(parts), { sizeMax: 1024, magic: 2 })
}
