/**
 * What comes next to the logs of a node's log.dirs: what a start does to them, what retention and compaction delete
 * afterwards, and when their disks are full.
 *
 * Where a start only looks at names, so does this. What a start would read is read here as well, as in a recovery over an
 * overlay, the shortest logs first, until a budget is used up; of the others bytes and seconds are told, and not what
 * would be cut.
 */
import { join } from 'node:path'
import { MEBIBYTE } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { withLateStatus } from '../../disk/late-status.ts'
import { METADATA_TOPIC, parseSegmentFileName } from '../../log/file-names.ts'
import { planRetention, type RetentionPlan } from '../../log/retention-policy.ts'
import type { LogDir, PartitionFolder } from '../../log-dirs/log-dir.ts'
import type { RecoverTask } from '../../log-dirs/recover-log.ts'
import { PartitionLogReader, type PartitionLog } from '../offsets/partition-log.ts'
import { readRetainedLog } from '../retention/retained-log.ts'
import type { ClusterHere } from '../topics/cluster-here.ts'
import { type MissingPartition, missingPartitions } from '../topics/missing-partitions.ts'
import { nodeIdentity } from '../topics/node-identity.ts'
import type { Finding } from '../verify/finding.ts'
import { partitionMetadataFindings, startFindings } from '../verify/start-findings.ts'
import { compactionDue, type CompactionDue, firstTimestampIn } from './compaction-due.ts'
import {
  compactionFrees,
  type CompactionFrees,
  type CompactionOptions,
} from './compaction-frees.ts'
import { type FolderFate, folderFates, type MetadataPlace, servesLater } from './folder-fate.ts'
import { DAY_MS, writtenWindow } from './growth.ts'
import {
  type LogDirForecast,
  logDirForecasts,
  type TopicForecastConfigs,
} from './log-dir-forecast.ts'
import { growthOf, type LogGrowth, NO_GROWTH, type WrittenLog } from './log-growth.ts'
import { type FileToRead, measureReadRate, type ReadRate } from './read-rate.ts'
import { startOutcome, type StartOutcome } from './start-outcome.ts'
import { startWork, type StartWork } from './start-work.ts'
import { unmountedFinding, type UnmountedLogDir } from './unmounted-log-dirs.ts'

export interface ForecastOptions extends CompactionOptions {
  /** Of a topic. */
  readonly configsOf: (topic: string) => TopicForecastConfigs
  readonly isOnlyReplica: (partition: { topic: string; partition: number }) => boolean
  readonly producerExpirationMs: number
  readonly nowMs: () => number
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

export interface PartitionForecast extends LogGrowth {
  readonly folder: PartitionFolder
  readonly logDir: string
  /** Absent where it stays what it is. */
  readonly fate?: FolderFate
  readonly work: StartWork
  readonly bytesToRead: number
  /** Absent where nothing is to be read, and where that would take more than the budget. */
  readonly outcome?: StartOutcome
  /** Absent of what serves nobody. */
  readonly retention?: RetentionPlan
  readonly compaction?: CompactionDue
  /** Of a compaction that is due. */
  readonly compactionFrees?: CompactionFrees
  readonly bytes: number
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
    const own = folders.map(folder =>
      look(disk, { reader, logDir, folder, fate: fates.get(folder), found }, options),
    )
    return withGrowth(own, options)
  })
  // First: what is read for the outcomes is in the page cache then.
  const rate = measureReadRate(disk, logsToRead(looked), options)
  const outcomes = await readWithin(disk, looked, options)
  const freed = await compactWithin(disk, looked, options)
  const partitions = looked.map((each): PartitionForecast => {
    const outcome = outcomes.get(each.folder)
    const frees = freed.get(each.folder)
    return {
      ...each,
      logDir: each.logDir.path,
      ...(outcome && { outcome }),
      ...(frees && { compactionFrees: frees }),
    }
  })
  const logsOf = (logDir: LogDir) => looked.filter(each => each.logDir === logDir)
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

