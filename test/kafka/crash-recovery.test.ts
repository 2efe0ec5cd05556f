/**
 * The log.dirs of a broker that was killed at work, and the same with damage done to them: recovered by us and by Apache
 * Kafka, they are the same, file by file. Kafka's part is its own start and end of all logs (java/Recovery.java), without
 * a broker: that would become leader, begin epochs and have its coordinators write. What may differ:
 *
 * - `__cluster_metadata-0`: it is the controller that recovers it. What a whole broker makes of it is the last test's:
 *   there logs can be longer, by what coordinators write.
 * - The transaction index of a segment that was divided, which waits for its deletion: Kafka has emptied it before.
 * - The order of entries in checkpoints is that of a hash map.
 * - `replication-offset-checkpoint` is written by the broker that leads.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { damageAll, removeIndexes, stretchOffsets } from './crash-damage.ts'
import { folderDifferences } from './folder-comparison.ts'
import { KafkaBroker } from './kafka-broker.ts'
import { printed } from './kbroker.ts'
import { topicConfigs } from './topic-configs.ts'
import { SEED } from './traffic.ts'

const LOG_START = 'log-start-offset-checkpoint'
const CHECKPOINTS = ['recovery-point-offset-checkpoint', LOG_START]
const AT_WORK_MS = 4000

let broker: KafkaBroker
let copies: string
let configs: string
beforeAll(async () => {
  copies = mkdtempSync(join(tmpdir(), 'kbroker-interop-crash-'))
  broker = await KafkaBroker.start()
  await broker.program('Traffic', SEED)
  broker.program('Traffic', `${SEED}1`).catch(() => undefined)
  await sleep(AT_WORK_MS)
  await broker.crash()
  configs = join(copies, 'configs')
  writeFileSync(configs, await topicConfigs(broker.logDirs))
})
afterAll(() => {
  broker.close()
  rmSync(copies, { recursive: true, force: true })
})

describe('log.dirs of a broker that was killed', () => {
  it('are recovered as by Kafka', () => expectRecoveredAlike('killed', () => undefined))
})

describe('what we recovered', () => {
  it('is taken by a broker as it is', async () => {
    const ours = ['killed-ours-0', 'killed-ours-1'].map(name => join(copies, name))
    const before = logsIn(ours)
    await broker.restart(
      `log.dirs=${ours.join(',')}`,
      'log.cleaner.enable=false',
      'log.retention.check.interval.ms=3600000',
      'broker.session.timeout.ms=2000',
    )
    await broker.stop()
    const after = logsIn(ours)
    const lost = [...before].flatMap(([path, bytes]) => {
      return after.get(path)?.subarray(0, bytes.length).equals(bytes) === true ? [] : [path]
    })
    expect([before.size > 30, lost]).toEqual([true, []])
  })
})

describe('a log that begins in a remote storage', () => {
  it('is recovered as by Kafka', async () => {
    const fixture = copyOf([join(import.meta.dirname, '../../fixtures/tiered-4.3/log')], 'tiered')
    rmSync(join(fixture[0]!, '.kafka_cleanshutdown'))
    const tieredConfigs = join(copies, 'tiered-configs')
    writeFileSync(tieredConfigs, await topicConfigs(fixture))
    const [ours, kafkas] = [copyOf(fixture, 'tiered-ours'), copyOf(fixture, 'tiered-kafkas')]
    await broker.tools.print('Recovery', tieredConfigs, ...kafkas)
    await printed('recover', '--execute', '--log-dirs', ours.join(','))
    expect(readFileSync(join(ours[0]!, LOG_START), 'utf8')).toMatch(/^events 0 30$/m)
    expect(differences(ours, kafkas)).toEqual({})
  })
})

describe('log.dirs with damage', () => {
  it('are recovered as by Kafka', () => expectRecoveredAlike('damaged', damageAll))

  it('are recovered as by Kafka where indexes are missing', () =>
    expectRecoveredAlike('indexless', removeIndexes))

  it('are recovered as by Kafka where offsets lie more than 2³¹ apart', () =>
    expectRecoveredAlike('stretched', stretchOffsets))

  it('are recovered as by Kafka where no checkpoint says from where on', () =>
    expectRecoveredAlike('unknown', logDirs => {
      damageAll(logDirs)
      for (const path of logDirs) rmSync(join(path, 'recovery-point-offset-checkpoint'))
    }))
})

async function expectRecoveredAlike(
  name: string,
  damage: (logDirs: readonly string[]) => void,
): Promise<void> {
  const ours = copyOf(broker.logDirs, `${name}-ours`)
  damage(ours)
  const kafkas = copyOf(ours, `${name}-kafkas`)
  await broker.tools.print('Recovery', configs, ...kafkas)
  await printed('recover', '--execute', '--threads', '3', '--log-dirs', ours.join(','))
  expect(differences(ours, kafkas)).toEqual({})
  const again = copyOf(ours, `${name}-again`)
  await printed('recover', '--execute', '--log-dirs', again.join(','))
  for (const path of ours) removeGivenUp(path)
  expect(differences(again, ours)).toEqual({})
}

/** As the next start does. */
function removeGivenUp(logDir: string): void {
  for (const name of readdirSync(logDir, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.deleted')) rmSync(join(logDir, name))
  }
}

function copyOf(logDirs: readonly string[], name: string): string[] {
  return logDirs.map((path, index) => {
    const copy = join(copies, `${name}-${index}`)
    cpSync(path, copy, { recursive: true, filter: source => !source.endsWith('/.lock') })
    return copy
  })
}

function differences(ours: readonly string[], kafkas: readonly string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [index, path] of ours.entries()) {
    const other = kafkas[index]!
    const folders = new Set([...foldersIn(path), ...foldersIn(other)])
    expect(folders.size).toBeGreaterThan(2)
    for (const folder of folders) {
      const differing = Object.entries(folderDifferences(join(path, folder), join(other, folder)))
      const counting = differing.filter(([name, difference]) => {
        return !(name.endsWith('.txnindex.deleted') && difference.includes("Kafka's 0 bytes"))
      })
      if (counting.length > 0) found[folder] = Object.fromEntries(counting)
    }
    for (const name of CHECKPOINTS) {
      const [our, kafka] = [path, other].map(logDir => sortedLines(join(logDir, name)))
      if (our !== kafka) found[`${index}/${name}`] = { our, kafka }
    }
  }
  return found
}

function logsIn(logDirs: readonly string[]): Map<string, Buffer> {
  const logs = new Map<string, Buffer>()
  for (const logDir of logDirs) {
    for (const name of readdirSync(logDir, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.log')) logs.set(join(logDir, name), readFileSync(join(logDir, name)))
    }
  }
  return logs
}

function foldersIn(logDir: string): string[] {
  return readdirSync(logDir, { withFileTypes: true }).flatMap(entry =>
    entry.isDirectory() && entry.name !== '__cluster_metadata-0' ? [entry.name] : [],
  )
}

function sortedLines(path: string): string {
  return readFileSync(path, 'utf8').split('\n').sort().join('\n')
}
