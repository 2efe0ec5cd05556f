/** A failing seed is in its test's name; `npm run crash -- --seed N --runs 1` plays it again. */
import { expect, test } from 'vitest'
import { Scenario } from './scenario.ts'

const SEEDS = 300
/** Of longer runs: each has shown a fault that is mended. */
const TELLING = [1503, 4257, 4671]

test.each([...Array.from({ length: SEEDS }, (_, seed) => seed), ...TELLING])(
  'what was promised survives a crash (seed %i)',
  async seed => {
    await expect(new Scenario(seed).run()).resolves.toBeUndefined()
  },
)
