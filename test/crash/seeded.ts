import { type Random, seededRandom } from '../../src/base/random.ts'
import type { Chance } from '../../src/disk/memory-node.ts'

/** The same choices for the same seed. */
export class Seeded implements Random {
  readonly #random: Random

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  below(count: number): number {
    return this.#random.below(count)
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  happens(probability: number): boolean {
    return this.below(TWO_32) < probability * TWO_32
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!
  }

  /** Now and then a crash that leaves nothing, or everything, of what was not synced. */
  chance(): Chance {
    const kindness = this.pick([0, 0.3, 0.7, 1])
    return {
      prefix: count => (kindness === 1 ? count : this.below(count + 1)),
      survives: () => this.happens(kindness),
    }
  }
}

const TWO_32 = 2 ** 32
