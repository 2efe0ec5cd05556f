/** Chance as an argument: what is decided by it can be told in advance, and played again. */
export interface Random {
  /** A whole number from 0 up to `bound`, that one not among them; each equally likely. */
  below(bound: number): number
}

/** The same numbers for the same seed (mulberry32); not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  return {
    below(bound) {
      state = (state + 0x6d2b79f5) | 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / TWO_32) * bound)
    },
  }
}

const TWO_32 = 2 ** 32
