import { describe, expect, it } from 'vitest'
import { xxhash32 } from '../../src/binary/xxhash32.ts'

/** As the xxHash specification's own test: bytes of a linear generator, with and without a seed. */
const SEED = 2654435761

describe('xxhash32', () => {
  it('agrees with the reference implementation', () => {
    const bytes = sanityBytes(222)
    const hashes = [0, 1, 14, 222].flatMap(size => [
      xxhash32(bytes.subarray(0, size)),
      xxhash32(bytes.subarray(0, size), SEED),
    ])
    expect(hashes).toEqual([
      0x02cc5d05, 0x36b78ae7, 0xcf65b03e, 0xb4545aa4, 0x1208e7e2, 0x6af1d1fe, 0x5bd11dbd,
      0x58803c5f,
    ])
  })

  it('agrees on words, whatever their length modulo four and sixteen', () => {
    expect(xxhash32(Buffer.from('a'))).toBe(0x550d7456)
    expect(xxhash32(Buffer.from('abc'))).toBe(0x32d153ff)
    expect(xxhash32(Buffer.from('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f)
  })
})

function sanityBytes(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let generator = BigInt(SEED)
  for (let at = 0; at < size; at++) {
    bytes[at] = Number(generator >> 56n)
    generator = BigInt.asUintN(64, generator * 11400714785074694797n)
  }
  return bytes
}
