/** Fixtures on a disk in memory, repaired there, and verified. */
import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import type { Disk } from '../../../src/disk/disk.ts'
import { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import type { Finding } from '../../../src/inspect/verify/finding.ts'
import { verify } from '../../../src/inspect/verify/verify.ts'
import { DEFAULT_LOG_CONFIG } from '../../../src/log/log-config.ts'
import { BatchScanner } from '../../../src/log/batch-scanner.ts'
import { readPartitionDirectory } from '../../../src/log/partition-directory.ts'
import { readLogDir } from '../../../src/log-dirs/log-dir.ts'
import { recoverLog } from '../../../src/log-dirs/recover-log.ts'
import type { Seeded } from '../../crash/seeded.ts'
import type { Cure } from '../../../src/maintenance/repair/partition-cure.ts'
import {
  carryOutRepair,
  planRepair,
  type RepairEnvironment,
  type RepairPlan,
} from '../../../src/maintenance/repair/repair-log-dirs.ts'

const FIXTURES = join(import.meta.dirname, '../../../fixtures')
const NOW_MS = 1_800_000_000_000
const DAY_MS = 86_400_000
/** Longer than the fixtures are old. */
const EXPIRATION_MS = 100_000 * DAY_MS

export const DAMAGED: readonly string[] = fs
  .readdirSync(join(FIXTURES, 'damaged'))
  .filter(name => fs.existsSync(join(FIXTURES, 'damaged', name, 'expected.json')))

/** @returns the log.dirs, all durable */
export function putFixture(disk: MemoryDisk, name: string): string[] {
  const root = join(FIXTURES, name)
  const roots = ['a', 'b', 'log'].filter(dir => fs.existsSync(join(root, dir)))
  for (const dir of roots) {
    for (const entry of fs.readdirSync(join(root, dir), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (entry.isFile()) disk.put(path.slice(root.length), fs.readFileSync(path))
    }
  }
  return roots.map(dir => `/${dir}`)
}

export function environmentOn(disk: Disk, failures: unknown[] = []): RepairEnvironment {
  return {
    disk,
    limits: DEFAULT_DECODE_LIMITS,
    nowMs: NOW_MS,
    producerExpirationMs: EXPIRATION_MS,
    configOf: () => DEFAULT_LOG_CONFIG,
    onProgress: () => undefined,
    onFailure: (_place, error) => failures.push(error),
  }
}

export interface RepairedDirs {
  readonly plan: RepairPlan
  readonly failures: readonly unknown[]
}

export interface Wished {
  readonly clusterId?: string
  /** False where both cures are to be shown. */
  readonly isToBeDone?: boolean
  readonly backup?: string
  readonly movesStale?: boolean
}

export function planOn(disk: Disk, logDirs: readonly string[], wished: Wished = {}): RepairedDirs {
  const { clusterId, backup, movesStale = false, isToBeDone = false } = wished
  const failures: unknown[] = []
  const places = logDirs.flatMap(logDir =>
    readLogDir(disk, logDir)
      .partitions.filter(({ parsed }) => parsed.state === 'live')
      .map(({ path, name, parsed: { topic, partition } }) => {
        return { path, name, topic, partition, logDir, isLive: true }
      }),
  )
  const wish = { places, logDirs, clusterId, backup, movesStale, isToBeDone }
  return { plan: planRepair(wish, environmentOn(disk, failures)), failures }
}

export function repairOn(
  disk: Disk,
  logDirs: readonly string[],
  { cure, ...wished }: Wished & { readonly cure: Cure },
): RepairedDirs {
  const { plan, failures } = planOn(disk, logDirs, { isToBeDone: true, ...wished })
  const all = [...failures]
  const ignore = () => undefined
  const listener = { twin: ignore, cluster: ignore, stale: ignore, partition: ignore }
  const environment = environmentOn(disk, all)
  carryOutRepair(plan, { cure, backup: wished.backup }, { environment, listener })
  return { plan, failures: all }
}

export async function findingsOf(disk: Disk, logDirs: readonly string[]): Promise<Finding[]> {
  const targets = logDirs.map(path => ({ kind: 'log-dir', path }) as const)
  const options = { deep: true, live: false, limits: DEFAULT_DECODE_LIMITS }
  const environment = { disk, workingDirectory: '/', lockHolder: () => undefined }
  const findings: Finding[] = []
  const threads = { workers: 1, threadedBytesMin: Infinity }
  for await (const finding of verify(targets, { ...options, ...threads }, environment)) {
    if (finding.severity !== 'notice') findings.push(finding)
  }
  return findings
}

/** Each batch that has records, as hexadecimal digits by its base offset. */
export function batchesIn(disk: Disk, folder: string): Map<bigint, string> {
  const batches = new Map<bigint, string>()
  for (const { log } of readPartitionDirectory(disk, folder).segments) {
    const scanner = new BatchScanner(disk.open(log.path))
    while (scanner.next() !== undefined) {
      if (!scanner.isValid()) continue
      const { buffer, start, size, baseOffset, recordCount } = scanner.body()
      if (recordCount === 0) continue
      batches.set(baseOffset, buffer.subarray(start, start + size).toString('hex'))
    }
  }
  return batches
}

/** The files of a folder by name, those of repairs left out. */
export function filesIn(disk: Disk, folder: string): Map<string, string> {
  const files = disk.list(folder).filter(({ kind }) => kind === 'file')
  return new Map(
    files.map(({ name }) => [name, disk.readWhole(join(folder, name)).toString('hex')]),
  )
}

/** What reading a log again from an offset on would make of it; on a disk of its own. */
export async function recovered(
  disk: MemoryDisk,
  folder: string,
  recoveryPoint: bigint,
): Promise<Map<string, string>> {
  const copy = new MemoryDisk()
  for (const { name, kind } of disk.list(folder)) {
    if (kind === 'file') copy.put(join(folder, name), disk.readWhole(join(folder, name)))
  }
  const [, topic, partition] = /([^/]+)-(\d+)$/.exec(folder)!
  const outcome = await recoverLog(
    {
      ...{ path: folder, topic: topic!, partition: Number(partition) },
      ...{ config: DEFAULT_LOG_CONFIG, isClean: false, recoveryPoint },
      ...{ logStartOffset: 0n, highWatermark: 0n, nowMs: NOW_MS },
      ...{ producerExpirationMs: EXPIRATION_MS },
    },
    { disk: copy, openFilesMax: 8, isPreview: false },
  )
  if (outcome.failure !== undefined) throw new Error(JSON.stringify(outcome.failure))
  const names = [...filesIn(copy, folder)].filter(([name]) => !name.endsWith('.deleted'))
  return new Map(names)
}

export function folderIn(disk: Disk, logDir: string): string {
  const live = readLogDir(disk, logDir).partitions.find(({ parsed }) => parsed.state === 'live')
  return live?.path ?? dirname(logDir)
}

/** Bits that flip, zeros or noise, at one to four places of the logs. */
export function damage(disk: MemoryDisk, folder: string, random: Seeded): void {
  const { segments } = readPartitionDirectory(disk, folder)
  for (let place = random.between(1, 4); place > 0; place--) {
    const { path, size } = random.pick(segments).log
    const at = random.below(size)
    const length = Math.min(size - at, random.pick([1, 4, 30, 400]))
    const kind = random.pick(['flip', 'zeros', 'noise'])
    const bytes = disk.readWhole(path)
    for (let i = at; i < at + length; i++) {
      bytes[i] = kind === 'zeros' ? 0 : kind === 'flip' ? bytes[i]! ^ 0x21 : random.below(256)
    }
    disk.put(path, bytes)
  }
}
