import { describe, expect, it } from 'vitest'
import { LimitError } from '../../src/base/errors.ts'
import { createZstd, zstd } from '../../src/compression/zstd.ts'
import * as zstdWasm from '../../src/compression/zstd-wasm.ts'
import { damageOf } from './damage.ts'

const MEBIBYTE = 1024 * 1024
const TEXT = 'hello hello hello hello hello hello hello hello hello hello hello hello'
const SKIPPABLE = Buffer.from('542a4d1803000000aabbcc', 'hex')

/** As Kafka's writer begins a frame: no sizes, no checksum, a window of 2 MiB. */
const HEADER = Buffer.from('28b52ffd0058', 'hex')
const WINDOW_POSITION = 5

describe.each([
  { name: 'the chosen zstd', codec: zstd },
  { name: 'zstd in WebAssembly', codec: createZstd(zstdWasm) },
])('$name', ({ codec }) => {
  const frame = codec.compress(Buffer.from(TEXT), { magic: 2 })

  it('joins frames, and skips those to be skipped', () => {
    const payload = [SKIPPABLE, frame, SKIPPABLE, frame, SKIPPABLE]
    expect(read(...payload).toString()).toBe(TEXT.repeat(2))
    expect(read(SKIPPABLE).length).toBe(0)
    expect(read().length).toBe(0)
  })

  it('accepts a skippable frame that is cut short at the end, as Kafka does', () => {
    expect(read(frame, SKIPPABLE.subarray(0, -1)).toString()).toBe(TEXT)
  })

  it('reads frames without a content size, of any size up to the limit', () => {
    for (const blockCount of [0, 1, 7, 8, 9, 80]) {
      const blocks = Array.from({ length: blockCount }, () => repeated(131_072))
      const payload = Buffer.concat([HEADER, ...blocks, repeated(5, { last: true })])
      const size = blockCount * 131_072 + 5
      expect(codec.decompress(payload, { sizeMax: size, magic: 2 }).length).toBe(size)
      const tooLittle = () => codec.decompress(payload, { sizeMax: size - 1, magic: 2 })
      expect(tooLittle).toThrow(LimitError)
    }
  })

  it('counts all frames against the limit', () => {
    const payload = Buffer.concat([frame, frame])
    const sizeMax = 2 * TEXT.length - 1
    expect(() => codec.decompress(payload, { sizeMax, magic: 2 })).toThrow(LimitError)
  })

  it('refuses two gibibytes in 64 KB without decoding them', () => {
    const blocks = Array.from({ length: 16_384 }, () => repeated(131_072))
    const bomb = Buffer.concat([HEADER, ...blocks, repeated(0, { last: true })])
    const explode = () => codec.decompress(bomb, { sizeMax: 256 * MEBIBYTE, magic: 2 })
    expect(explode).toThrow(`${2 ** 31} bytes`)
  })

  it('allocates nothing for a window', () => {
    const wide = Buffer.concat([HEADER, repeated(1, { last: true })])
    wide[WINDOW_POSITION] = 17 << 3
    const before = process.memoryUsage().arrayBuffers
    expect(read(wide).length).toBe(1)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * MEBIBYTE)
  })

  it('rejects a window that Kafka does not read', () => {
    const wide = Buffer.concat([HEADER, repeated(1, { last: true })])
    wide[WINDOW_POSITION] = (17 << 3) | 1
    expect(damageOf(codec, wide)).toMatchObject({
      position: WINDOW_POSITION,
      found: '150994944 bytes',
    })
  })

  it('rejects what is no frame', () => {
    const trash = Buffer.from('trash')
    const damage = damageOf(codec, Buffer.concat([frame, trash]))
    expect(damage).toMatchObject({ position: frame.length, reason: 'no zstd frame' })
  })

  it('rejects a reserved bit, a dictionary, a reserved block', () => {
    const last = repeated(1, { last: true })
    const reservedBit = Buffer.concat([Buffer.from('28b52ffd0858', 'hex'), last])
    expect(damageOf(codec, reservedBit)).toMatchObject({ position: 4 })
    const dictionary = Buffer.concat([Buffer.from('28b52ffd015807', 'hex'), last])
    expect(damageOf(codec, dictionary)).toMatchObject({ position: 6, reason: 'zstd dictionary' })
    const reservedBlock = Buffer.concat([HEADER, Buffer.from('0f0000', 'hex'), Buffer.alloc(1)])
    expect(damageOf(codec, reservedBlock)).toMatchObject({ position: 6, found: 'reserved' })
  })

  it('rejects a block larger than 128 KiB, or than the window', () => {
    const large = Buffer.concat([HEADER, repeated(131_073, { last: true })])
    expect(damageOf(codec, large)).toMatchObject({ position: 6, expected: 'at most 131072' })
    const narrow = Buffer.concat([HEADER, repeated(1_025, { last: true })])
    narrow[WINDOW_POSITION] = 0
    expect(damageOf(codec, narrow)).toMatchObject({ position: 6, expected: 'at most 1024' })
  })

  it('rejects a content size that the blocks cannot hold', () => {
    const declaresTwoGibibytes = Buffer.concat([
      Buffer.from('28b52ffd8058', 'hex'),
      Buffer.from('00000080', 'hex'),
      repeated(100, { last: true }),
    ])
    const damage = damageOf(codec, declaresTwoGibibytes)
    expect(damage).toMatchObject({ found: `${2 ** 31}`, expected: '100 to 100' })
  })

  it('rejects a wrong checksum of the output', () => {
    const checked = Buffer.concat([
      Buffer.from('28b52ffd0458', 'hex'),
      repeated(100, { last: true }),
      Buffer.alloc(4),
    ])
    expect(damageOf(codec, checked).reason).toBe('malformed zstd frame')
  })

  it('rejects a compressed block that is none', () => {
    const block = Buffer.alloc(3 + 50, 0xff)
    block.writeUIntLE((50 << 3) | (2 << 1) | 1, 0, 3)
    const damage = damageOf(codec, Buffer.concat([frame, HEADER, block]))
    expect(damage).toMatchObject({ position: frame.length, reason: 'malformed zstd frame' })
  })

  it('rejects a frame that is cut anywhere', () => {
    for (let size = 1; size < frame.length; size++) {
      expect(damageOf(codec, frame.subarray(0, size)).reason).toBe('zstd frame ends early')
    }
  })

  function read(...parts: Buffer[]): Buffer {
    return codec.decompress(Buffer.concat(parts), { sizeMax: 1024, magic: 2 })
  }
})

/** A block of `size` times the letter x. */
function repeated(size: number, { last }: { readonly last: boolean } = { last: false }): Buffer {
  const block = Buffer.from([0, 0, 0, 'x'.charCodeAt(0)])
  block.writeUIntLE((size << 3) | (1 << 1) | (last ? 1 : 0), 0, 3)
  return block
}
