/**
 * Dumps files one after another, each by what its name says it is. One that can't be read costs itself only.
 *
 * Source of the order of things: org.apache.kafka.tools.DumpLogSegments
 */
import { dirname } from 'node:path'
import { CorruptDataError, DiskError, LimitError } from '../../base/errors.ts'
import type { Disk, DiskFile } from '../../disk/disk.ts'
import {
  BOOTSTRAP_CHECKPOINT,
  LEADER_EPOCH_CHECKPOINT,
  parseCheckpointFileName,
} from '../../log/file-names.ts'
import { readLeaderEpochCheckpoint } from '../../log/leader-epoch-checkpoint.ts'
import { openIndex } from '../../log/index-pages.ts'
import { OffsetIndex } from '../../log/offset-index.ts'
import { readPartitionDirectory } from '../../log/partition-directory.ts'
import { producerSnapshotFault, readProducerSnapshot } from '../../log/producer-snapshot.ts'
import { TimeIndex } from '../../log/time-index.ts'
import {
  ABORTED_TRANSACTION,
  CURRENT_VERSION,
  TransactionIndex,
  versionToKafka,
} from '../../log/transaction-index.ts'
import { dumpOffsetIndex, dumpTimeIndex, type IndexDumpContext } from './dump-index.ts'
import { dumpLog, type LogDumpOptions, type LogFollower } from './dump-log.ts'
import { EVERYTHING, type DumpRange } from './dump-range.ts'
import type { DumpedFile, DumpSink, FileKind } from './dump-sink.ts'
import { DumpSummary } from './dump-summary.ts'

export interface DumpOptions extends LogDumpOptions {
  readonly indexSanityCheckOnly: boolean
  /** The largest batch that an offset index entry may lead to. */
  readonly messageSizeMax: number
}

export interface FileToDump {
  readonly path: string
  readonly absolutePath: string
  /** Where in a log to begin; by default at its first byte. */
  readonly from?: number
  /** Why the range could not be found in it: told when its turn comes. */
  readonly refusal?: DiskError
  /** What of a log; by default everything. */
  readonly range?: DumpRange
}

export function dumpFiles(
  files: Iterable<FileToDump>,
  disk: Disk,
  sink: DumpSink,
  options: DumpOptions,
): DumpSummary {
  const dump = new FileDump(disk, sink, options)
  for (const file of files) dump.file(file)
  return dump.summary
}

class FileDump {
  readonly summary = new DumpSummary()
  readonly #disk: Disk
  readonly #sink: DumpSink
  readonly #options: DumpOptions

  constructor(disk: Disk, sink: DumpSink, options: DumpOptions) {
    this.#disk = disk
    this.#sink = sink
    this.#options = options
  }

  file(file: FileToDump): void {
    const described = describeFile(file.path)
    this.#sink.file(described)
    try {
      if (file.refusal !== undefined) throw file.refusal
      this.#dump(file, described)
    } catch (error) {
      if (!isOfTheFile(error)) throw error
      const position = error instanceof CorruptDataError ? error.damage.position : 0
      const placed =
        error instanceof CorruptDataError && error.damage.file === undefined
          ? error.in(file.path)
          : error
      this.#sink.failure({ path: file.path, position, error: placed })
    }
  }

