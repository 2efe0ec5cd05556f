import { describe, expect, it } from 'vitest'
import { LimitError } from '../../src/base/errors.ts'
import { xxhash32 } from '../../src/binary/xxhash32.ts'
import { lz4 } from '../../src/compression/lz4.ts'
import { damageOf } from './damage.ts'

const TEXT = 'hello hello hello hello hello'
const FRAME = lz4.compress(Buffer.from(TEXT), { magic: 2 })
const END_MARK = Buffer.alloc(4)
/** The one block of the frame, with its size. */
const BLOCK = FRAME.subarray(7, -4)

describe('lz4', () => {
  it('accepts any header checksum in format 0, and only the right one later', () => {
    const written = [0, 1, 2].map(magic => lz4.compress(Buffer.from(TEXT), { magic })[6])
    expect(written).toEqual([0x1a, 0x82, 0x82])
    for (const checksum of [0x1a, 0x82, 0]) {
      const frame = Buffer.from(FRAME)
      frame[6] = checksum
      expect(read(frame, 0).toString()).toBe(TEXT)
      if (checksum === 0x82) continue
      for (const magic of [1, 2]) {
        const damage = damageOf(lz4, frame, magic)
        expect(damage).toMatchObject({ position: 6, expected: '82' })
      }
    }
  })

  it('passes over content size and content checksum, right or wrong', () => {
    const frame = [header({ flg: 0x6c, contentSize: 99n }), BLOCK, END_MARK, Buffer.alloc(4, 7)]
    expect(read(Buffer.concat(frame)).toString()).toBe(TEXT)
  })

  it('reads blocks up to 4 MiB, compressed and stored', () => {
    for (const [bd, size] of BLOCK_SIZES) {
      const stored = Buffer.concat([header({ bd }), storedBlock(Buffer.alloc(size, 'x')), END_MARK])
      expect(read(stored).equals(Buffer.alloc(size, 'x'))).toBe(true)
      const compressed = Buffer.concat([header({ bd }), zeros(size), END_MARK])
      expect(read(compressed).equals(Buffer.alloc(size))).toBe(true)
      const mixed = Buffer.concat([header({ bd }), BLOCK, zeros(size), BLOCK, END_MARK])
      expect(read(mixed).length).toBe(size + 2 * TEXT.length)
    }
  })

  it('ends at the first end mark, whatever follows', () => {
    expect(read(Buffer.concat([FRAME, FRAME])).toString()).toBe(TEXT)
    expect(read(Buffer.concat([FRAME, Buffer.from('trash')])).toString()).toBe(TEXT)
    const storedNothing = Buffer.from([0, 0, 0, 0x80])
    expect(read(Buffer.concat([header(), BLOCK, storedNothing])).toString()).toBe(TEXT)
  })

  it('checks block checksums where there are any', () => {
    const checksum = Buffer.alloc(4)
    checksum.writeUInt32LE(xxhash32(BLOCK.subarray(4)))
    const frame = Buffer.concat([header({ flg: 0x70 }), BLOCK, checksum, END_MARK])
    expect(read(frame).toString()).toBe(TEXT)
    const position = 7 + BLOCK.length
    frame[position]! ^= 1
    expect(damageOf(lz4, frame)).toMatchObject({ position, reason: 'lz4 block checksum' })
  })

  it('rejects another magic', () => {
    const frame = Buffer.from(FRAME)
    frame[0] = 5
    expect(damageOf(lz4, frame)).toMatchObject({ position: 0, reason: 'no lz4 frame' })
  })

  it('rejects flags that Kafka does not read', () => {
    const reasons = [0x20, 0x40, 0x62, 0x61].map(flg => damageOf(lz4, frameWith({ flg })).reason)
    expect(reasons).toEqual([
      'lz4 frame version',
      'lz4 blocks that Kafka does not read',
      'reserved bits of lz4 FLG',
      'reserved bits of lz4 FLG',
    ])
  })

  it('rejects block sizes that are none', () => {
    for (const bd of [0x30, 0x41, 0xc0, 0x00]) {
      expect(damageOf(lz4, frameWith({ bd }))).toMatchObject({ position: 5 })
    }
  })

  it('rejects a block above the maximum, as stored', () => {
    const block = storedBlock(Buffer.alloc(65_537))
    const damage = damageOf(lz4, Buffer.concat([header(), block, END_MARK]))
    expect(damage).toMatchObject({ position: 7, found: '65537', expected: 'at most 65536' })
  })

  it('rejects a block above the maximum, once decompressed', () => {
    const block = zeros(256 * 1024)
    const damage = damageOf(lz4, Buffer.concat([header(), block, END_MARK]))
    expect(damage).toMatchObject({ position: 11, reason: 'malformed lz4 block' })
  })

  it('names the block that is malformed', () => {
    const broken = Buffer.from(BLOCK)
    broken.fill(0xff, 4)
    const frame = Buffer.concat([header(), BLOCK, broken, BLOCK, END_MARK])
    expect(damageOf(lz4, frame).position).toBe(7 + BLOCK.length + 4)
  })

  it('rejects a frame that is cut anywhere', () => {
    const full = Buffer.concat([header({ flg: 0x6c, contentSize: 1n }), BLOCK, Buffer.alloc(8)])
    for (const frame of [FRAME, full]) {
      for (let size = 0; size < frame.length; size++) {
        expect(damageOf(lz4, frame.subarray(0, size)).reason).toBe('lz4 frame ends early')
      }
    }
  })

  it('stops in the middle of blocks that come to more than is allowed', () => {
    const bomb = Buffer.concat([
      header({ bd: 0x70 }),
      ...Array<Buffer>(20).fill(zeros(4_000_000)),
      END_MARK,
    ])
    expect(() => lz4.decompress(bomb, { sizeMax: 9_000_000, magic: 2 })).toThrow(LimitError)
  })
})

const BLOCK_SIZES = [
  [0x40, 64 * 1024],
  [0x50, 256 * 1024],
  [0x60, 1024 * 1024],
  [0x70, 4 * 1024 * 1024],
] as const

function read(frame: Buffer, magic = 2): Buffer {
  return lz4.decompress(frame, { sizeMax: 16 * 1024 * 1024, magic })
}

interface Header {
  readonly flg?: number
  readonly bd?: number
  readonly contentSize?: bigint
}

function frameWith(fields: Header): Buffer {
  return Buffer.concat([header(fields), BLOCK, END_MARK])
}

function header({ flg = 0x60, bd = 0x40, contentSize }: Header = {}): Buffer {
  const size = Buffer.alloc(contentSize === undefined ? 0 : 8)
  if (contentSize !== undefined) size.writeBigUInt64LE(contentSize)
  const descriptor = Buffer.concat([Buffer.from([flg, bd]), size])
  const checksum = (xxhash32(descriptor) >>> 8) & 0xff
  return Buffer.concat([Buffer.from('04224d18', 'hex'), descriptor, Buffer.from([checksum])])
}

function storedBlock(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(0x80000000 + bytes.length)
  return Buffer.concat([size, bytes])
}

/** A compressed block of zeros: one, the match that repeats it, and five at the end. */
function zeros(count: number): Buffer {
  const matchRest = count - 6 - 4 - 15
  const rest = Buffer.alloc(Math.floor(matchRest / 255) + 1, 255)
  rest[rest.length - 1] = matchRest % 255
  const block = Buffer.concat([
    Buffer.from([0x1f, 0, 1, 0]),
    rest,
    Buffer.from([0x50, 0, 0, 0, 0, 0]),
  ])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(block.length)
  return Buffer.concat([size, block])
}
