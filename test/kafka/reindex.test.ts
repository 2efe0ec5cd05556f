/**
 * What `reindex --all` builds, beside what Apache Kafka's recovery does that finds nothing but logs (java/Recovery.java):
 * byte for byte the same, of log.dirs that were shut down and of a broker that was killed, whether files are missing or
 * full of garbage. `__cluster_metadata-0` is left out: it is the controller that recovers it.
 */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { derivedKindOf } from '../../src/maintenance/reindex/derived-files.ts'
import { fileDifference } from './folder-comparison.ts'
import { KafkaBroker } from './kafka-broker.ts'
import { kbroker, printed } from './kbroker.ts'
import { topicConfigs } from './topic-configs.ts'
import { SEED } from './traffic.ts'

const AT_WORK_MS = 4000
const GARBAGE = Buffer.from('none of what belongs here')
const MARKS = ['.kafka_cleanshutdown', 'recovery-point-offset-checkpoint']
const KINDS = ['index', 'timeindex', 'txnindex', 'snapshot', 'leader-epochs']

let broker: KafkaBroker
let copies: string
let stopped: string[]
let killed: string[]
beforeAll(async () => {
  copies = mkdtempSync(join(tmpdir(), 'kbroker-interop-reindex-'))
  broker = await KafkaBroker.start()
  await broker.program('Traffic', SEED)
  await broker.settle()
  await broker.stop()
  stopped = copyOf(broker.logDirs, 'stopped')
  await broker.restart()
  broker.program('Traffic', `${SEED}2`).catch(() => undefined)
  await sleep(AT_WORK_MS)
  await broker.crash()
  killed = copyOf(broker.logDirs, 'killed')
})
afterAll(() => {
  broker.close()
  rmSync(copies, { recursive: true, force: true })
})

describe('files derived from logs are built as by Kafka', () => {
  it('of log.dirs that were shut down', () => expectBuiltAlike('stopped', stopped))
  it('of a broker that was killed', () => expectBuiltAlike('killed', killed))
})

describe('log.dirs with files that we built', () => {
  it('are in order', async () => {
    const { exitCode, stdout } = await kbroker('verify', ...built('stopped', 'garbage'))
    expect([exitCode, stdout.toString()]).toEqual([
      0,
      expect.not.stringMatching(/^(error|warning)/m),
    ])
  })

  it('are opened by a broker that recovers nothing', async () => {
    const logDirs = built('stopped', 'garbage')
    const before = indexesOfClosed(logDirs)
    expect(before.size).toBeGreaterThan(10)
    const quiet = ['log.cleaner.enable=false', 'log.retention.check.interval.ms=3600000']
    await broker.restart(`log.dirs=${logDirs.join(',')}`, ...quiet)
    await broker.stop()
    const after = indexesOfClosed(logDirs)
    const changed = [...before].filter(([path, changedAt]) => after.get(path) !== changedAt)
    expect(changed).toEqual([])
  })
})

async function expectBuiltAlike(name: string, logDirs: readonly string[]): Promise<void> {
  const configs = join(copies, `${name}-configs`)
  writeFileSync(configs, await topicConfigs(logDirs))
  const kafkas = copyOf(logDirs, `${name}-kafkas`)
  for (const path of derivedIn(kafkas)) rmSync(path)
  for (const path of kafkas) for (const mark of MARKS) rmSync(join(path, mark), { force: true })
  await broker.tools.print('Recovery', configs, ...kafkas)
  for (const damage of ['missing', 'garbage']) {
    const ours = copyOf(logDirs, `${name}-${damage}`)
    for (const path of derivedIn(ours)) {
      if (damage === 'missing') rmSync(path)
      else writeFileSync(path, GARBAGE)
    }
    await printed('reindex', '--all', '--execute', '--workers', '2', ...ours)
    expect([damage, differences(ours, kafkas)]).toEqual([damage, {}])
    expect(kindsIn(ours)).toEqual(KINDS)
  }
}

function built(name: string, damage: string): string[] {
  return [0, 1].map(index => join(copies, `${name}-${damage}-${index}`))
}

function copyOf(logDirs: readonly string[], name: string): string[] {
  return logDirs.map((path, index) => {
    const copy = join(copies, `${name}-${index}`)
    cpSync(path, copy, { recursive: true, filter: source => !source.endsWith('/.lock') })
    return copy
  })
}

function differences(ours: readonly string[], kafkas: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [index, ourDir] of ours.entries()) {
    const kafkasDir = kafkas[index]!
    const [ourNames, kafkasNames] = [namesIn(ourDir), namesIn(kafkasDir)]
    for (const name of new Set([...ourNames, ...kafkasNames])) {
      const [our, kafka] = [join(ourDir, name), join(kafkasDir, name)]
      if (isWithoutEpochs(kafka) && (!ourNames.has(name) || isWithoutEpochs(our))) continue
      if (!ourNames.has(name)) found[name] = "only Kafka's"
      else if (!kafkasNames.has(name)) found[name] = 'only ours'
      else {
        const difference = fileDifference(our, kafka)
        if (difference !== undefined) found[name] = difference
      }
    }
  }
  return found
}

/** Kafka makes the file, empty, as soon as it opens a log; what is emptied later has two lines. */
function isWithoutEpochs(path: string): boolean {
  if (!path.endsWith('/leader-epoch-checkpoint') || !existsSync(path)) return false
  return ['', '0\n0\n'].includes(readFileSync(path, 'utf8'))
}

function namesIn(logDir: string): Set<string> {
  return new Set(derivedIn([logDir]).map(path => path.slice(logDir.length + 1)))
}

function kindsIn(logDirs: readonly string[]): string[] {
  const kinds = new Set(derivedIn(logDirs).map(path => derivedKindOf(path.split('/').at(-1)!)))
  return KINDS.filter(kind => [...kinds].includes(kind as never))
}

function derivedIn(logDirs: readonly string[]): string[] {
  return filesIn(logDirs).filter(path => derivedKindOf(path.split('/').at(-1)!) !== undefined)
}

function filesIn(logDirs: readonly string[]): string[] {
  return logDirs.flatMap(logDir =>
    readdirSync(logDir, { withFileTypes: true })
      .filter(entry => entry.isDirectory() && /-\d+$/.test(entry.name))
      .filter(({ name }) => name !== '__cluster_metadata-0')
      .flatMap(({ name }) => readdirSync(join(logDir, name)).map(file => join(logDir, name, file))),
  )
}

/** When each was changed, of segments that are not the last: who rebuilds one writes it. */
function indexesOfClosed(logDirs: readonly string[]): Map<string, number> {
  const files = filesIn(logDirs)
  const last = new Map<string, string>()
  for (const path of files.filter(each => each.endsWith('.log')).sort()) {
    last.set(join(path, '..'), path.replace(/\.log$/, ''))
  }
  const closed = files.filter(
    path => /\.(time|txn)?index$/.test(path) && !path.startsWith(`${last.get(join(path, '..'))!}.`),
  )
  return new Map(closed.map(path => [path, statSync(path).mtimeMs]))
}