/** Without the log itself: a hundred thousand files that nobody asks about any more. */
interface Grown extends Omit<PartitionForecast, 'logDir' | 'outcome' | 'compactionFrees'> {
  readonly logDir: LogDir
  readonly segmentCount: number
  readonly noted: Pick<
    PartitionLog,
    'recoveryPointCheckpoint' | 'logStartCheckpoint' | 'highWatermarkCheckpoint'
  >
}

/** `written` of what serves somebody. */
type Looked = Omit<Grown, keyof LogGrowth> & { readonly written?: WrittenLog }

interface Place {
  readonly reader: PartitionLogReader
  readonly logDir: LogDir
  readonly folder: PartitionFolder
  readonly fate: FolderFate | undefined
  /** What a broker fails over is added. */
  readonly found: Finding[]
}

function look(disk: Disk, place: Place, options: ForecastOptions): Looked {
  const { reader, logDir, folder, fate } = place
  const log = reader.read(folder.path)
  const { state } = folder.parsed
  place.found.push(...partitionMetadataFindings(disk, log.directory))
  const work = state === 'deleted' ? { reads: [], leftovers: [] } : startWork(disk, log)
  const bytesToRead = work.reads.reduce((sum, { size }) => sum + size, 0)
  const bytes = log.segments.reduce((sum, segment) => sum + segment.log.size, 0)
  const { recoveryPointCheckpoint, logStartCheckpoint, highWatermarkCheckpoint } = log
  const noted = { recoveryPointCheckpoint, logStartCheckpoint, highWatermarkCheckpoint }
  const segmentCount = log.segments.length
  const of = { folder, logDir, segmentCount, ...(fate && { fate }) }
  const start = { ...of, noted, work, bytesToRead, bytes }
  if (!servesLater(folder, fate)) return start
  return { ...start, ...lookAhead(disk, { folder, logDir, log }, options) }
}

function lookAhead(
  disk: Disk,
  { folder, logDir, log }: Pick<Looked, 'folder' | 'logDir'> & { readonly log: PartitionLog },
  { configsOf, isOnlyReplica, nowMs }: ForecastOptions,
): Pick<Looked, 'retention' | 'compaction' | 'written'> {
  const { retention, log: config } = configsOf(folder.parsed.topic)
  const retained = readRetainedLog(disk, log, isOnlyReplica(folder.parsed))
  const toMs = nowMs()
  const firstTimestamp = log.segments[0] && firstTimestampIn(disk, log.segments[0])
  const written = { retained, firstTimestamp, config }
  const plan = planRetention(retained, retention, BigInt(toMs))
  if (!config.isCompacted || retained.segments.length === 0) return { retention: plan, written }
  const checkpoint = logDir.checkpoints.cleaner.get(folder.name)
  const compaction = compactionDue(disk, log, retained, { checkpoint, config, nowMs: toMs })
  return { retention: plan, compaction, written: { ...written, compaction } }
}

/** Of the logs of one log.dir. */
function withGrowth(looked: readonly Looked[], { nowMs, growthDays }: ForecastOptions): Grown[] {
  const toMs = nowMs()
  const logs = looked.flatMap(({ written }) => written ?? [])
  const window = writtenWindow(logs, { fromMs: toMs - growthDays * DAY_MS, toMs })
  return looked.map(({ written, ...each }) => {
    return { ...each, ...(written === undefined ? NO_GROWTH : growthOf(written, window)) }
  })
}

function logsToRead(looked: readonly Grown[]): FileToRead[] {
  return looked.flatMap(({ folder, work }) =>
    work.reads.map(({ name, size }) => ({ path: join(folder.path, name), size })),
  )
}

async function readWithin(
  disk: Disk,
  looked: readonly Grown[],
  options: ForecastOptions,
): Promise<ReadonlyMap<PartitionFolder, StartOutcome>> {
  const outcomes = new Map<PartitionFolder, StartOutcome>()
  const waiting = looked.filter(({ work }) => work.reads.length > 0 || work.leftovers.length > 0)
  const read = within(options.budgetBytes, waiting, each => each.bytesToRead)
  for (const each of read) {
    outcomes.set(each.folder, await startOutcome(disk, recoverTask(each, options)))
  }
  return outcomes
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
  { folder, noted, logDir }: Grown,
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
