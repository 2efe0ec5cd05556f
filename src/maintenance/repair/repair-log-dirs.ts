/**
 * Repairs partitions and what their log.dirs say of them: everything is planned before anything is changed, and each
 * change is told when it is done.
 */
import { join } from 'node:path'
import { assert, RefusedError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { OpenFiles } from '../../disk/open-files.ts'
import type { LogConfig } from '../../log/log-config.ts'
import { strayTwins } from '../../inspect/verify/stray-twins.ts'
import { type LogDir, readLogDir } from '../../log-dirs/log-dir.ts'
import { Backup, backupName, type BackupPlace, unusedBackup } from './backup.ts'
import { carryOut } from './carry-out.ts'
import { type CheckpointMend, mendCheckpoints } from './checkpoint-mend.ts'
import { type ClusterMend, clusterMends, mendCluster } from './cluster-mend.ts'
import { type CureReport, isDamaged } from './cure-report.ts'
import type { Cure, CureEnvironment } from './partition-cure.ts'
import {
  curedPartition,
  firstSwapped,
  logEndOf,
  needsCure,
  type PartitionPlace,
  type PartitionPlan,
  planPartition,
} from './partition-plan.ts'
import { type LeftAlone, leftAlone } from './left-alone.ts'
import { requireRoom } from './repair-room.ts'
import { settleLeftovers, type SettledLeftovers } from './settle-leftovers.ts'
import { overlaps, OVERLAPS } from './misplaced.ts'
import { moveStale, type StaleFolder, staleFolders } from './stale-folders.ts'
import { futureMends, movedName, type TwinMend, twinMends } from './twin-mend.ts'
import { markFinished, type UnfinishedRepair, unfinishedRepair } from './unfinished-repair.ts'
import { WorkedOutRoom } from './worked-out.ts'

export interface RepairEnvironment extends CureEnvironment {
  readonly configOf: (topic: string) => LogConfig
  /** Takes what keeps one partition from being looked at, or repaired; the others go on. */
  readonly onFailure: (place: PartitionPlace, error: unknown) => void
}

export interface RepairWish {
  readonly places: readonly PartitionPlace[]
  readonly logDirs: readonly string[]
  /** Of the cluster that the log.dirs are meant for. */
  readonly clusterId: string | undefined
  /** Folder in which each partition's backup gets a folder; undefined: in the partition's own. */
  readonly backup: string | undefined
  /** Whether folders that nothing is served from go to the backup, which is said where then. */
  readonly movesStale: boolean
  /** Whether it is planned to be carried out, rather than to be shown. */
  readonly isToBeDone: boolean
}

export interface RepairPlan {
  readonly partitions: readonly PartitionPlan[]
  readonly clusters: readonly ClusterMend[]
  readonly twins: readonly TwinMend[]
  readonly stale: readonly StaleFolder[]
  readonly leftAlone: readonly LeftAlone[]
}

/** Reads only. @param onPlanned told of each partition as soon as it was looked at */
export function planRepair(
  wish: RepairWish,
  environment: RepairEnvironment,
  onPlanned: (plan: PartitionPlan) => void = () => undefined,
): RepairPlan {
  const { disk, configOf, onFailure } = environment
  const { logDirs, clusterId } = wish
  const room = wish.isToBeDone ? new WorkedOutRoom() : undefined
  const clusters = clusterId === undefined ? [] : clusterMends(disk, logDirs, clusterId)
  const known = new Map(logDirs.map(path => [path, readLogDir(disk, path)]))
  const partitions: PartitionPlan[] = []
  for (const place of wish.places) {
    try {
      const partition = curedPartition(place, known.get(place.logDir), configOf(place.topic))
      const unfinishedFrom = unfinishedIn(disk, place, wish)?.changedFrom
      const plan = planPartition(place, partition, { ...environment, unfinishedFrom, room })
      partitions.push(plan)
      onPlanned(plan)
    } catch (error) {
      onFailure(place, error)
    }
  }
  const read = [...known.values()]
  const strays = strayCopies(read, environment)
  const served = partitions.filter(({ place }) => !strays.some(({ path }) => path === place.path))
  const { twins: copies, undecided } = twinMends(served, {
    logDirs: read,
    clusterId,
    ...environment,
  })
  const twins = [...copies, ...futureMends(wish.places, read)]
  const stale = wish.movesStale ? staleFolders(disk, read) : []
  const moved = new Set([...twins.map(twin => twin.moved), ...stale.map(({ path }) => path)])
  const knowsCluster = clusterId !== undefined
  const left = [...undecided, ...strays, ...leftAlone(read, { moved, knowsCluster })]
  return { partitions, clusters, twins, stale, leftAlone: left }
}

/** Over those a broker starts, and puts them aside itself, however full they are. */
function strayCopies(logDirs: readonly LogDir[], { disk, limits }: RepairEnvironment): LeftAlone[] {
  return strayTwins(disk, logDirs, limits).flatMap(({ folder: { path }, place }) =>
    place === undefined ? [] : [{ path, why: `a broker renames it to -stray: ${place.found}` }],
  )
}

function unfinishedIn(
  disk: Disk,
  place: PartitionPlace,
  wish: Pick<RepairWish, 'backup'>,
): UnfinishedRepair | undefined {
  return unfinishedRepair(disk, placeOfBackups(place, wish), place.path)
}

function placeOfBackups(
  { path, name }: PartitionPlace,
  { backup }: Pick<RepairWish, 'backup'>,
): BackupPlace {
  return backup === undefined
    ? { parent: path, prefix: BACKUP_PREFIX }
    : { parent: backup, prefix: `${name}.${BACKUP_PREFIX}` }
}

const BACKUP_PREFIX = 'repair-'

/** Of a plan: those partitions for which a cure has to be chosen. */
export function partitionsToCure({ partitions, twins }: RepairPlan): readonly PartitionPlan[] {
  const moved = new Set(twins.map(twin => twin.moved))
  return partitions.filter(plan => {
    return needsCure(plan) && plan.refusal === undefined && !moved.has(plan.place.path)
  })
}

export interface RepairedPartition {
  readonly place: PartitionPlace
  readonly report?: CureReport
  readonly leftovers: SettledLeftovers
  readonly checkpoints: readonly CheckpointMend[]
  readonly backup: string
}

export interface RepairListener {
  twin(mend: TwinMend, backup: string): void
  cluster(mend: ClusterMend, kept: string): void
  stale(folder: StaleFolder, backup: string): void
  partition(repaired: RepairedPartition): void
}

export interface RepairChoice {
  /** Undefined where no log is damaged. */
  readonly cure: Cure | undefined
  /** As it was wished for. */
  readonly backup: string | undefined
}

export function carryOutRepair(
  plan: RepairPlan,
  choice: RepairChoice,
  { environment, listener }: { environment: RepairEnvironment; listener: RepairListener },
): void {
  const { disk, nowMs } = environment
  for (const mend of plan.clusters) listener.cluster(mend, mendCluster(disk, mend, nowMs))
  for (const folder of plan.stale) {
    assert(choice.backup !== undefined, 'what is stale goes to a backup that is named')
    const place = { parent: choice.backup, prefix: BACKUP_PREFIX, nowMs }
    listener.stale(folder, moveStale(disk, folder, place))
  }
  const moved = new Set(plan.twins.map(twin => twin.moved))
  const cured = new Set(partitionsToCure(plan))
  for (const each of plan.partitions) {
    const { place } = each
    if (moved.has(place.path)) continue
    const unfinished = unfinishedIn(disk, place, choice)
    const backup = backupOf(disk, place, { ...choice, nowMs, unfinished })
    try {
      for (const twin of plan.twins.filter(({ kept }) => kept === place.path)) {
        backup.moveFolder(twin.moved, movedName(twin))
        listener.twin(twin, backup.path)
      }
      const cure = cured.has(each) ? choice.cure : undefined
      if (cure !== undefined) backup.keepEarlierNote()
      const repaired = repairPartition(each, { cure, backup, environment })
      if (cure !== undefined && unfinished !== undefined) markFinished(disk, unfinished)
      if (repaired !== undefined) listener.partition(repaired)
    } catch (error) {
      backup.discardUnused()
      environment.onFailure(place, error)
    }
  }
}

function repairPartition(
  plan: PartitionPlan,
  chosen: {
    readonly cure: Cure | undefined
    readonly backup: Backup
    readonly environment: RepairEnvironment
  },
): RepairedPartition | undefined {
  const { place } = plan
  const { cure, backup, environment } = chosen
  const { disk } = environment
  if (cure === 'like-kafka' && overlaps(plan.salvage)) throw overlapping(plan)
  let leftovers: SettledLeftovers = { setAside: [], actions: [] }
  let report: CureReport | undefined
  if (cure !== undefined) {
    const { path, topic, partition } = place
    const files = new OpenFiles(disk, OPEN_FILES_MAX)
    leftovers = settleLeftovers({ path, topic, partition, files }, backup)
    files.closeAll()
    const begun = [plan.unfinishedFrom, firstSwapped(leftovers)].filter(each => each !== undefined)
    const changedFrom = begun.sort((a, b) => (a < b ? -1 : 1))[0]
    if (isDamaged(plan.salvage) || changedFrom !== undefined) {
      report = cureLog(plan, { cure, backup, environment, changedFrom })
    }
  }
  const isNoticed = report === undefined || isDamaged(report) || !isDamaged(plan.salvage)
  if (!isNoticed) throw notNoticed(plan)
  const { endOffset } = report ?? plan.salvage
  const isMended = place.isLive && plan.refusal === undefined
  const checkpoints = isMended ? mendCheckpoints(disk, { ...place, endOffset }, backup) : []
  if (report === undefined && leftovers.setAside.length + checkpoints.length === 0) return undefined
  return { place, ...(report && { report }), leftovers, checkpoints, backup: backup.path }
}

function overlapping({ place }: PartitionPlan): RefusedError {
  const why = `${place.name} can't be cut like Kafka does: ${OVERLAPS}`
  return new RefusedError('KAFKA_STORAGE_ERROR', `${why}; nothing was changed: --salvage mends it`)
}

function notNoticed({ place }: PartitionPlan): RefusedError {
  const why = `the recovery of a broker does not notice what is wrong in ${place.name}`
  return new RefusedError('KAFKA_STORAGE_ERROR', `${why}; nothing was changed: --salvage mends it`)
}

const OPEN_FILES_MAX = 8

function cureLog(
  { place, salvage, order, workedOut }: PartitionPlan,
  chosen: {
    readonly cure: Cure
    readonly backup: Backup
    readonly environment: RepairEnvironment
    readonly changedFrom: bigint | undefined
  },
): CureReport {
  const { cure, backup, environment, changedFrom } = chosen
  requireRoom(environment.disk, { ...place, salvage, cure, backup: backup.path })
  const logDir = readLogDir(environment.disk, place.logDir)
  const partition = curedPartition(place, logDir, environment.configOf(place.topic))
  const logEnd = logEndOf(partition, salvage)
  return carryOut(partition, { cure, backup, logEnd, changedFrom, order, workedOut }, environment)
}

/** Where an interrupted repair has begun one, it is gone on with: what was replaced is in one place in the end. */
function backupOf(
  disk: Disk,
  place: PartitionPlace,
  { backup, nowMs, unfinished }: BackupChoice,
): Backup {
  const backups = placeOfBackups(place, { backup })
  const begun =
    unfinished?.backup ?? (backup === undefined ? unusedBackup(disk, backups) : undefined)
  return new Backup(disk, begun ?? join(backups.parent, backupName(disk, backups, nowMs)))
}

interface BackupChoice extends Pick<RepairChoice, 'backup'> {
  readonly nowMs: number
  readonly unfinished: UnfinishedRepair | undefined
}
