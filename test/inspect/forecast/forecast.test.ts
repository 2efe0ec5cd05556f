import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeDisk } from '../../../src/disk/node-disk.ts'
import {
  forecast,
  type ForecastOptions,
  type PartitionForecast,
} from '../../../src/inspect/forecast/forecast.ts'
import { DEFAULT_LOG_CONFIG, logConfigOf } from '../../../src/log/log-config.ts'
import { retentionConfigOf } from '../../../src/log/retention-policy.ts'
import { readLogDir } from '../../../src/log-dirs/log-dir.ts'
import { FIXTURES } from '../fixture-partitions.ts'

/** A week behind the middle of the fixtures' records. */
const NOW_MS = 1_700_000_100_000 + 604_800_000
const OPTIONS: ForecastOptions = {
  configsOf: () => ({
    log: DEFAULT_LOG_CONFIG,
    retention: retentionConfigOf(new Map()),
  }),
  isOnlyReplica: () => true,
  producerExpirationMs: 86_400_000,
  nowMs: () => NOW_MS,
  clock: () => performance.now(),
  limits: { batchBytesMax: 2 ** 24 },
  budgetBytes: Infinity,
  compactionBudgetBytes: Infinity,
  dedupeBuffer: { bytes: 1_000_000, loadFactor: 0.9, secret: Buffer.alloc(16) },
  threadsPerLogDir: 2,
  growthDays: 7,
  metadataPlace: 'elsewhere',
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kbroker-forecast-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const copied = (fixture: string) => {
  cpSync(join(FIXTURES, fixture), folder, { recursive: true })
  return ['a', 'b'].map(name => join(folder, name))
}
const run = (paths: readonly string[], options: Partial<ForecastOptions> = {}) =>
  forecast(
    nodeDisk,
    {
      logDirs: paths.map(path => readLogDir(nodeDisk, path)),
      metadataLog: undefined,
      unmounted: [],
    },
    { ...OPTIONS, ...options },
  )
const named = (partitions: readonly PartitionForecast[], name: string) =>
  partitions.find(({ folder: { name: found } }) => found === name)!

describe('after a crash', () => {
  it('tells what is read, cut and lost', async () => {
    const [a] = copied('killed-4.3')
    const { partitions, logDirs, rate } = await run([a!])
    const { work, outcome, bytesToRead } = named(partitions, 'events-0')
    expect(work.reads.map(({ name, why }) => [name, why])).toEqual([
      ['00000000000000000114.log', 'unclean-shutdown'],
    ])
    expect([bytesToRead, outcome?.lostBytes, outcome?.lostRecords]).toEqual([425, 115, 0])
    expect(logDirs).toMatchObject([{ isClean: false, bytesToRead: 3960 }])
    expect(rate?.bytes).toBeGreaterThan(0)
  })

  it('counts the records behind a damaged batch, and those of segments that are dropped', async () => {
    const [a] = copied('killed-4.3')
    writeFileSync(join(a!, 'recovery-point-offset-checkpoint'), '0\n0\n')
    const log = join(a!, 'events-0', '00000000000000000076.log')
    const bytes = nodeDisk.readWhole(log)
    bytes[200]! ^= 1
    writeFileSync(log, bytes)
    const { partitions } = await run([a!])
    const { outcome } = named(partitions, 'events-0')
    expect(outcome?.actions.map(({ kind }) => kind)).toContain('segment-dropped')
    expect([outcome?.lostBytes, outcome?.lostRecords]).toEqual([18 * 155 + 425, 17 * 2 + 2 * 2])
    const { bytes: before, bytesAfter, retention } = named(partitions, 'events-0')
    expect(bytesAfter).toBe(before - outcome!.lostBytes)
    const segments = [...retention!.expired, ...retention!.waiting].map(({ segment }) => segment)
    expect(segments.at(-1)).toMatchObject({ baseOffset: 76n, size: 155 })
  })

  it('reads no more than the budget, the shortest logs first', async () => {
    const [a] = copied('killed-4.3')
    const { partitions } = await run([a!], { budgetBytes: 800 })
    const read = partitions.filter(({ outcome }) => outcome !== undefined)
    expect(read.map(each => each.folder.name).sort()).toEqual(['events-0', 'expired-0'])
    expect(named(partitions, 'paid-0')).toMatchObject({ bytesToRead: 974, retention: {} })
  })
})

describe('after a clean shutdown', () => {
  it('nothing is read, but the metadata, and segments without their index', async () => {
    const [a, b] = copied('clean-4.3')
    rmSync(join(b!, 'orders-0', '00000000000000000000.index'), { force: true })
    const { partitions } = await run([a!, b!])
    const reads = partitions.flatMap(({ folder: { name }, work }) =>
      work.reads.map(({ why }) => [name, why]),
    )
    expect(reads).toEqual([
      ['__cluster_metadata-0', 'unclean-shutdown'],
      ['orders-0', 'no-index'],
    ])
    expect(named(partitions, 'orders-0').outcome?.lostRecords).toBe(0)
  })

  const torn = () => {
    const paths = copied('clean-4.3')
    const log = join(paths[0]!, 'orders-1', '00000000000000000071.log')
    const index = log.replace(/log$/, 'index')
    truncateSync(log, nodeDisk.readWhole(index).readInt32BE(28) + 20)
    for (const kind of ['log', 'index', 'timeindex', 'snapshot']) {
      rmSync(join(paths[0]!, 'orders-1', `00000000000000000093.${kind}`), { force: true })
    }
    return paths
  }

  it('tells of a log whose torn tail the start believes to be its end', async () => {
    const { partitions } = await run(torn())
    const { outcome, bytesToRead, bytes, bytesAfter } = named(partitions, 'orders-1')
    const told = outcome?.actions.find(({ kind }) => kind === 'end-taken-earlier')
    expect(told).toMatchObject({ logEndOffset: 71n, notedOffset: 101n, position: 0 })
    expect(outcome?.lostRecords).toBeGreaterThan(10)
    expect([bytesToRead, bytesAfter]).toEqual([0, bytes])
  })

  it('tells that such a log has another end where that is not read', async () => {
    const { partitions } = await run(torn(), { budgetBytes: 100 })
    const { outcome, doubtfulEnd } = named(partitions, 'orders-1')
    expect(outcome).toBeUndefined()
    expect(doubtfulEnd).toMatchObject({ notedOffset: 101n })
    expect(partitions.filter(each => each.doubtfulEnd !== undefined)).toHaveLength(1)
  })

  it('tells what retention deletes, and what grew', async () => {
    const [a] = copied('clean-4.3')
    const { partitions, logDirs } = await run([a!])
    const { retention, bytesPerDay } = named(partitions, 'orders-1')
    expect(retention?.expired.map(({ segment }) => segment.baseOffset)).toEqual([0n])
    expect(retention?.waiting.length).toBe(4)
    expect(bytesPerDay).toBeGreaterThan(0)
    expect(logDirs[0]!.bytesPerDay).toBeGreaterThanOrEqual(bytesPerDay)
  })

  it('changes nothing', async () => {
    const paths = copied('killed-4.3')
    truncateSync(join(paths[0]!, 'paid-0', '00000000000000000034.log'), 900)
    const listing = () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'base64')])
    const before = listing()
    await run(paths)
    expect(listing()).toEqual(before)
  })
})

