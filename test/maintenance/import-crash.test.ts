/** An import at every call of whose disk the power goes: what is visible then, and whether running it again finishes. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OpenFiles } from '../../src/disk/open-files.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import type { Disk } from '../../src/disk/disk.ts'
import { none } from '../../src/compression/none.ts'
import { DEFAULT_LOG_CONFIG } from '../../src/log/log-config.ts'
import { PartitionLog } from '../../src/log/partition-log.ts'
import { exportFolder } from '../../src/maintenance/export/export-folder.ts'
import { planExport } from '../../src/maintenance/export/export-plan.ts'
import type { ExportManifest } from '../../src/maintenance/export/manifest.ts'
import { finishPartitions } from '../../src/maintenance/import/finish-import.ts'
import {
  journalPath,
  readJournal,
  removeJournal,
  writeJournal,
} from '../../src/maintenance/import/import-journal.ts'
import { stageFolder } from '../../src/maintenance/import/stage-folder.ts'
import { RecordStager } from '../../src/maintenance/import/stage-records.ts'
import type { StagedPartition } from '../../src/maintenance/import/staged-partition.ts'
import { noted, type NotedPartition } from '../../src/maintenance/import/target-logs.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { FaultyDisk, PowerLoss } from '../crash/faulty-disk.ts'
import { Seeded } from '../crash/seeded.ts'
import { FIXTURES, readLog } from '../inspect/fixture-partitions.ts'

const LOGS = '/logs'
const IMPORT_ID = 'f'.repeat(32)
const TOPIC_ID = 'G1oi93AvSCecB4WRlFyuCA'
const config = { ...DEFAULT_LOG_CONFIG, segmentBytes: 400, segmentIndexBytes: 1200 }
const place = { topic: 'orders', partition: 0, logDir: LOGS, importId: IMPORT_ID }
const newFolderId = () => 'e'.repeat(32)

/** Stages, unless that was done, and puts in place. */
async function imported(disk: Disk, stage: (disk: Disk) => Promise<StagedPartition>) {
  let journal = readJournal(disk, LOGS)
  if (journal === undefined) {
    const staged = await stage(disk)
    disk.syncDirectory(LOGS)
    const partitions = [noted(disk, staged)]
    journal = { importId: IMPORT_ID, source: 'test', topicId: TOPIC_ID, partitions }
    writeJournal(disk, LOGS, journal)
  }
  putInPlace(disk, journal.partitions)
  removeJournal(disk, LOGS)
}

function putInPlace(disk: Disk, partitions: readonly NotedPartition[]): number {
  return finishPartitions(disk, partitions, { journal: journalPath(LOGS), newFolderId })
}

/** What a consumer sees: the logs, by name. */
function visible(disk: Disk): Record<string, string> {
  const folder = join(LOGS, 'orders-0')
  if (disk.status(folder) === undefined) return {}
  const names = disk.list(folder).map(({ name }) => name)
  const logs = names.filter(name => name.endsWith('.log'))
  return Object.fromEntries(
    logs.map(name => [name, disk.readWhole(join(folder, name)).toString('base64')]),
  )
}

interface Life {
  readonly before: MemoryDisk
  readonly stage: (disk: Disk) => Promise<StagedPartition>
  readonly isAllowed: (seen: Record<string, string>, whole: Record<string, string>) => boolean
}

async function liveThroughAll({ before, stage, isAllowed }: Life): Promise<number> {
  const fresh = () => before.crash()
  const unhurt = fresh()
  await imported(unhurt, stage)
  const whole = visible(unhurt)
  let at = 0
  for (; ; at++) {
    const memory = fresh()
    const random = new Seeded(at)
    const faulty = new FaultyDisk(memory, { at, fault: 'power', below: '/' }, random)
    let isDone = false
    try {
      await imported(faulty.disk, stage)
      isDone = true
    } catch (error) {
      if (!faulty.isDark) throw error
    }
    if (isDone) return at
    const survivor = memory.crash(random.chance())
    const seen = visible(survivor)
    expect([at, isAllowed(seen, whole)]).toEqual([at, true])
    await imported(survivor, stage)
    expect([at, visible(survivor)]).toEqual([at, whole])
    expect(survivor.list(LOGS).map(({ name }) => name)).not.toContain('kbroker-import.json')
  }
}

