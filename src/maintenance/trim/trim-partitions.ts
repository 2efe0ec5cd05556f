/**
 * Shortens logs of stopped log.dirs. All of it is rehearsed first, where nothing is written: what is refused has changed
 * nothing, not even by opening a log. Whenever it is interrupted, each log is what it was, what it was to become, or a
 * piece between the two without a gap; what went is in the kept copy.
 */
import { join } from 'node:path'
import { assert, DiskError, RefusedError, UsageError } from '../../base/errors.ts'
import { DEFAULT_DECODE_LIMITS } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { OverlayDisk } from '../../disk/overlay-disk.ts'
import { replaceFile } from '../../disk/replace-file.ts'
import { type OffsetPoint, resolveOffset } from '../../inspect/offsets/offset-point.ts'
import { offsetBoundsOf } from '../../inspect/offsets/offset-query.ts'
import { PartitionLogReader } from '../../inspect/offsets/partition-log.ts'
import { CLEANER_CHECKPOINT, METADATA_TOPIC, parsePartitionFolder } from '../../log/file-names.ts'
import { encodeOffsetCheckpoint } from '../../log/offset-checkpoint.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import type { OpenTransaction } from '../../log/producer-state.ts'
import { checkpointEntries } from '../../log-dirs/checkpoints.ts'
import { checkpointKey, readLogDir } from '../../log-dirs/log-dir.ts'
import { LogDirs, type LogDirsOptions } from '../../log-dirs/log-dirs.ts'
import type { OpenLogDir } from '../../log-dirs/open-log-dir.ts'
import { refuseLosses, type ToldAction } from '../refuse-losses.ts'
import { uncommittedAdvice } from './deletion-problem.ts'
import { keepCopy, type KeptCopy, keptCopyOf, requireRoom } from './kept-copy.ts'
import { planTrim, type TrimAction, type TrimPlan } from './trim-plan.ts'

export interface TrimmedPartition {
  /** Of its folder. */
  readonly path: string
  /** Of its folder. */
  readonly name: string
  readonly topic: string
  readonly partition: number
  readonly logDir: string
}

export interface TrimOptions extends LogDirsOptions {
  readonly action: TrimAction
  readonly point: OffsetPoint
  /** Whether it is only rehearsed. */
  readonly isPreview: boolean
  /** A folder for what is taken away; false: it is gone. By default it is kept in the partition's folder. */
  readonly backup?: string | false | undefined
  /** Whether a broker alone has it: then all that is in the log is committed. Undefined where nobody knows. */
  readonly isOnlyReplica: (partition: TrimmedPartition) => boolean | undefined
}

export interface TrimOutcome extends TrimmedPartition {
  readonly plan: TrimPlan
  /** Where what was taken away is, or would be. */
  readonly keptIn: string | undefined
  readonly transactions: readonly TouchedTransaction[]
}

/**
 * | what comes of it | it was                                                              |
 * |------------------|---------------------------------------------------------------------|
 * | gone             | undecided, and none of its records is left                          |
 * | shortened        | undecided, and some of its records may go                           |
 * | reopened         | decided, but that goes: it is open again, and holds readers back    |
 */
export interface TouchedTransaction extends OpenTransaction {
  readonly outcome: 'gone' | 'shortened' | 'reopened'
}

/**
 * @throws UsageError nothing was changed
 * @throws RefusedError also where opening a log would take something from it, nothing was changed
 * @throws CorruptDataError nothing was changed
 * @throws DiskError
 */
export async function trimPartitions(
  partitions: readonly TrimmedPartition[],
  { onAction, ...options }: TrimOptions,
): Promise<readonly TrimOutcome[]> {
  for (const { topic, name } of partitions) {
    if (topic !== METADATA_TOPIC) continue
    throw new UsageError(`${name} is the cluster's own log: its snapshots would not fit any more`)
  }
  const told: ToldAction[] = []
  const rehearsed = await trimAll(partitions, {
    ...options,
    disk: new OverlayDisk(options.disk),
    takesLocks: false,
    isPreview: true,
    onAction: (partition, action) => told.push({ partition, action }),
    onOpened: () => refuseLosses(told),
    onPlanned: jobs => {
      if (!options.isPreview) requireRoomForAll(jobs, options.disk)
    },
  })
  for (const { partition, action } of told) onAction?.(partition, action)
  return options.isPreview ? rehearsed : trimAll(partitions, options)
}

interface PassOptions extends TrimOptions {
  /** Called when all logs are open, before anything is planned. */
  readonly onOpened?: () => void
  /** Called before anything is carried out. */
  readonly onPlanned?: (jobs: readonly Job[]) => void
}

function requireRoomForAll(jobs: readonly Job[], disk: Disk): void {
  for (const { copy, plan } of jobs) if (copy !== undefined) requireRoom(disk, copy, plan.parts)
}

