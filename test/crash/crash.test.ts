/** A failing seed is in its test's name; `npm run crash -- --seed N --runs 1` plays it again. */
import { expect, test } from 'vitest'
import { CleaningScenario } from './cleaning.ts'
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

test.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
  'a cleaning that a crash interrupts loses nothing, and finishes the next time (seed %i)',
  async seed => {
    await expect(new CleaningScenario(seed).run()).resolves.toBeUndefined()
  },
)