function opened(disk: Disk): PartitionLog {
  const files = new OpenFiles(disk, 8)
  const folder = { path: join(LOGS, 'orders-0'), topic: 'orders', partition: 0, files }
  return new PartitionLog(folder, {
    config,
    clock: { nowMs: () => 0 },
    isClean: true,
    recoveryPoint: 0n,
    logStartOffset: 0n,
    producerExpirationMs: Infinity,
  })
}

async function stageRecords(disk: Disk, startOffset: bigint, how: StagedPartition['how']) {
  const stager = new RecordStager(
    place,
    { startOffset, how },
    {
      files: new OpenFiles(disk, 8),
      config,
      clock: { nowMs: () => 0 },
      codec: none,
      batchSize: 150,
      topicId: TOPIC_ID,
    },
  )
  const traits = {
    leaderEpoch: 0,
    producerId: -1n,
    producerEpoch: -1,
    isTransactional: false,
    isControl: false,
    timestampType: 'create',
  } as const
  const value = Buffer.from('some value that takes its room')
  const slices = { timestamp: 5, keyBytes: value, keyStart: 0, keySize: -1, headers: [] }
  for (let i = 0n; i < 40n; i++) {
    const record = { ...slices, valueBytes: value, valueStart: 0, valueSize: value.length }
    stager.add(record, traits, startOffset + i, -1)
  }
  return await stager.finish()
}

describe('the power goes at every call of the disk', () => {
  it('while a folder is imported: all of it is visible, or nothing', async () => {
    const log = readLog(join(FIXTURES, 'clean-4.3/b/orders-0'))
    const plan = planExport(nodeDisk, log, { from: 0n, to: 1000n })
    const before = new MemoryDisk()
    before.put(join(LOGS, 'meta.properties'), Buffer.alloc(0))
    const topic = { name: 'orders', id: TOPIC_ID, partitionCount: 1, configs: null }
    const origin = { tool: 'test', clusterId: null, topic }
    const partitions = [{ partition: 0, folder: 'orders-0', plan }]
    const manifest = exportFolder(nodeDisk, before, { path: '/out', origin, partitions })
    const exported = manifest.partitions[0]!
    const staging = { path: '/out', exported, place, topicId: TOPIC_ID, config, nowMs: 0 }
    const calls = await liveThroughAll({
      before,
      stage: disk => stageFolder(before, disk, staging),
      isAllowed: (seen, whole) =>
        Object.keys(seen).length === 0 || JSON.stringify(seen) === JSON.stringify(whole),
    })
    expect(calls).toBeGreaterThan(50)
  })

  it('while records go behind others: those stay, and what is new comes segment by segment', async () => {
    const before = new MemoryDisk()
    before.put(join(LOGS, 'meta.properties'), Buffer.alloc(0))
    await imported(before, disk => stageRecords(disk, 0n, 'folder'))
    const old = visible(before)
    const calls = await liveThroughAll({
      before,
      stage: disk => stageRecords(disk, 40n, 'segments'),
      isAllowed: (seen, whole) =>
        Object.entries(seen).every(([name, text]) => whole[name] === text) &&
        Object.keys(old).every(name => name in seen),
    })
    expect(calls).toBeGreaterThan(50)
    const after = before.crash()
    await imported(after, disk => stageRecords(disk, 40n, 'segments'))
    expect(opened(after).endOffset).toBe(80n)
  })

  it('while a folder is exported: it has its name only once it is whole', () => {
    const log = readLog(join(FIXTURES, 'clean-4.3/b/orders-0'))
    const plan = planExport(nodeDisk, log, { from: 0n, to: 1000n })
    const topic = { name: 'orders', id: null, partitionCount: 1, configs: null }
    const wanted = {
      path: '/to/out',
      origin: { tool: 'test', clusterId: null, topic },
      partitions: [{ partition: 0, folder: 'orders-0', plan }],
    }
    let whole: ExportManifest | undefined
    for (let at = 0; whole === undefined; at++) {
      const memory = new MemoryDisk()
      memory.put('/to/other', Buffer.alloc(0))
      const random = new Seeded(at)
      const faulty = new FaultyDisk(memory, { at, fault: 'power', below: '/' }, random)
      try {
        whole = exportFolder(nodeDisk, faulty.disk, wanted)
      } catch (error) {
        if (!(error instanceof PowerLoss)) throw error
        const survivor = memory.crash(random.chance())
        if (survivor.status('/to/out') === undefined) exportFolder(nodeDisk, survivor, wanted)
        expect(survivor.list('/to').map(({ name }) => name)).toEqual(['other', 'out'])
        expect(survivor.list('/to/out').map(({ name }) => name)).toEqual([
          'SHA256SUMS',
          'manifest.json',
          'orders-0',
        ])
      }
    }
  })
})