async function trimAll(
  partitions: readonly TrimmedPartition[],
  options: PassOptions,
): Promise<readonly TrimOutcome[]> {
  const paths = [...new Set(partitions.map(({ logDir }) => logDir))]
  const logDirs = LogDirs.open(paths, options)
  let outcomes: TrimOutcome[]
  try {
    const opened = partitions.map(partition => openIn(logDirs, partition))
    options.onOpened?.()
    const jobs = opened.map(log => planOf(log, options))
    options.onPlanned?.(jobs)
    for (const dir of logDirs.dirs) dir.ready()
    outcomes = jobs.map(job => carryOut(job, options))
  } catch (error) {
    await closeAfterFailure(logDirs)
    throw error
  }
  await logDirs.close()
  return outcomes
}

/** A full disk, say, may fail at that again, and the first failure tells more. */
async function closeAfterFailure(logDirs: LogDirs): Promise<void> {
  try {
    await logDirs.close()
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
  }
}

interface Opened {
  readonly partition: TrimmedPartition
  readonly dir: OpenLogDir
  readonly log: PartitionLog
}

interface Job extends Opened {
  readonly plan: TrimPlan
  readonly copy: KeptCopy | undefined
}

function openIn(logDirs: LogDirs, partition: TrimmedPartition): Opened {
  const dir = logDirs.dirs.find(({ path }) => path === partition.logDir)
  assert(dir !== undefined, 'the log.dir of each partition is open')
  const log = dir.open(parsePartitionFolder(partition.name) ?? partition)
  return { partition, dir, log }
}

function planOf(opened: Opened, options: TrimOptions): Job {
  const { partition, log } = opened
  const { disk, action, point, backup, isOnlyReplica } = options
  if (isOnlyReplica(partition) === true) log.raiseHighWatermark(log.endOffset)
  const plan = planTrim(log, action, resolveOffset(point, boundsOf(log, disk)))
  const copy = backup === false ? undefined : keptCopyOf(disk, partition.path, plan, backup)
  return { ...opened, plan, copy }
}

function boundsOf(log: PartitionLog, disk: Disk) {
  const { logStartOffset, endOffset, folder } = log
  return {
    logStartOffset: () => logStartOffset,
    logEndOffset: () => endOffset,
    offsetAt(timestamp: bigint) {
      const read = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS).read(folder.path)
      return offsetBoundsOf(disk, read).offsetAt(timestamp)
    },
  }
}

function carryOut(job: Job, options: TrimOptions): TrimOutcome {
  const { partition, dir, log, plan, copy } = job
  const { disk, isPreview } = options
  const { logStartOffset, logEndOffset } = plan.after
  const before = log.openTransactions
  if (copy !== undefined && !isPreview) keepCopy(disk, copy, plan.parts)
  if (plan.action === 'truncate') {
    lowerCleanerCheckpoint(disk, dir, { partition, offset: plan.activeBase })
    log.truncateTo(logEndOffset)
    if (plan.needsRoll) log.roll()
  } else {
    raiseLogStart(job, logStartOffset, options)
  }
  log.removeCondemned(Infinity)
  const transactions = touched(before, log.openTransactions, plan)
  return { ...partition, plan, keptIn: copy?.path, transactions }
}

/** @throws RefusedError also what to do then */
function raiseLogStart(
  { partition, dir, log }: Job,
  offset: bigint,
  { isOnlyReplica }: TrimOptions,
): void {
  try {
    log.raiseLogStart(offset)
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    const isNoted = dir.before.checkpoints.highWatermark.has(checkpointKey(partition))
    const advice = uncommittedAdvice({ isNoted, isOnlyReplica: isOnlyReplica(partition) })
    throw new RefusedError(error.code, `${error.message}: ${advice}`)
  }
}

function touched(
  before: readonly OpenTransaction[],
  after: readonly OpenTransaction[],
  { action, bytes, after: range }: TrimPlan,
): TouchedTransaction[] {
  const known = new Set(before.map(({ firstOffset }) => firstOffset))
  const reopened = after.filter(({ firstOffset }) => !known.has(firstOffset))
  const outcomeOf = ({ firstOffset }: OpenTransaction) => {
    if (action === 'delete-records') {
      return firstOffset < range.logStartOffset ? 'shortened' : undefined
    }
    if (bytes === 0) return undefined
    return firstOffset < range.logEndOffset ? 'shortened' : 'gone'
  }
  return [
    ...before.flatMap(transaction => {
      const outcome = outcomeOf(transaction)
      return outcome === undefined ? [] : [{ ...transaction, outcome } as const]
    }),
    ...reopened.map(transaction => ({ ...transaction, outcome: 'reopened' }) as const),
  ]
}

/** What is appended where the log was cut has not been compacted. */
function lowerCleanerCheckpoint(
  disk: Disk,
  { path }: OpenLogDir,
  { partition, offset }: { readonly partition: TrimmedPartition; readonly offset: bigint },
): void {
  const { cleaner } = readLogDir(disk, path).checkpoints
  const key = checkpointKey(partition)
  const known = cleaner.get(key)
  if (known === undefined || known <= offset) return
  const entries = checkpointEntries(new Map([...cleaner, [key, offset]]))
  replaceFile(disk, join(path, CLEANER_CHECKPOINT), encodeOffsetCheckpoint(entries))
}
