/**
 * The log.dirs of a broker, all topics taken for compacted ones, active segments closed: cleaned by us and by Kafka's own
 * cleaner (java/Cleaning.java) at the same time, the same records are left, in the same batches; and where no codec has
 * its own mind about bytes, the files are the same. Kafka starts on what we have cleaned, and leaves it as it is.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInProcess } from '../cli/run-in-process.ts'
import { KafkaBroker } from './kafka-broker.ts'
import { SEED } from './traffic.ts'

/** That of commands run in this process. */
const NOW_MS = 1_700_000_000_000
const CONFIGS = [
  'cleanup.policy=compact',
  'min.compaction.lag.ms=0',
  'delete.retention.ms=60000',
  'segment.bytes=1073741824',
  'index.interval.bytes=4096',
  'segment.index.bytes=10485760',
]
/** Of the dedupe buffer: one has room for all keys, the other for a hundred. */
const BUFFERS = { roomy: 1_048_576, narrow: 2688 }
const FILES = /\.(log|index|timeindex|txnindex)$/

let broker: KafkaBroker
let copies: string
beforeAll(async () => {
  copies = mkdtempSync(join(tmpdir(), 'kbroker-interop-compaction-'))
  broker = await KafkaBroker.start()
  await broker.program('Traffic', SEED)
  await broker.stop()
})
afterAll(() => {
  broker.close()
  rmSync(copies, { recursive: true, force: true })
})

describe('log.dirs that were cleaned', () => {
  it.each(Object.entries(BUFFERS))('are as Kafka cleans them: %s', async (name, bufferBytes) => {
    const [ours, kafkas] = [copy(`${name}-ours`), copy(`${name}-kafkas`)]
    await cleanByKafka(kafkas, bufferBytes)
    await cleanByUs(ours, bufferBytes)
    const { same, differing } = compared(ours, kafkas)
    expect(same).toBeGreaterThan(50)
    for (const path of differing.filter(path => path.endsWith('.log'))) {
      const [our, kafka] = [join(ours, path), join(kafkas, path)]
      expect({ path, text: await recordsOf(our) }).toEqual({ path, text: await recordsOf(kafka) })
    }
  })

  it('are taken by a broker as they are', async () => {
    const ours = readdirSync(join(copies, 'roomy-ours')).map(name =>
      join(copies, 'roomy-ours', name),
    )
    const before = logsIn(ours)
    const verified = await runInProcess(['verify', ...ours])
    expect(verified).toMatchObject({ exitCode: 0 })
    await broker.restart(
      `log.dirs=${ours.join(',')}`,
      'log.cleaner.enable=false',
      'log.retention.check.interval.ms=3600000',
    )
    await broker.stop()
    const after = logsIn(ours)
    const lost = [...before].filter(([path, bytes]) => {
      return after.get(path)?.subarray(0, bytes.length).equals(bytes) !== true
    })
    expect([before.size > 10, lost.map(([path]) => path)]).toEqual([true, []])
  })
})

/** Of all log.dirs, side by side. */
function copy(name: string): string {
  const to = join(copies, name)
  for (const path of broker.logDirs) {
    const filter = (source: string) => !source.endsWith('/.lock')
    cpSync(path, join(to, basename(path)), { recursive: true, filter, preserveTimestamps: true })
  }
  return to
}

async function cleanByKafka(root: string, bufferBytes: number): Promise<void> {
  const args = partitionsIn(root).flatMap(path => [path, String(firstDirtyOf(path))])
  await broker.tools.print(
    'Cleaning',
    String(NOW_MS),
    String(bufferBytes),
    ...args,
    '--',
    ...CONFIGS,
  )
}

async function cleanByUs(root: string, bufferBytes: number): Promise<void> {
  const configs = CONFIGS.flatMap(config => ['--topic-config', config])
  const options = ['--roll', '--execute', '--dedupe-buffer', String(bufferBytes), ...configs]
  const result = await runInProcess(['compact', ...partitionsIn(root), ...options])
  expect(result).toMatchObject({ exitCode: 0 })
}

function partitionsIn(root: string): string[] {
  return readdirSync(root).flatMap(logDir =>
    readdirSync(join(root, logDir), { withFileTypes: true })
      .filter(entry => entry.isDirectory() && /^(?!__cluster_metadata).*-\d+$/.test(entry.name))
      .map(({ name }) => join(root, logDir, name)),
  )
}

function firstDirtyOf(path: string): number {
  const checkpoint = join(path, '../cleaner-offset-checkpoint')
  const name = basename(path)
  const dash = name.lastIndexOf('-')
  const start = `${name.slice(0, dash)} ${name.slice(dash + 1)} `
  const lines = existsSync(checkpoint) ? readFileSync(checkpoint, 'utf8').split('\n') : []
  return Number(lines.find(line => line.startsWith(start))?.slice(start.length) ?? 0)
}

/** Files that both have; of the active segment, which is empty, Kafka has no indexes before somebody asks for them. */
function compared(ours: string, kafkas: string) {
  const names = [ours, kafkas].map(root =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(name => FILES.test(name) && !name.includes('__cluster_metadata'))
      .sort(),
  )
  const logs = names.map(each => each.filter(name => name.endsWith('.log')))
  expect(logs[0]).toEqual(logs[1])
  const both = names[0]!.filter(name => names[1]!.includes(name))
  const differing = both.filter(name => {
    return !readFileSync(join(ours, name)).equals(readFileSync(join(kafkas, name)))
  })
  return { same: both.length - differing.length, differing }
}

/** With all their batches say, but for what compressed bytes decide. */
async function recordsOf(path: string): Promise<string> {
  const { stdout } = await runInProcess(['dump', path, '--print-data-log', '--json'])
  return stdout.replace(/"(position|size|crc|file)":("[^"]*"|\d+),?/g, '')
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
