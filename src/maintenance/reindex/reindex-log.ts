/**
 * Builds what follows from the logs of a partition anew: offset, time and transaction indexes, producer snapshots, leader
 * epochs. They are what a broker writes that finds none of them and reads the log from its beginning: that start is done
 * over a disk that keeps what is written to itself, and what comes of it is held against what lies there.
 *
 * The logs stay as they are. Where one is damaged, nothing follows from what lies behind the damage. New files are put in
 * place together at the end; of a long log those of some segments at a time, so that what was done stays done where it is
 * interrupted, or something fails.
 */
import { basename, join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { OpenFiles } from '../../disk/open-files.ts'
import { OverlayDisk } from '../../disk/overlay-disk.ts'
import { isLiveLog, parseSegmentFileName } from '../../log/file-names.ts'
import { encodeLeaderEpochCheckpoint } from '../../log/leader-epoch-checkpoint.ts'
import type { LoadAction } from '../../log/load-action.ts'
import { PartitionLog } from '../../log/partition-log.ts'
import { ReadAhead } from '../../log-dirs/read-ahead.ts'
import type { RecoverTask, SegmentReaders } from '../../log-dirs/recover-log.ts'
import { asFailure, type FailureError } from '../../log-dirs/plain-failure.ts'
import { type DerivedKind, derivedKindOf, type Difference, differenceIn } from './derived-files.ts'
import { damageIn, type LogDamage, refuseOtherLogs } from './log-damage.ts'
import { StagedFiles } from './staged-files.ts'

export interface ReindexTask extends Omit<RecoverTask, 'recoveryPoint'> {
  /** Base offset of the first segment that is read: what follows from those before it is left as it is; 0 for all. */
  readonly from: bigint
  /** Names of the files that something is wrong with; undefined where all are to be as built. */
  readonly wrong?: ReadonlySet<string> | undefined
}

export interface ReindexEnvironment {
  readonly disk: Disk
  readonly openFilesMax: number
  readonly isPreview: boolean
  /** Whether what is replaced stays, as `*.old`. */
  readonly keepsOld: boolean
  /** Segments whose files are put in place together. */
  readonly placedSegments: number
  readonly readers: SegmentReaders
}

/**
 * | state       | the file                                                                   | done with it |
 * |-------------|----------------------------------------------------------------------------|--------------|
 * | same        | says what the log says                                                     |              |
 * | sound       | says something else, and nothing is wrong with that                        |              |
 * | missing     | is not there                                                               | written      |
 * | differs     | says something else, from an entry on                                      | replaced     |
 * | superfluous | belongs to nothing: a snapshot at no segment, an index without its log     | removed      |
 */
export interface ReindexedFile {
  readonly name: string
  readonly kind: DerivedKind
  readonly state: 'same' | 'sound' | 'missing' | 'differs' | 'superfluous'
  readonly difference?: Difference
}

export interface ReindexedLog {
  /** In order of their names. */
  readonly files: readonly ReindexedFile[]
  /** Where the log ends for whoever reads it through; what lies behind was left alone. */
  readonly damage?: LogDamage
  /** Why nothing more could be built; the files are those that are in place. */
  readonly failure?: FailureError
}

export const LEFT_ALONE: ReadonlySet<ReindexedFile['state']> = new Set(['same', 'sound'])

export function reindexLog(
  task: ReindexTask,
  environment: ReindexEnvironment,
): Promise<ReindexedLog> {
  return new LogReindex(task, environment).run()
}

/** Segments whose indexes may still be asked for while the log is loaded. */
const OPEN_SEGMENTS = 2

class LogReindex {
  readonly #task: ReindexTask
  readonly #environment: ReindexEnvironment
  readonly #path: string
  readonly #disk: Disk
  readonly #overlay: OverlayDisk
  readonly #staged: StagedFiles
  readonly #files = new Map<string, ReindexedFile>()
  readonly #actions: LoadAction[] = []
  /** Names of logs that were read, and whose indexes were not settled yet. */
  readonly #unsettled: string[] = []
  /** Of the files that follow from the logs, as they lie there. */
  #names: ReadonlySet<string> = new Set()
  #lastLog: string | undefined
  #settledSegments = 0
  /** What was told of files when new ones were put in place last. */
  #placed: readonly ReindexedFile[] = []

  constructor(task: ReindexTask, environment: ReindexEnvironment) {
    this.#task = task
    this.#environment = environment
    this.#path = task.path
    this.#disk = environment.disk
    this.#overlay = new OverlayDisk(environment.disk)
    this.#staged = new StagedFiles(environment.disk, task.path)
  }

  async run(): Promise<ReindexedLog> {
    try {
      const damage = await this.#build()
      this.#place()
      return { files: this.#placed, ...(damage && { damage }) }
    } catch (error) {
      return { files: this.#placed, failure: this.#giveUp(asFailure(error)) }
    }
  }

  #place(): void {
    this.#staged.apply(this.#environment)
    this.#placed = [...this.#files.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async #build(): Promise<LogDamage | undefined> {
    const names = this.#disk.list(this.#path).map(({ name }) => name)
    const logs = names.filter(name => isLiveLog(name) && !isBefore(name, this.#task.from))
    if (logs.length === 0) return undefined
    this.#lastLog = logs.at(-1)
    this.#names = new Set(this.#derivedNames(this.#disk))
    this.#clear(logs)
    await this.#load()
    const damage = damageIn(this.#actions)
    for (const name of new Set([...this.#names, ...this.#derivedNames(this.#overlay)])) {
      if (!isUncertain(name, damage)) this.#settle(name)
    }
    return damage
  }

  /** On a disk that fails, what was written beside may stay; the next time it is cleared away. */
  #giveUp(failure: FailureError): FailureError {
    try {
      this.#staged.discard()
    } catch (error) {
      asFailure(error)
    }
    return failure
  }

  /** A log without an index would be read for that reason, and then again for not having been closed. */
  #clear(logs: readonly string[]): void {
    for (const name of this.#names) this.#overlay.remove(join(this.#path, name))
    for (const log of logs) this.#overlay.create(join(this.#path, log.replace(/log$/, 'index')))
  }

  async #load(): Promise<void> {
    const { topic, partition, nowMs, path, from: recoveryPoint } = this.#task
    const { openFilesMax, readers } = this.#environment
    const files = new OpenFiles(this.#overlay, openFilesMax)
    const ahead = new ReadAhead(readers.read, readers.aheadMax)
    const options = {
      ...this.#task,
      isClean: false,
      recoveryPoint,
      clock: { nowMs: () => nowMs },
      onAction: (action: LoadAction) => this.#note(action),
    }
    try {
      const folder = { path, topic, partition, files }
      const log = await PartitionLog.load(folder, options, request => ahead.facts(request))
      log.raiseHighWatermark(this.#task.highWatermark)
      await log.close()
    } finally {
      files.closeAll()
    }
  }

  /** Indexes that nobody will ask for again are settled at once: those of a long log would fill the memory. */
  #note(action: LoadAction): void {
    refuseOtherLogs(action)
    this.#actions.push(action)
    if (action.kind !== 'segment-recovered') return
    this.#unsettled.push(basename(action.path))
    if (this.#unsettled.length <= OPEN_SEGMENTS) return
    const log = this.#unsettled.shift()!
    for (const kind of ['index', 'timeindex', 'txnindex']) {
      const name = log.replace(/log$/, kind)
      this.#settle(name)
      this.#overlay.forget(join(this.#path, name))
    }
    const snapshot = log.replace(/log$/, 'snapshot')
    if (!isBefore(snapshot, this.#task.from)) this.#settle(snapshot)
    if (++this.#settledSegments % this.#environment.placedSegments === 0) this.#place()
  }

  /** Holds what was built against what lies there; what is to take its place is written beside. */
  #settle(name: string): void {
    const kind = derivedKindOf(name)
    if (kind === undefined || this.#files.has(name)) return
    const path = join(this.#path, name)
    const ours = contentOf(this.#overlay, path) ?? EMPTY[kind]
    const theirs = this.#names.has(name) ? contentOf(this.#disk, path) : undefined
    const verdict = this.#compare(kind, { name, ours, theirs })
    if (verdict === undefined) return
    this.#files.set(name, { name, kind, ...verdict })
    if (this.#environment.isPreview || LEFT_ALONE.has(verdict.state)) return
    if (ours === undefined) this.#staged.remove(name)
    else this.#staged.replace(name, ours)
  }

  #compare(
    kind: DerivedKind,
    { name, ours, theirs }: Contents,
  ): Omit<ReindexedFile, 'name' | 'kind'> | undefined {
    const saysNothing = ours === undefined || (EMPTY[kind]?.equals(ours) ?? false)
    if (theirs === undefined) return saysNothing ? undefined : { state: 'missing' }
    const isSound = this.#task.wrong?.has(name) === false
    if (ours === undefined) return { state: isSound ? 'sound' : 'superfluous' }
    const mayHaveRoom = !this.#task.isClean && isIndexOf(name, this.#lastLog)
    const difference = differenceIn(kind, { name, ours, theirs, mayHaveRoom })
    if (difference === undefined) return { state: 'same' }
    return { state: isSound ? 'sound' : 'differs', difference }
  }

  #derivedNames(disk: Disk): string[] {
    const files = disk.list(this.#path).filter(({ kind }) => kind === 'file')
    return files.flatMap(({ name }) => {
      return derivedKindOf(name) === undefined || isBefore(name, this.#task.from) ? [] : [name]
    })
  }
}

/** As much as no file at all. */
const EMPTY: { readonly [K in DerivedKind]?: Buffer } = {
  txnindex: Buffer.alloc(0),
  'leader-epochs': encodeLeaderEpochCheckpoint([]),
}

interface Contents {
  readonly name: string
  readonly ours: Buffer | undefined
  readonly theirs: Buffer | undefined
}

function contentOf(disk: Disk, path: string): Buffer | undefined {
  return disk.status(path) === undefined ? undefined : disk.readWhole(path)
}

/** A broker makes room in those of the segment it writes, and takes it back when it closes them. */
function isIndexOf(name: string, log: string | undefined): boolean {
  return ['index', 'timeindex'].some(kind => name === log?.replace(/log$/, kind))
}

/** Whether the file follows from segments before that one alone; leader epochs follow from all. */
function isBefore(name: string, base: bigint): boolean {
  if (base === 0n) return false
  const parsed = parseSegmentFileName(name)
  if (parsed === undefined) return true
  return parsed.baseOffset < base || (parsed.kind === 'snapshot' && parsed.baseOffset === base)
}

/** Whether what the file has to say depends on what lies behind the damage. */
function isUncertain(name: string, damage: LogDamage | undefined): boolean {
  if (damage === undefined || damage.isTail) return false
  const parsed = parseSegmentFileName(name)
  if (parsed === undefined) return true
  const { kind, baseOffset } = parsed
  return kind === 'snapshot' ? baseOffset > damage.baseOffset : baseOffset >= damage.baseOffset
}
