/** What there is to repair of one partition, with both cures side by side. */
import { basename, join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { OpenFiles } from '../../disk/open-files.ts'
import { OverlayDisk } from '../../disk/overlay-disk.ts'
import { COMPACTED_TOPICS } from '../../inspect/offsets/partition-log.ts'
import { METADATA_TOPIC, parseSegmentFileName } from '../../log/file-names.ts'
import type { LoadAction } from '../../log/load-action.ts'
import type { LogConfig } from '../../log/log-config.ts'
import { readPartitionDirectory } from '../../log/partition-directory.ts'
import { checkpointKey, type LogDir } from '../../log-dirs/log-dir.ts'
import { Backup } from './backup.ts'
import { type CheckpointMend, checkpointMends } from './checkpoint-mend.ts'
import { merged } from './carried-batches.ts'
import { type CureReport, CureTotals, isDamaged } from './cure-report.ts'
import { displacedIn, TOO_MUCH_DISORDER } from './displaced.ts'
import { type CuredPartition, type CureEnvironment, PartitionCure } from './partition-cure.ts'
import {
  isRepetition,
  joinsFor,
  misplaced,
  misplacedText,
  overlaps,
  reachesInto,
} from './misplaced.ts'
import { hasLeftovers, settleLeftovers, type SettledLeftovers } from './settle-leftovers.ts'
import { IN_ORDER, type SegmentOrder } from './segment-group.ts'
import type { SegmentOutcome } from './segment-outcome.ts'
import type { WorkedOut, WorkedOutRoom } from './worked-out.ts'

/** A partition's folder, and what its log.dir says of it. */
export interface PartitionPlace {
  readonly path: string
  readonly name: string
  readonly topic: string
  readonly partition: number
  readonly logDir: string
  /** Whether it is the folder that serves. */
  readonly isLive: boolean
}

export interface PartitionPlan {
  readonly place: PartitionPlace
  readonly salvage: CureReport
  /** Only where the log is damaged, its segments don't overlap, and it is to be shown. */
  readonly likeKafka?: CureReport
  readonly leftovers: SettledLeftovers
  readonly checkpoints: readonly CheckpointMend[]
  /** A repair before was interrupted, which had begun at that offset. */
  readonly unfinishedFrom?: bigint
  /** Why it is shown only, and never cured. */
  readonly refusal?: string
  /** What the salvage puts in order. */
  readonly order: SegmentOrder
  /** The salvage, where it is kept to be carried out. */
  readonly workedOut?: WorkedOut
}

/** Whether one of the cures has to be chosen. */
export function needsCure(plan: PartitionPlan): boolean {
  const { salvage, leftovers } = plan
  return isDamaged(salvage) || leftovers.setAside.length > 0 || isUnfinished(plan)
}

function isUnfinished({ leftovers, unfinishedFrom }: PartitionPlan): boolean {
  return unfinishedFrom !== undefined || leftovers.actions.some(isSwap)
}

function isSwap({ kind }: LoadAction): boolean {
  return kind === 'swap-completed'
}

/** The base offset of the first segment that leftovers have put in place. */
export function firstSwapped({ actions }: SettledLeftovers): bigint | undefined {
  const [first] = actions
    .filter(isSwap)
    .map(({ path }) => parseSegmentFileName(basename(path))!.baseOffset)
    .sort((a, b) => (a < b ? -1 : 1))
  return first
}

/** @param logDir undefined where the folder lies in none */
export function curedPartition(
  { path, topic, partition, isLive }: PartitionPlace,
  logDir: LogDir | undefined,
  config: LogConfig,
): CuredPartition {
  const key = checkpointKey({ topic, partition })
  const noted = isLive ? logDir?.checkpoints : undefined
  const ends = [noted?.recoveryPoint.get(key) ?? 0n, noted?.highWatermark.get(key) ?? 0n]
  const notedEnd = ends[0]! > ends[1]! ? ends[0]! : ends[1]!
  const isClean = isLive && logDir?.cleanShutdown !== undefined && topic !== METADATA_TOPIC
  const isCleaned = noted?.cleaner.has(key) === true || COMPACTED_TOPICS.has(topic)
  return {
    path,
    topic,
    partition,
    config,
    isCompacted: config.isCompacted || isCleaned,
    logStartOffset: noted?.logStart.get(key) ?? 0n,
    notedEnd: notedEnd > 0n ? notedEnd : undefined,
    isOpenEnded: !isClean,
  }
}

export interface PlanEnvironment extends CureEnvironment {
  /** Where an earlier repair had begun that was interrupted. */
  readonly unfinishedFrom: bigint | undefined
  /** Given where a cure is to be carried out: then no other is shown beside it. */
  readonly room: WorkedOutRoom | undefined
}

export function planPartition(
  place: PartitionPlace,
  partition: CuredPartition,
  environment: PlanEnvironment,
): PartitionPlan {
  const disk = new OverlayDisk(environment.disk)
  const leftovers = leftoversOf(disk, partition)
  const settled = { ...environment, disk }
  const { report: salvage, workedOut, order, disorder } = salvageOf(partition, settled)
  const { topic } = partition
  const misnamed = misnamedRefusal(disk, place)
  const checkpoints = misnamed === undefined ? checkpointsOf(disk, place, salvage) : []
  const { unfinishedFrom, room } = environment
  const unfinished = unfinishedFrom === undefined ? {} : { unfinishedFrom }
  const plan = { place, salvage, leftovers, checkpoints, order, ...unfinished }
  if (!needsCure(plan) && misnamed === undefined && disorder === undefined) return plan
  const refusal = topic === METADATA_TOPIC ? METADATA_REFUSAL : (misnamed ?? disorder)
  const refused = { ...plan, ...(refusal !== undefined && { refusal }) }
  if (room !== undefined) return { ...refused, ...(workedOut && { workedOut }) }
  if (!isDamaged(salvage) || overlaps(salvage)) return refused
  const logEnd = logEndOf(partition, salvage)
  return { ...refused, likeKafka: cutReport(logEnd, partition, settled) }
}

const METADATA_REFUSAL =
  'the metadata of a cluster is of no use with holes in it: copy the folder from another controller'

/** What they hold is missing in what was read, and nobody should go by that. */
function misnamedRefusal(disk: Disk, { path }: PartitionPlace): string | undefined {
  const { leftovers } = readPartitionDirectory(disk, path)
  const found = leftovers.find(({ name, why }) => why === 'misnamed' && name.endsWith('.log'))
  return found && `${found.name} has not 20 digits in its name: no broker finds it; rename it first`
}

/** As far as the log reached before the damage, exclusive. */
export function logEndOf({ notedEnd }: CuredPartition, { endOffset }: CureReport): bigint {
  return notedEnd !== undefined && notedEnd > endOffset ? notedEnd : endOffset
}

export function checkpointsOf(
  disk: Disk,
  { isLive, ...place }: PartitionPlace,
  { endOffset }: CureReport,
): CheckpointMend[] {
  return isLive ? checkpointMends(disk, { ...place, endOffset }) : []
}

const NO_LEFTOVERS: SettledLeftovers = { setAside: [], actions: [] }

function leftoversOf(disk: Disk, { path, topic, partition }: CuredPartition): SettledLeftovers {
  if (!hasLeftovers(disk, path)) return NO_LEFTOVERS
  const files = new OpenFiles(disk, OPEN_FILES_MAX)
  return settleLeftovers({ path, topic, partition, files }, new Backup(disk, join(path, 'preview')))
}

const OPEN_FILES_MAX = 8

interface Salvaged {
  readonly report: CureReport
  readonly workedOut: WorkedOut | undefined
  readonly order: SegmentOrder
  /** Why segments can't stay as they are, where nothing puts them in order. */
  readonly disorder: string | undefined
}

/** Again, with more put in order, as often as some is found that is not. */
function salvageOf(
  partition: CuredPartition,
  environment: PlanEnvironment,
  order = IN_ORDER,
): Salvaged {
  const cure = new PartitionCure(partition, environment, { order })
  const workingOut = environment.room?.begin(cure)
  const totals = new CureTotals(partition, order)
  const { joined, displaced } = order
  const wanted = new Set(joined)
  let last: SegmentOutcome | undefined
  for (const outcome of cure.salvage()) {
    const { baseOffset } = outcome.segment
    if (last !== undefined && (reachesInto(last, baseOffset) || isRepetition(outcome))) {
      wanted.add(baseOffset)
    }
    last = outcome
    totals.add(outcome)
    workingOut?.add(outcome)
  }
  const report = totals.report(cure.endOffset, cure.openTransactions())
  const found = misplaced(report, cure.segments)
  if (found !== undefined) for (const base of joinsFor(found, cure.segments)) wanted.add(base)
  if (wanted.size > joined.size) {
    return salvageOf(partition, environment, { joined: wanted, displaced })
  }
  const { gaps } = cure
  const { notedEnd } = partition
  const more = displacedIn(report, { ...environment, gaps, notedEnd, known: displaced })
  if (more !== undefined && more.length > 0) {
    for (const { path: file, firstOffset: missing } of more) {
      for (const base of joinsFor({ file, missing }, cure.segments)) wanted.add(base)
    }
    const all = merged(displaced, more)
    return salvageOf(partition, environment, { joined: wanted, displaced: all })
  }
  const workedOut = isDamaged(report) ? workingOut?.keep() : undefined
  return {
    report,
    workedOut,
    order,
    disorder: more === undefined ? TOO_MUCH_DISORDER : found && misplacedText(found),
  }
}

function cutReport(
  logEnd: bigint,
  partition: CuredPartition,
  environment: CureEnvironment,
): CureReport {
  const cure = new PartitionCure(partition, environment)
  const totals = new CureTotals(partition, IN_ORDER)
  for (const outcome of cure.likeKafka(logEnd)) totals.add(outcome)
  return totals.report(cure.endOffset, cure.openTransactions())
}
