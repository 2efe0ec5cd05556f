/**
 * A 128-bit digest of a key, so that a million keys can be told apart without being held: MurmurHash3, x86, 128 bits.
 * Two keys of the same digest would be taken for one; among a million the odds are 1 in 10²⁶.
 */
const C1 = 0x239b961b
const C2 = 0xab0e9789
const C3 = 0x38b34ae5
const C4 = 0xa1e38b93

/** The four words go to `into`. */
export function keyDigest(bytes: Buffer, start: number, size: number, into: Uint32Array): void {
  let h1 = 0
  let h2 = 0
  let h3 = 0
  let h4 = 0
  const blocksEnd = start + (size & ~15)
  for (let at = start; at < blocksEnd; at += 16) {
    h1 =
      (Math.imul(rotate(h1 ^ mix(bytes.readInt32LE(at), 15, C1, C2), 19) + h2, 5) + 0x561ccd1b) | 0
    h2 =
      (Math.imul(rotate(h2 ^ mix(bytes.readInt32LE(at + 4), 16, C2, C3), 17) + h3, 5) +
        0x0bcaa747) |
      0
    h3 =
      (Math.imul(rotate(h3 ^ mix(bytes.readInt32LE(at + 8), 17, C3, C4), 15) + h4, 5) +
        0x96cd1c35) |
      0
    h4 =
      (Math.imul(rotate(h4 ^ mix(bytes.readInt32LE(at + 12), 18, C4, C1), 13) + h1, 5) +
        0x32ac3b17) |
      0
  }
  const end = start + size
  h1 ^= mix(tailWord(bytes, blocksEnd, end), 15, C1, C2)
  h2 ^= mix(tailWord(bytes, blocksEnd + 4, end), 16, C2, C3)
  h3 ^= mix(tailWord(bytes, blocksEnd + 8, end), 17, C3, C4)
  h4 ^= mix(tailWord(bytes, blocksEnd + 12, end), 18, C4, C1)
  h1 ^= size
  h2 ^= size
  h3 ^= size
  h4 ^= size
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = finish(h1)
  h2 = finish(h2)
  h3 = finish(h3)
  h4 = finish(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  into[0] = h1
  into[1] = h2 + h1
  into[2] = h3 + h1
  into[3] = h4 + h1
}

function mix(word: number, turn: number, before: number, after: number): number {
  const product = Math.imul(word, before)
  return Math.imul((product << turn) | (product >>> (32 - turn)), after)
}

function rotate(word: number, turn: number): number {
  return (word << turn) | (word >>> (32 - turn))
}

/** Up to four bytes, little endian; zero where there are none. */
function tailWord(bytes: Buffer, at: number, end: number): number {
  let word = 0
  for (let i = Math.min(end - at, 4) - 1; i >= 0; i--) word = (word << 8) | bytes[at + i]!
  return word
}

function finish(word: number): number {
  let h = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
