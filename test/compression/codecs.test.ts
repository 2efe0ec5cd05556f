/** What holds for every codec alike. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CorruptDataError, LimitError } from '../../src/base/errors.ts'
import { codecById, CODECS } from '../../src/compression/codecs.ts'
import { createZstd } from '../../src/compression/zstd.ts'
import * as zstdWasm from '../../src/compression/zstd-wasm.ts'

const SEED = 20_260_101
const KIBIBYTE = 1024
const SIZE_MAX = 8 * KIBIBYTE * KIBIBYTE

/** Node.js may bring a zstd of its own; then the other is tested as well. */
const ENGINES = [...CODECS, { ...createZstd(zstdWasm), name: 'zstd in WebAssembly' }]
const COMPRESSING = ENGINES.filter(({ id }) => id !== 0)

describe('codecs', () => {
  it('have the ids of batch attributes', () => {
    expect(CODECS.map(({ id }) => codecById(id)!.name)).toEqual([
      'none',
      'gzip',
      'snappy',
      'lz4',
      'zstd',
    ])
    expect(codecById(5)).toBeUndefined()
    expect(codecById(7)).toBeUndefined()
    expect(codecById(-1)).toBeUndefined()
  })
})

describe.each(ENGINES)('$name', codec => {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(contents(), fc.constantFrom(0, 1, 2), (content, magic) => {
        const payload = codec.compress(content, { magic })
        const output = codec.decompress(payload, { sizeMax: content.length, magic })
        expect(output.equals(content)).toBe(true)
      }),
      { seed: SEED, numRuns: 200 },
    )
  })

  it('gives back megabytes, compressible or not', () => {
    for (const content of [jsonLines(3_000_000), noise(3_000_000)]) {
      const payload = codec.compress(content, { magic: 2 })
      const output = codec.decompress(payload, { sizeMax: SIZE_MAX, magic: 2 })
      expect(output.equals(content)).toBe(true)
    }
  })

  it('refuses one byte more than is allowed', () => {
    for (const size of [1, 100, 70_000, 300_000]) {
      const payload = codec.compress(jsonLines(size), { magic: 2 })
      const atLimit = () => codec.decompress(payload, { sizeMax: size, magic: 2 })
      const belowIt = () => codec.decompress(payload, { sizeMax: size - 1, magic: 2 })
      expect(atLimit).not.toThrow()
      expect(belowIt).toThrow(LimitError)
      expect(belowIt).toThrow('--max-batch-bytes')
    }
  })
})

describe.each(COMPRESSING)('$name', codec => {
  it('hands out output of its own', () => {
    const [first, second] = [jsonLines(70_000), noise(70_000)]
    const payload = codec.compress(first, { magic: 2 })
    const output = codec.decompress(payload, { sizeMax: SIZE_MAX, magic: 2 })
    codec.decompress(codec.compress(second, { magic: 2 }), { sizeMax: SIZE_MAX, magic: 2 })
    payload.fill(0)
    expect(output.equals(first)).toBe(true)
  })

  it('takes little memory for a megabyte that would be 64', () => {
    const bomb = codec.compress(Buffer.alloc(64 * KIBIBYTE * KIBIBYTE), { magic: 2 })
    const before = process.memoryUsage().arrayBuffers
    for (let round = 0; round < 5; round++) {
      const explode = () => codec.decompress(bomb, { sizeMax: KIBIBYTE * KIBIBYTE, magic: 2 })
      expect(explode).toThrow(LimitError)
    }
    const taken = process.memoryUsage().arrayBuffers - before
    expect(taken).toBeLessThan(40 * KIBIBYTE * KIBIBYTE)
  })

  it('says corrupt, or too large, of whatever is neither', () => {
    const payload = codec.compress(jsonLines(5_000), { magic: 2 })
    fc.assert(
      fc.property(mutations(payload), mutated => {
        expect(outcome(() => codec.decompress(mutated, { sizeMax: 100_000, magic: 2 }))).toBe(
          'fine',
        )
      }),
      { seed: SEED, numRuns: 1_000 },
    )
  })

  it('still works after garbage', () => {
    const content = jsonLines(70_000)
    const payload = codec.compress(content, { magic: 2 })
    const damaged = Buffer.from(payload)
    damaged.fill(0xff, 1_000, 1_100)
    outcome(() => codec.decompress(damaged, { sizeMax: SIZE_MAX, magic: 2 }))
    const output = codec.decompress(payload, { sizeMax: SIZE_MAX, magic: 2 })
    expect(output.equals(content)).toBe(true)
  })
})

function contents(): fc.Arbitrary<Buffer> {
  const bytes = fc.uint8Array({ maxLength: 2_000 }).map(array => Buffer.from(array))
  const json = fc.integer({ min: 0, max: 200_000 }).map(jsonLines)
  const repeated = fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 140_000 }))
    .map(([pattern, size]) => Buffer.alloc(size, pattern))
  return fc.oneof(bytes, json, repeated)
}

function jsonLines(size: number): Buffer {
  let text = ''
  for (let id = 0; text.length < size; id++) {
    const user = (id * 7919) % 5003
    text += `{"id":${id},"user":"user-${user}","amount":${user / 100},"state":"PAID"}\n`
  }
  return Buffer.from(text).subarray(0, size)
}

function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = 2_463_534_242
  for (let at = 0; at < size; at++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[at] = state
  }
  return bytes
}

/** Bytes overwritten, cut out, put in; half of them in the first 40, where the headers are. */
function mutations(payload: Buffer): fc.Arbitrary<Buffer> {
  const position = fc.oneof(fc.nat(40), fc.nat(payload.length - 1))
  const edit = fc.record({
    position,
    removed: fc.integer({ min: 0, max: 4 }),
    inserted: fc.uint8Array({ maxLength: 4 }),
  })
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map(edits => {
    let bytes = payload
    for (const { position: at, removed, inserted } of edits) {
      bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)])
    }
    return bytes
  })
}

function outcome(decompress: () => Buffer): unknown {
  try {
    decompress()
    return 'fine'
  } catch (error) {
    return error instanceof CorruptDataError || error instanceof LimitError ? 'fine' : error
  }
}
