/**
 * What comes next to the logs of a node's log.dirs: what a start does to them, what retention and compaction delete
 * afterwards, and when their disks are full.
 *
 * Where a start only looks at names, so does this. What a start would read is read here as well, as in a recovery over an
 * overlay, the shortest logs first, until a budget is used up; of the others bytes and seconds are told, and not what
 * would be cut. What comes then is told of what a start leaves, where that is known.
 */
import { join } from 'node:path'
import { MEBIBYTE } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { withLateStatus } from '../../disk/late-status.ts'
import { OverlayDisk } from '../../disk/overlay-disk.ts'
import { METADATA_TOPIC, parseSegmentFileName } from '../../log/file-names.ts'
import type { LogDir, PartitionFolder } from '../../log-dirs/log-dir.ts'
import type { RecoverTask } from '../../log-dirs/recover-log.ts'
import { PartitionLogReader } from '../offsets/partition-log.ts'
import type { ClusterHere } from '../topics/cluster-here.ts'
import { type MissingPartition, missingPartitions } from '../topics/missing-partitions.ts'
import { nodeIdentity } from '../topics/node-identity.ts'
import type { Finding } from '../verify/finding.ts'
import { startFindings } from '../verify/start-findings.ts'
import {
  compactionFrees,
  type CompactionFrees,
  type CompactionOptions,
} from './compaction-frees.ts'
import { folderFates, type MetadataPlace } from './folder-fate.ts'
import { DAY_MS, writtenWindow } from './growth.ts'
import { type LogDirForecast, logDirForecasts } from './log-dir-forecast.ts'
import { growthOf, type LogGrowth, NO_GROWTH } from './log-growth.ts'
import {
  lookAgain,
  lookAtLog,
  type LogAhead,
  type LookedLog,
  type LookOptions,
  type LookPlace,
} from './looked-log.ts'
import { type FileToRead, measureReadRate, type ReadRate } from './read-rate.ts'
import { leavesOthers, startOutcome, type StartOutcome } from './start-outcome.ts'
import { unmountedFinding, type UnmountedLogDir } from './unmounted-log-dirs.ts'

export interface ForecastOptions extends CompactionOptions, LookOptions {
  readonly producerExpirationMs: number
  /** Milliseconds, with fractions, from any moment on. */
  readonly clock: () => number
  /** Of what a start would read, as much is read here. */
  readonly budgetBytes: number
  /** Of what compactions that are due would read. */
  readonly compactionBudgetBytes: number
  /** `num.recovery.threads.per.data.dir` */
  readonly threadsPerLogDir: number
  /** Over which growth is measured, at most. */
  readonly growthDays: number
  readonly metadataPlace: MetadataPlace
}

export interface PartitionForecast
  extends Omit<LookedLog, 'logDir' | 'noted' | 'segmentCount' | 'written'>, LogGrowth {
  readonly logDir: string
  /** Absent where nothing is to be read, and where that would take more than the budget. */
  readonly outcome?: StartOutcome
  /** Of a compaction that is due. */
  readonly compactionFrees?: CompactionFrees
  /** By one that is due. */
  readonly bytesToCompact?: number
}

export interface Forecast {
  /** Over which a broker does not start, most of them; errors only. */
  readonly findings: readonly Finding[]
  /** That a start makes anew. */
  readonly missing: readonly MissingPartition[]
  readonly partitions: readonly PartitionForecast[]
  readonly logDirs: readonly LogDirForecast[]
  readonly rate: ReadRate | undefined
}

export interface ForecastPlaces extends Pick<ClusterHere, 'logDirs' | 'metadataLog'> {
  readonly unmounted: readonly UnmountedLogDir[]
}

export async function forecast(
  disk: Disk,
  cluster: ForecastPlaces,
  options: ForecastOptions,
): Promise<Forecast> {
  const { logDirs } = cluster
  const reader = new PartitionLogReader(withLateStatus(disk, isSegmentFile), options.limits)
  const fates = folderFates(disk, cluster, options.metadataPlace)
  const found: Finding[] = []
  const looked = logDirs.flatMap(logDir => {
    const folders = logDir.partitions.filter(folder => folder.insteadOfFolder === undefined)
    return folders.map(folder =>
      lookAtLog(disk, { reader, logDir, folder, fate: fates.get(folder), found }, options),
    )
  })
  // First: what is read for the outcomes is in the page cache then.
  const rate = measureReadRate(disk, logsToRead(looked), options)
  const started = await readWithin(disk, { looked, reader }, options)
  const left = looked.map(each => ({ ...each, ...started.get(each.folder)?.left }))
  const grown = logDirs.flatMap(dir => {
    return withGrowth(
      left.filter(({ logDir }) => logDir === dir),
      options,
    )
  })
  const freed = await compactWithin(disk, grown, options)
  const partitions = grown.map((each): PartitionForecast => {
    const outcome = started.get(each.folder)?.outcome
    const frees = freed.get(each.folder)
    return {
      ...each,
      logDir: each.logDir.path,
      ...(outcome && { outcome }),
      ...(frees && { compactionFrees: frees, bytesToCompact: bytesToCompact(each) }),
    }
  })
  const logsOf = (logDir: LogDir) => grown.filter(each => each.logDir === logDir)
  const isStray = (folder: PartitionFolder) => fates.get(folder)?.kind === 'stray'
  const unmounted = cluster.unmounted.map(each => unmountedFinding(each, logDirs[0]!.path))
  return {
    findings: [...unmounted, ...startFindings(logDirs, isStray), ...found],
    missing: missingHere(cluster, isStray),
    partitions,
    logDirs: logDirForecasts(disk, logDirs, logsOf, { ...options, rate }),
    rate,
  }
}

