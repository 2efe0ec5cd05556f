/**
 * What there is to do: roots of log.dirs are looked at at once, partitions become tasks. In the order in which it is all
 * reported.
 */
import { basename, dirname, join, resolve } from 'node:path'
import { DiskError, UsageError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { identityOf } from '../../disk/file-identity.ts'
import type { LockHolder } from '../../disk/file-lock.ts'
import { holderText } from '../../disk/lock-holder-text.ts'
import { LOCK_FILE, parsePartitionFolder } from '../../log/file-names.ts'
import {
  checkpointKey,
  readLogDir,
  ROOT_FILES,
  type LogDir,
  type PartitionFolder,
} from '../../log-dirs/log-dir.ts'
import type { Finding } from './finding.ts'
import { FindingLog } from './finding-log.ts'
import { checkKraftSnapshot } from './kraft-snapshot-check.ts'
import { checkDuplicates, checkIdentities, checkLogDir, type Report } from './log-dir-check.ts'
import { metadataDirOf } from './metadata-dir.ts'
import { missingFolders } from './missing-folders.ts'
import type { DirState, PartitionTask } from './partition-task.ts'
import { reportReadFailure } from './read-failure.ts'
import { strayTwins } from './stray-twins.ts'
import { planFile } from './verify-file.ts'

export interface VerifyTarget {
  readonly kind: 'log-dir' | 'partition' | 'file'
  readonly path: string
}

export interface VerifyPlanOptions {
  readonly deep: boolean
  /** Whether a log.dir that a broker holds is read all the same. */
  readonly live: boolean
  readonly limits: DecodeLimits
}

export interface VerifyPlanEnvironment {
  readonly disk: Disk
  readonly workingDirectory: string
  readonly lockHolder: (path: string) => LockHolder | undefined | 'unknown'
}

/** What is found before the work is spread, then the tasks. */
export interface PlanStep {
  readonly findings: readonly Finding[]
  readonly tasks: readonly PartitionTask[]
  /** Of the log.dirs to verify, that which holds the metadata log of the same node. */
  readonly metadataDir?: string
  /** Whether it is a file that is checked by itself. */
  readonly isFile?: true
}

/** @throws UsageError where a file is none of Kafka's */
export function planVerification(
  targets: readonly VerifyTarget[],
  options: VerifyPlanOptions,
  environment: VerifyPlanEnvironment,
): PlanStep[] {
  return new Planning(options, environment).plan(targets)
}

/** A log.dir as it was found, before any partition is opened; or why it was not. */
type OpenedDir =
  | { readonly logDir: LogDir; readonly state: DirState; readonly findings: FindingLog }
  | { readonly logDir?: undefined; readonly findings: FindingLog }

type ReadDir = Extract<OpenedDir, { readonly state: DirState }>

class Planning {
  readonly #options: VerifyPlanOptions
  readonly #environment: VerifyPlanEnvironment
  readonly #opened = new Map<string, OpenedDir>()
  /** Partitions and files that are planned, each once. */
  readonly #planned = new Set<string>()
  /** Folders that a start puts aside in favour of another one of the partition. */
  readonly #strays = new Set<string>()

  constructor(options: VerifyPlanOptions, environment: VerifyPlanEnvironment) {
    this.#options = options
    this.#environment = environment
  }

  plan(targets: readonly VerifyTarget[]): PlanStep[] {
    const opened = targets
      .filter(({ kind }) => kind === 'log-dir')
      .map(({ path }) => this.#open(path))
    const read = opened.filter(dir => dir.logDir !== undefined)
    const logOf = new Map(read.map(({ logDir, findings }) => [logDir, findings]))
    const reportAt = (logDir: LogDir): Report => reportTo(logOf.get(logDir) ?? new FindingLog())
    const logDirs = read.map(({ logDir }) => logDir)
    checkIdentities(logDirs, reportAt)
    this.#checkTwins(read, reportAt)
    this.#checkMissing(read, reportAt)
    return targets.map(({ kind, path }) => {
      if (kind === 'file') return this.#planFile(path)
      return kind === 'partition' ? this.#planPartition(path) : this.#planLogDir(path, logDirs)
    })
  }

  #checkTwins(read: readonly ReadDir[], reportAt: (logDir: LogDir) => Report): void {
    const { disk } = this.#environment
    const logDirs = read.map(({ logDir }) => logDir)
    const stopped = read.flatMap(({ logDir, state }) => (state === 'live' ? [] : [logDir]))
    const strays = strayTwins(disk, stopped, this.#options.limits)
    for (const { folder, logDir, place } of strays) {
      if (place === undefined) continue
      this.#strays.add(identityOf(folder.path, disk))
      reportAt(logDir)('stray-twin', place)
    }
    const isStray = (folder: PartitionFolder) => strays.some(stray => stray.folder === folder)
    checkDuplicates(logDirs, reportAt, isStray)
  }

  /** A running broker has yet to make what its metadata tells already. */
  #checkMissing(read: readonly ReadDir[], reportAt: (logDir: LogDir) => Report): void {
    const logDirs = read.flatMap(({ logDir, state }) => (state === 'live' ? [] : [logDir]))
    const { disk } = this.#environment
    for (const { logDir, place } of missingFolders(disk, logDirs, this.#options.limits)) {
      reportAt(logDir)('partition-missing', place)
    }
  }

  #planLogDir(path: string, logDirs: readonly LogDir[]): PlanStep {
    const opened = this.#open(path)
    if (opened.logDir === undefined) return this.#stepOf(path, opened, [])
    const { logDir, state, findings } = opened
    const report = reportTo(findings)
    checkLogDir(logDir, state, report)
    const { disk } = this.#environment
    const { bootstrapPath } = logDir
    if (bootstrapPath !== undefined) {
      const isLive = state === 'live'
      try {
        checkKraftSnapshot(bootstrapPath, { disk, limits: this.#options.limits, report })
      } catch (error) {
        reportReadFailure(error, { path: bootstrapPath, isLive, report })
      }
    }
    const folders = logDir.partitions.filter(
      ({ parsed, insteadOfFolder }) => parsed.state !== 'deleted' && insteadOfFolder === undefined,
    )
    const tasks = folders.flatMap(folder => this.#tasksOf(folder.path, opened))
    // A running broker writes on while we read, now the one, now the other.
    const metadataDir = state === 'live' ? undefined : metadataDirOf(logDir, logDirs)
    return { ...this.#stepOf(path, opened, tasks), ...(metadataDir && { metadataDir }) }
  }

  #planPartition(path: string, only?: bigint): PlanStep {
    const parent = dirname(resolve(this.#environment.workingDirectory, path))
    if (!this.#isLogDir(parent)) {
      return { findings: [], tasks: this.#tasksOf(path, undefined, only) }
    }
    const opened = this.#open(parent)
    if (opened.logDir === undefined) return this.#stepOf(parent, opened, [])
    return { findings: [], tasks: this.#tasksOf(path, opened, only) }
  }

  #planFile(path: string): PlanStep {
    const { disk } = this.#environment
    const findings = new FindingLog()
    try {
      const plan = planFile(path, { disk, limits: this.#options.limits })
      if (plan === undefined) {
        throw new UsageError(`${path}: a broker has no file of that name; nothing to verify`)
      }
      if (plan.kind === 'segment') return this.#planPartition(dirname(path), plan.baseOffset)
      return { findings: plan.findings, tasks: [], isFile: true }
    } catch (error) {
      if (error instanceof UsageError) throw error
      reportReadFailure(error, { path, isLive: false, report: reportTo(findings) })
      return { findings: findings.result(), tasks: [] }
    }
  }

  /** The findings of a log.dir's root, the first time that it comes up. */
  #stepOf(path: string, { findings }: OpenedDir, tasks: readonly PartitionTask[]): PlanStep {
    const key = identityOf(path, this.#environment.disk)
    const isNew = !this.#planned.has(key)
    this.#planned.add(key)
    return { findings: isNew ? findings.result() : [], tasks }
  }

  #open(path: string): OpenedDir {
    const key = identityOf(path, this.#environment.disk)
    const known = this.#opened.get(key)
    if (known !== undefined) return known
    const opened = this.#openNew(path)
    this.#opened.set(key, opened)
    return opened
  }

  #openNew(path: string): OpenedDir {
    const { disk, lockHolder } = this.#environment
    const findings = new FindingLog()
    const holder = lockHolder(join(path, LOCK_FILE))
    const isHeld = holder !== undefined && holder !== 'unknown'
    if (isHeld && !this.#options.live) {
      findings.add('locked', lockedPlace(path, holder))
      return { findings }
    }
    try {
      const logDir = readLogDir(disk, path)
      if (holder === 'unknown' && logDir.lockFileExists) {
        findings.add('lock-unknown', {
          file: join(path, LOCK_FILE),
          found: 'a lock file, and no way to tell whether a broker holds it',
          expected: 'none',
        })
      }
      if (isHeld) return { logDir, state: 'live', findings }
      const state = logDir.cleanShutdown === undefined ? 'unclean' : 'clean'
      return { logDir, state, findings }
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      reportReadFailure(error, { path, isLive: isHeld, report: reportTo(findings) })
      return { findings }
    }
  }

  #isLogDir(path: string): boolean {
    const { disk } = this.#environment
    try {
      return disk.list(path).some(({ name, kind }) => kind === 'file' && ROOT_FILES.has(name))
    } catch (error) {
      if (error instanceof DiskError) return false
      throw error
    }
  }

  #tasksOf(path: string, opened: ReadDir | undefined, only?: bigint): PartitionTask[] {
    const identity = identityOf(path, this.#environment.disk)
    const key = `${identity} ${only ?? ''}`
    if (this.#planned.has(key)) return []
    this.#planned.add(key)
    const { deep, limits } = this.#options
    const task = { path, deep, limits, ...(only !== undefined && { only }) }
    if (opened === undefined || isServedByNobody(path, opened.state)) {
      return [{ ...task, dirState: 'unknown', expectsTopicId: false }]
    }
    if (this.#strays.has(identity)) {
      return [{ ...task, dirState: 'unknown', expectsTopicId: false, isStray: true }]
    }
    const { logDir, state } = opened
    const noted = notedOf(path, logDir)
    const expectsTopicId = logDir.meta?.version === 1
    return [{ ...task, dirState: state, expectsTopicId, ...(noted && { noted }) }]
  }
}

/** What the log.dir notes is of the partition's own folder, and nobody closed these in order. */
function isServedByNobody(path: string, dirState: DirState): boolean {
  const state = parsePartitionFolder(basename(path))?.state
  return dirState !== 'live' && (state === 'deleted' || state === 'stray')
}

function notedOf(path: string, logDir: LogDir): PartitionTask['noted'] {
  const folder = parsePartitionFolder(basename(path))
  if (folder === undefined) return undefined
  const key = checkpointKey(folder)
  const { recoveryPoint, logStart, highWatermark, cleaner } = logDir.checkpoints
  return {
    logDir: logDir.path,
    recoveryPoint: recoveryPoint.get(key),
    logStart: logStart.get(key),
    highWatermark: highWatermark.get(key),
    cleaner: cleaner.get(key),
  }
}

function lockedPlace(path: string, holder: LockHolder): Parameters<Report>[1] {
  const found = `held by ${holderText(holder)}`
  return { file: join(path, LOCK_FILE), found, expected: 'no broker that uses the log.dir' }
}

function reportTo(findings: FindingLog): Report {
  return (kind, place) => findings.add(kind, place)
}
