/**
 * `npm run crash`: many more seeds of the scenario than `npm test` runs. A seed that fails is told with what was broken
 * and how to play it again. Ends after ten minutes, whatever --runs says, and tells how far it came.
 *
 *   npm run crash -- --runs 10000
 *   npm run crash -- --seed 4711 --runs 1
 */
import { parseArgs } from 'node:util'
import { CleaningScenario } from './cleaning.ts'
import { Scenario } from './scenario.ts'

const MINUTES_MAX = 10
const FAILURES_MAX = 10

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string', default: '0' } },
})
const runs = wholeNumber('runs')
const firstSeed = wholeNumber('seed')
const deadline = performance.now() + MINUTES_MAX * 60_000
let done = 0
let failures = 0

while (done < runs && failures < FAILURES_MAX && performance.now() < deadline) {
  const seed = firstSeed + done++
  try {
    await new Scenario(seed).run()
    await new CleaningScenario(seed).run()
  } catch (error) {
    failures++
    console.error(`seed ${seed}: ${error.stack}\n  npm run crash -- --seed ${seed} --runs 1`)
  }
}

const left = done < runs ? `; seeds from ${firstSeed + done} on were left out` : ''
console.log(`${done} of ${runs} seeds from ${firstSeed}: ${failures} failures${left}`)
process.exitCode = failures === 0 ? 0 : 1

function wholeNumber(name) {
  if (!/^\d+$/.test(values[name])) throw new Error(`--${name} ${values[name]}: no whole number`)
  return Number(values[name])
}
