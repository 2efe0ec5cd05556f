/** A small seeded generator (mulberry32): the same number, the same run, on every machine. */
export class Random {
  #state

  constructor(seed) {
    this.#state = seed >>> 0
  }

  /** 0 to 2³²−1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }

  /** 0 to `end`, exclusive. */
  below(end) {
    return end <= 0 ? 0 : this.next() % end
  }

  pick(list) {
    return list[this.below(list.length)]
  }

  bytes(size) {
    return Buffer.from(Array.from({ length: size }, () => this.below(256)))
  }
}
