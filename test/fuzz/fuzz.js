/**
 * Damages the fixtures at random and reads them: nothing but kbroker's own kinds of errors may come of it, within
 * bounded memory. Every run is made by its number alone, so that a failure can be run again.
 *
 *   npm run fuzz -- --runs 100000
 *   npm run fuzz -- --seed 4711 --runs 1
 */
import { parseArgs } from 'node:util'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { loadPartitions } from './fuzz-corpus.js'
import { mutate } from './mutate.js'
import { Random } from './random.js'
import { readEverything } from './read-everything.js'

const RSS_MAX = 512 * 1024 * 1024
const FAILURES_MAX = 10
const DIRECTORY = '/data'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
})
const runs = Number(values.runs)
const firstSeed = Number(values.seed)
const partitions = loadPartitions()
let failures = 0
let rejected = 0

for (let seed = firstSeed; seed < firstSeed + runs && failures < FAILURES_MAX; seed++) {
  const random = new Random(seed)
  const partition = random.pick(partitions)
  const { disk, what } = damagedDisk(partition, random)
  try {
    rejected += await readEverything(
      disk,
      `${DIRECTORY}/${partition.name}`,
      partition.topic,
      random,
    )
  } catch (error) {
    failures++
    console.error(`seed ${seed}: ${partition.path}: ${what}\n${error.stack}`)
  }
}

const rssMax = process.resourceUsage().maxRSS * 1024
if (rssMax > RSS_MAX) {
  failures++
  console.error(`resident memory reached ${rssMax} bytes, more than ${RSS_MAX}`)
}
console.log(
  `${runs} mutations from seed ${firstSeed}: ${failures} failures, ` +
    `${rejected} refusals, ${Math.round(rssMax / 1024 / 1024)} MiB`,
)
process.exitCode = failures === 0 ? 0 : 1

function damagedDisk(partition, random) {
  const disk = new MemoryDisk()
  const victim = random.pick(partition.files)
  const { bytes, what } = mutate(victim.bytes, random, partition.files)
  for (const file of partition.files) {
    disk.put(`${DIRECTORY}/${partition.name}/${file.name}`, file === victim ? bytes : file.bytes)
  }
  return { disk, what: `${victim.name}: ${what}` }
}