describe('of compacted logs', () => {
  const configs = new Map([['cleanup.policy', 'compact']])
  const compacted: Partial<ForecastOptions> = {
    configsOf: () => ({ log: logConfigOf(configs), retention: retentionConfigOf(configs) }),
  }
  const freed = (partitions: readonly PartitionForecast[]) =>
    ['orders-0', 'orders-1', 'orders-2'].map(name => named(partitions, name).compactionFrees)

  it('tells what those free that are due', async () => {
    const { partitions } = await run(copied('clean-4.3'), compacted)
    expect(freed(partitions)).toMatchObject([4472, 6093, 4638].map(bytes => ({ bytes })))
    expect(named(partitions, 'big-0')).not.toHaveProperty('compactionFrees')
  })

  it('reads no more than the budget, the shortest first', async () => {
    const compactionBudgetBytes = 700_000
    const { partitions } = await run(copied('clean-4.3'), { ...compacted, compactionBudgetBytes })
    expect(freed(partitions).map(each => each?.kind)).toEqual(['known', 'unread', 'known'])
  })

  it('tells at least what the first pass frees where the keys need more than one', async () => {
    const dedupeBuffer = { ...OPTIONS.dedupeBuffer, bytes: 20 * 24 }
    const { partitions } = await run(copied('clean-4.3'), { ...compacted, dedupeBuffer })
    expect(named(partitions, 'orders-1').compactionFrees).toEqual({
      kind: 'unknown',
      why: 'its keys do not all fit into memory at once: more than 0 bytes',
    })
  })

  it('can not tell it of a log that the start cuts, or that can not be read', async () => {
    const paths = copied('clean-4.3')
    const damaged = (name: string) => {
      const path = join(folder, name)
      const bytes = nodeDisk.readWhole(path)
      bytes[100]! ^= 1
      writeFileSync(path, bytes)
      return path
    }
    damaged('a/orders-1/00000000000000000000.log')
    rmSync(damaged('b/orders-0/00000000000000000000.log').replace(/log$/, 'index'))
    const { partitions } = await run(paths, compacted)
    expect(freed(partitions)).toEqual([
      { kind: 'unknown', why: 'the start cuts the log before' },
      { kind: 'unknown', why: expect.stringContaining('checksum') as string },
      { kind: 'known', bytes: 4638 },
    ])
  })
})