  #dump(file: FileToDump, { kind, baseOffset }: DumpedFile): void {
    switch (kind) {
      case 'log':
      case 'checkpoint':
      case 'bootstrap':
        return this.#dumpLog(file, kind, baseOffset)
      case 'index':
        return this.#dumpIndex(file, baseOffset)
      case 'timeindex':
        return this.#dumpTimeIndex(file, baseOffset)
      case 'txnindex':
        return this.#dumpTransactionIndex(file)
      case 'snapshot':
        return this.#dumpSnapshot(file)
      case 'epoch':
        return this.#dumpEpochs(file)
      case 'unknown':
    }
  }

  #dumpLog(file: FileToDump, kind: FileKind, name: bigint | undefined): void {
    // The name of a snapshot tells where its contents end; its own batches begin at 0.
    const baseOffset = kind === 'log' ? requireOffset(file.path, name) : 0n
    const { summary } = this
    const context = {
      sink: this.#sink,
      options: this.#options,
      onGap: (previous: bigint, offset: bigint) =>
        summary.pairsOf(summary.gaps, file.absolutePath).add(previous, offset),
    }
    this.#withFile(file.path, log => {
      const { from = 0, range = EVERYTHING } = file
      const follower = () => this.#followerOf(file, kind, baseOffset)
      dumpLog(log, { from, range, baseOffset, follower }, context)
    })
  }

  /** Snapshots are renamed into place once they are whole. */
  #followerOf(file: FileToDump, kind: FileKind, baseOffset: bigint): LogFollower {
    if (kind !== 'log') return { isLast: false }
    const { segments } = readPartitionDirectory(this.#disk, dirname(file.absolutePath))
    const next = segments.find(segment => segment.baseOffset > baseOffset)
    return { isLast: next === undefined, baseOffset: next?.baseOffset }
  }

  #dumpIndex(file: FileToDump, name: bigint | undefined): void {
    const baseOffset = requireOffset(file.path, name)
    this.#withFile(siblingOf(file.path, 'log'), log => {
      this.#withIndex(file.path, indexFile => {
        const index = new OffsetIndex(indexFile, baseOffset)
        if (index.count === 0) this.#sink.note({ kind: 'empty-index' })
        else if (this.#options.indexSanityCheckOnly) this.#sanity(index, file)
        else dumpOffsetIndex(index, this.#indexContext(file, log))
      })
    })
  }

  #dumpTimeIndex(file: FileToDump, name: bigint | undefined): void {
    const baseOffset = requireOffset(file.path, name)
    this.#withFile(siblingOf(file.path, 'log'), log => {
      this.#withIndex(siblingOf(file.path, 'index'), indexFile => {
        this.#withIndex(file.path, timeIndexFile => {
          const index = new OffsetIndex(indexFile, baseOffset)
          const timeIndex = new TimeIndex(timeIndexFile, baseOffset)
          if (this.#options.indexSanityCheckOnly) this.#sanity(timeIndex, file)
          else dumpTimeIndex(timeIndex, index, this.#indexContext(file, log))
        })
      })
    })
  }

  #sanity(index: OffsetIndex | TimeIndex, { path, absolutePath }: FileToDump): void {
    const failure = index.sanityFailure(absolutePath)
    if (failure === undefined) return this.#sink.note({ kind: 'passed-sanity-check' })
    const error = new CorruptDataError({
      file: path,
      position: 0,
      reason: 'a broker rebuilds this index at its start',
      found: failure,
      expected: 'an index that passes',
    })
    this.#sink.failure({ path, position: 0, error })
  }

  #dumpTransactionIndex({ path }: FileToDump): void {
    const index = new TransactionIndex(this.#disk.readWhole(path))
    const refused: { readonly position: number; readonly version: number }[] = []
    for (let slot = 0; slot < index.count; slot++) {
      const entry = index.entryAt(slot)
      const version = versionToKafka(entry)
      if (version <= CURRENT_VERSION) this.#sink.abortedTransaction({ ...entry, version })
      else refused.push({ position: slot * ABORTED_TRANSACTION.size, version })
    }
    const [first, ...others] = refused
    if (first === undefined) return
    throw new CorruptDataError({
      file: path,
      position: first.position,
      reason: 'unknown version of an aborted transaction',
      found:
        others.length === 0
          ? `${first.version}`
          : `${first.version}, and ${others.length} more of such entries`,
      expected: `${CURRENT_VERSION}`,
    })
  }

  #dumpSnapshot({ path }: FileToDump): void {
    const bytes = this.#disk.readWhole(path)
    const fault = producerSnapshotFault(bytes)
    if (fault === undefined) {
      for (const entry of readProducerSnapshot(bytes)) this.#sink.producer(entry)
    } else {
      this.#sink.note({ kind: 'corrupt-snapshot', message: fault.kafkaMessage })
    }
  }

  #dumpEpochs({ path }: FileToDump): void {
    const { entries, damages } = readLeaderEpochCheckpoint(this.#disk.readWhole(path), path)
    for (const entry of entries) this.#sink.leaderEpoch(entry)
    for (const damage of damages) {
      const { position } = damage
      this.#sink.failure({ path, position, error: new CorruptDataError(damage) })
    }
  }

  #indexContext({ path, absolutePath }: FileToDump, log: DiskFile): IndexDumpContext {
    const { limits, messageSizeMax } = this.#options
    const { summary } = this
    return { sink: this.#sink, summary, limits, path, absolutePath, log, messageSizeMax }
  }

  #withFile(path: string, use: (file: DiskFile) => void): void {
    closing(this.#disk.open(path), use)
  }

  #withIndex(path: string, use: (file: DiskFile) => void): void {
    closing(openIndex(this.#disk, path), use)
  }
}

function closing(file: DiskFile, use: (file: DiskFile) => void): void {
  try {
    use(file)
  } finally {
    file.close()
  }
}

/** By the name alone, as Kafka: what follows its last dot. */
export function describeFile(path: string): DumpedFile {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name === BOOTSTRAP_CHECKPOINT) return { path, kind: 'bootstrap', baseOffset: undefined }
  if (name === LEADER_EPOCH_CHECKPOINT) return { path, kind: 'epoch', baseOffset: undefined }
  const kind = KIND_BY_SUFFIX[name.slice(name.lastIndexOf('.') + 1)] ?? 'unknown'
  if (kind !== 'checkpoint') return { path, kind, baseOffset: offsetOf(name) }
  const checkpoint = parseCheckpointFileName(name)
  if (checkpoint === undefined) return { path, kind: 'unknown', baseOffset: undefined }
  return { path, kind, baseOffset: checkpoint.endOffset, epoch: checkpoint.epoch }
}

const KIND_BY_SUFFIX: Readonly<Record<string, FileKind>> = {
  log: 'log',
  checkpoint: 'checkpoint',
  index: 'index',
  timeindex: 'timeindex',
  txnindex: 'txnindex',
  snapshot: 'snapshot',
}

/** What stands before the first dot, where it is a number as Java's Long.parseLong takes it. */
function offsetOf(name: string): bigint | undefined {
  const digits = name.split('.', 1)[0]!
  if (!/^[+-]?\d+$/.test(digits)) return undefined
  const offset = BigInt(digits.replace('+', ''))
  return BigInt.asIntN(64, offset) === offset ? offset : undefined
}

function requireOffset(path: string, baseOffset: bigint | undefined): bigint {
  if (baseOffset !== undefined) return baseOffset
  throw new CorruptDataError({
    file: path,
    position: 0,
    reason: 'the name of a segment file',
    found: path.slice(path.lastIndexOf('/') + 1),
    expected: 'an offset before the first dot, as in 00000000000000000000.log',
  })
}

function siblingOf(path: string, suffix: string): string {
  const slash = path.lastIndexOf('/') + 1
  return `${path.slice(0, slash)}${path.slice(slash).split('.', 1)[0]}.${suffix}`
}

/** Not of the file: that our own output could not be written. */
function isOfTheFile(error: unknown): error is CorruptDataError | LimitError | DiskError {
  if (error instanceof DiskError) return error.op !== 'write'
  return error instanceof CorruptDataError || error instanceof LimitError
}
