/**
 * Forecast first, then really start: on the damaged log.dirs of a broker that was killed at work, Apache Kafka reads, cuts
 * and drops what was told. Coordinators may append to what they lead, so a last segment may be longer than told.
 */
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { damageAll } from './crash-damage.ts'
import { KafkaBroker } from './kafka-broker.ts'
import { kbroker } from './kbroker.ts'
import { SEED } from './traffic.ts'

const AT_WORK_MS = 4000

let broker: KafkaBroker
beforeAll(async () => {
  broker = await KafkaBroker.start()
  await broker.program('Traffic', SEED)
  broker.program('Traffic', `${SEED}1`).catch(() => undefined)
  await sleep(AT_WORK_MS)
  await broker.crash()
  damageAll(broker.logDirs)
  // So that all is read.
  for (const path of broker.logDirs) rmSync(join(path, 'recovery-point-offset-checkpoint'))
}, 120_000)
afterAll(() => broker.close())

it('a broker does to log.dirs what was told before', async () => {
  const where = ['--log-dirs', broker.logDirs.join(',')]
  const { stdout, exitCode } = await kbroker('forecast', '--deep', '--json', '-q', ...where)
  expect(exitCode, 'as records are lost').toBe(1)
  const told = stdout
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as ToldPartition)
    .filter(({ topic, state }) => state === 'live' && topic !== '__cluster_metadata')
  const expected = new Map(told.map(each => [each.path, sizesTold(each)]))
  await broker.restart(
    'log.cleaner.enable=false',
    'log.retention.check.interval.ms=3600000',
    'broker.session.timeout.ms=2000',
  )
  await broker.stop()
  const wrong: string[] = []
  for (const [path, sizes] of expected) {
    const found = logSizes(path)
    const last = [...sizes.keys()].at(-1)
    for (const [name, size] of sizes) {
      const now = found.get(name)
      const isTold = name === last ? now !== undefined && now >= size : now === size
      if (!isTold) wrong.push(`${path}/${name}: ${size} bytes were told, there are ${now}`)
    }
  }
  expect(wrong).toEqual([])
  const cuts = told.flatMap(({ start }) => start.actions.filter(({ cut }) => cut !== undefined))
  expect(cuts.length).toBeGreaterThan(2)
  expect(told.some(({ start }) => (start.lostRecords ?? 0) > 0)).toBe(true)
}, 180_000)

interface ToldPartition {
  readonly topic: string
  readonly state: string
  readonly path: string
  readonly start: {
    readonly lostRecords: number | null
    readonly actions: readonly {
      readonly action: string
      readonly file: string
      readonly cut?: { readonly position: number }
    }[]
  }
}

/** Of the logs that are to be there, by name. */
function sizesTold({ path, start }: ToldPartition): Map<string, number> {
  const sizes = logSizes(path)
  for (const { action, file, cut } of start.actions) {
    const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.deleted$/, '')
    if (action === 'segment-dropped' || action === 'replaced-removed') sizes.delete(name)
    if (cut !== undefined) sizes.set(name, cut.position)
    if (action === 'swap-completed' && name.endsWith('.log')) {
      sizes.set(name, statSync(`${file}.swap`).size)
    }
  }
  return new Map([...sizes].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function logSizes(path: string): Map<string, number> {
  const names = readdirSync(path).filter(name => name.endsWith('.log'))
  return new Map(names.map(name => [name, statSync(join(path, name)).size]))
}
