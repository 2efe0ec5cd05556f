/**
 * XXH32, the checksum inside LZ4 frames, as an unsigned 32-bit number.
 *
 * Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
const PRIME_1 = 0x9e3779b1
const PRIME_2 = 0x85ebca77
const PRIME_3 = 0xc2b2ae3d
const PRIME_4 = 0x27d4eb2f
const PRIME_5 = 0x165667b1

const STRIPE_SIZE = 16

export function xxhash32(bytes: Buffer, seed = 0): number {
  const stripesEnd = bytes.length - (bytes.length % STRIPE_SIZE)
  let hash = stripesEnd === 0 ? seed + PRIME_5 : ofStripes(bytes, stripesEnd, seed)
  hash = (hash + bytes.length) | 0
  let at = stripesEnd
  for (; at + 4 <= bytes.length; at += 4) {
    hash = (hash + Math.imul(bytes.readInt32LE(at), PRIME_3)) | 0
    hash = Math.imul(rotateLeft(hash, 17), PRIME_4)
  }
  for (; at < bytes.length; at++) {
    hash = (hash + Math.imul(bytes[at]!, PRIME_5)) | 0
    hash = Math.imul(rotateLeft(hash, 11), PRIME_1)
  }
  return avalanche(hash)
}

/** Four lanes, each over every fourth word. */
function ofStripes(bytes: Buffer, end: number, seed: number): number {
  let a = (seed + PRIME_1 + PRIME_2) | 0
  let b = (seed + PRIME_2) | 0
  let c = seed | 0
  let d = (seed - PRIME_1) | 0
  for (let at = 0; at < end; at += STRIPE_SIZE) {
    a = round(a, bytes.readInt32LE(at))
    b = round(b, bytes.readInt32LE(at + 4))
    c = round(c, bytes.readInt32LE(at + 8))
    d = round(d, bytes.readInt32LE(at + 12))
  }
  return rotateLeft(a, 1) + rotateLeft(b, 7) + rotateLeft(c, 12) + rotateLeft(d, 18)
}

function round(lane: number, word: number): number {
  return Math.imul(rotateLeft((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1)
}

function avalanche(mixed: number): number {
  let hash = mixed
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2)
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