describe('a broker ran over an import that was interrupted', () => {
  const LOG = join(LOGS, 'orders-0/00000000000000000000.log')

  async function interrupted(how: StagedPartition['how'], startOffset: bigint) {
    const disk = new MemoryDisk()
    disk.put(join(LOGS, 'meta.properties'), Buffer.alloc(0))
    if (how === 'segments') await imported(disk, each => stageRecords(each, 0n, 'folder'))
    const partition = noted(disk, await stageRecords(disk, startOffset, how))
    return { disk, partition }
  }

  it('and took records into the partition that was new: they stay', async () => {
    const { disk, partition } = await interrupted('folder', 0n)
    disk.put(LOG, Buffer.alloc(70))
    const seen = visible(disk)
    expect(() => putInPlace(disk, [partition])).toThrow(
      /orders-0 is not what it was.*found 70 bytes in 1 .log.*expected no log.*kbroker-import.json/,
    )
    expect(visible(disk)).toEqual(seen)
  })

  it('and took none: the empty log that it made is replaced', async () => {
    const { disk, partition } = await interrupted('folder', 0n)
    disk.put(LOG, Buffer.alloc(0))
    expect(putInPlace(disk, [partition])).toBe(1)
    expect(opened(disk).endOffset).toBe(40n)
  })

  it('and took records behind those that were there: nothing is mixed with them', async () => {
    const { disk, partition } = await interrupted('segments', 40n)
    const last = partition.before.at(-1)!
    const file = join(LOGS, 'orders-0', last.name)
    disk.put(file, Buffer.concat([disk.readWhole(file), Buffer.alloc(70)]))
    const seen = visible(disk)
    expect(() => putInPlace(disk, [partition])).toThrow(/orders-0 is not what it was/)
    expect(visible(disk)).toEqual(seen)
  })

  it('and nothing of any partition is put in place where one is refused', async () => {
    const { disk, partition } = await interrupted('folder', 0n)
    const other = { ...partition, partition: 1, importId: 'a'.repeat(32) }
    expect(() => putInPlace(disk, [partition, other])).toThrow(/orders-1.* is gone/)
    expect(visible(disk)).toEqual({})
  })
})

it('records go behind others whose last segment is empty', async () => {
  const disk = new MemoryDisk()
  disk.put(join(LOGS, 'meta.properties'), Buffer.alloc(0))
  await imported(disk, each => stageRecords(each, 0n, 'folder'))
  for (const kind of ['log', 'index', 'timeindex']) {
    disk.put(join(LOGS, `orders-0/00000000000000000040.${kind}`), Buffer.alloc(0))
  }
  await imported(disk, each => stageRecords(each, 40n, 'segments'))
  expect(visible(disk)['00000000000000000040.log']).not.toBe('')
  expect(opened(disk).endOffset).toBe(80n)
})

it('what was put in place is known again, and not put there twice', async () => {
  const disk = new MemoryDisk()
  disk.put(join(LOGS, 'meta.properties'), Buffer.alloc(0))
  const partition = noted(disk, await stageRecords(disk, 0n, 'folder'))
  expect(putInPlace(disk, [partition])).toBe(1)
  const seen = visible(disk)
  expect(putInPlace(disk, [partition])).toBe(0)
  expect(visible(disk)).toEqual(seen)
})

it('log.dirs that are moved together take their journal with them', async () => {
  const disk = new MemoryDisk()
  disk.put(join(LOGS, 'meta.properties'), Buffer.alloc(0))
  const staged = await stageRecords(disk, 0n, 'folder')
  const partitions = [noted(disk, staged), { ...noted(disk, staged), logDir: '/b' }]
  writeJournal(disk, LOGS, { importId: IMPORT_ID, source: 'test', topicId: TOPIC_ID, partitions })
  disk.put(journalPath('/moved/a'), disk.readWhole(journalPath(LOGS)))
  const moved = readJournal(disk, '/moved/a')!.partitions
  expect(moved.map(({ logDir }) => logDir)).toEqual(['/moved/a', '/moved/b'])
  expect(readJournal(disk, LOGS)!.partitions).toEqual(partitions)
})