function missingHere(
  { logDirs, metadataLog }: ForecastPlaces,
  isStray: (folder: PartitionFolder) => boolean,
): MissingPartition[] {
  const nodeId = nodeIdentity(logDirs)?.nodeId
  if (metadataLog === undefined || nodeId === undefined) return []
  return missingPartitions({ nodeId, image: metadataLog.image, logDirs }, isStray)
}

function isSegmentFile(path: string): boolean {
  return parseSegmentFileName(path.slice(path.lastIndexOf('/') + 1)) !== undefined
}

type Grown = Omit<LookedLog, 'written'> & LogGrowth

/** Of the logs of one log.dir. */
function withGrowth(looked: readonly LookedLog[], { nowMs, growthDays }: ForecastOptions): Grown[] {
  const toMs = nowMs()
  const logs = looked.flatMap(({ written }) => written ?? [])
  const window = writtenWindow(logs, { fromMs: toMs - growthDays * DAY_MS, toMs })
  return looked.map(({ written, ...each }) => {
    return { ...each, ...(written === undefined ? NO_GROWTH : growthOf(written, window)) }
  })
}

function logsToRead(looked: readonly LookedLog[]): FileToRead[] {
  return looked.flatMap(({ folder, work }) =>
    work.reads.map(({ name, size }) => ({ path: join(folder.path, name), size })),
  )
}

interface StartedLog {
  readonly outcome: StartOutcome
  /** Where the start changes what comes then. */
  readonly left?: LogAhead
}

async function readWithin(
  disk: Disk,
  { looked, reader }: Pick<LookPlace, 'reader'> & { readonly looked: readonly LookedLog[] },
  options: ForecastOptions,
): Promise<ReadonlyMap<PartitionFolder, StartedLog>> {
  const started = new Map<PartitionFolder, StartedLog>()
  const waiting = looked.filter(({ work, doubtfulEnd }) => {
    return work.reads.length > 0 || work.leftovers.length > 0 || doubtfulEnd !== undefined
  })
  const read = within(options.budgetBytes, waiting, ({ bytesToRead, doubtfulEnd }) => {
    return bytesToRead + (doubtfulEnd?.bytes ?? 0)
  })
  for (const each of read) {
    const overlay = new OverlayDisk(disk)
    const outcome = await startOutcome({ disk, overlay }, recoverTask(each, options))
    const left = leavesOthers(outcome) && lookAgain(overlay, reader, each, options)
    started.set(each.folder, { outcome, ...(left && { left }) })
  }
  return started
}

async function compactWithin(
  disk: Disk,
  looked: readonly Grown[],
  options: ForecastOptions,
): Promise<ReadonlyMap<PartitionFolder, CompactionFrees>> {
  const due = looked.filter(({ compaction }) => compaction?.isDue === true)
  const freed = new Map<PartitionFolder, CompactionFrees>(
    due.map(({ folder }) => [folder, { kind: 'unread' }]),
  )
  for (const each of within(options.compactionBudgetBytes, due, bytesToCompact)) {
    const { folder, logDir } = each
    const log = {
      task: recoverTask(each, options),
      checkpoint: logDir.checkpoints.cleaner.get(folder.name),
      isOnlyReplica: options.isOnlyReplica(folder.parsed),
    }
    freed.set(folder, await compactionFrees(disk, log, options))
  }
  return freed
}

/** What is dirty is read twice: for its keys, and with all that is clean. */
function bytesToCompact({ compaction, bytesToRead, segmentCount }: Grown): number {
  const { cleanBytes = 0, dirtyBytes = 0 } = compaction ?? {}
  return segmentCount * OPENING_BYTES + bytesToRead + cleanBytes + 2 * dirtyBytes
}

/** As many could be read while the files of a segment are opened. */
const OPENING_BYTES = MEBIBYTE / 16

/** The shortest first, as long as a budget lasts. */
function within<T>(budget: number, logs: readonly T[], bytesOf: (log: T) => number): T[] {
  let left = budget
  const sorted = logs.toSorted((a, b) => bytesOf(a) - bytesOf(b))
  const end = sorted.findIndex(log => (left -= bytesOf(log)) < 0)
  return end < 0 ? sorted : sorted.slice(0, end)
}

function recoverTask(
  { folder, noted, logDir }: Pick<LookedLog, 'folder' | 'noted' | 'logDir'>,
  { configsOf, nowMs, producerExpirationMs }: ForecastOptions,
): RecoverTask {
  const { topic, partition } = folder.parsed
  return {
    path: folder.path,
    topic,
    partition,
    config: configsOf(topic).log,
    isClean: logDir.cleanShutdown !== undefined && topic !== METADATA_TOPIC,
    recoveryPoint: noted.recoveryPointCheckpoint ?? 0n,
    logStartOffset: noted.logStartCheckpoint ?? 0n,
    highWatermark: noted.highWatermarkCheckpoint ?? 0n,
    nowMs: nowMs(),
    producerExpirationMs,
  }
}
