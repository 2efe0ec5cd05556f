/**
 * What lies in the folder of one partition, sorted by what it is for. A listing: callers open what they need.
 *
 * Source: org.apache.kafka.storage.internals.log.LogLoader
 */
import { basename, join, resolve } from 'node:path'
import type { DiskError } from '../base/errors.ts'
import type { DirectoryEntry, Disk } from '../disk/disk.ts'
import { noFile } from '../disk/disk-failure.ts'
import { LateStatus } from '../disk/late-status.ts'
import { TEMPORARY_SUFFIX } from '../disk/replace-file.ts'
import {
  isPartitionFileName,
  LEADER_EPOCH_CHECKPOINT,
  parseCheckpointFileName,
  parsePartitionFolder,
  parseSegmentFileName,
  PARTITION_METADATA,
  QUORUM_STATE,
  type PartitionState,
  type SegmentFileKind,
} from './file-names.ts'
import type { PartitionFile, Segment } from './segment.ts'

export interface PartitionDirectory {
  readonly path: string
  /** The last part of the path. */
  readonly name: string
  /** Absent, as `partition`, where the name is not that of a partition's folder (a copy, say). */
  readonly topic?: string
  readonly partition?: number
  readonly state: PartitionState
  /** Ascending. */
  readonly segments: readonly Segment[]
  /** Producer snapshots, ascending, those that match no segment among them. */
  readonly snapshots: readonly SnapshotFile[]
  /** KRaft snapshots, ascending. */
  readonly checkpoints: readonly CheckpointFile[]
  readonly leaderEpochs?: PartitionFile
  readonly metadata?: PartitionFile
  readonly quorumState?: PartitionFile
  readonly leftovers: readonly Leftover[]
  /** What has the name of a file of Kafka and is none: a folder, a pipe, a link that leads nowhere. */
  readonly refused: readonly DiskError[]
}

/** Of what is no file, that which should have been a log. */
export function refusedLogs({ refused }: PartitionDirectory): DiskError[] {
  return refused.filter(({ path }) => /\.(log|checkpoint)$/.test(path))
}

export interface SnapshotFile {
  /** Exclusive: the state is that before the record at this offset. */
  readonly offset: bigint
  readonly file: PartitionFile
}

export interface CheckpointFile {
  readonly endOffset: bigint
  readonly epoch: number
  readonly file: PartitionFile
}

/**
 * | why          | what a broker does with it at its next start                            |
 * |--------------|-------------------------------------------------------------------------|
 * | deleted      | removes it                                                              |
 * | cleaned      | removes it: a compaction that did not finish                            |
 * | swap         | completes the swap: a compaction that did                               |
 * | temporary    | nothing; an atomic write that did not finish                            |
 * | partial      | removes it: a KRaft snapshot that was not finished                      |
 * | orphan-index | removes it: there is no log it could belong to                          |
 * | misnamed     | looks for it under a name of 20 digits, and does not find it            |
 * | unknown      | nothing                                                                 |
 */
export type LeftoverReason =
  'deleted' | 'cleaned' | 'swap' | 'temporary' | 'partial' | 'orphan-index' | 'misnamed' | 'unknown'

export interface Leftover {
  readonly path: string
  readonly name: string
  readonly why: LeftoverReason
}

/** @throws DiskError where the folder can't be listed */
export function readPartitionDirectory(disk: Disk, path: string): PartitionDirectory {
  const sorted = new SortedFiles(disk, path)
  for (const entry of disk.list(path)) {
    if (entry.kind === 'file') sorted.add(entry.name)
    else if (isPartitionFileName(entry.name)) sorted.refuse(entry)
    else sorted.leave(entry.name, 'unknown')
  }
  const name = basename(resolve(path))
  const folder = parsePartitionFolder(name)
  return {
    path,
    name,
    ...(folder && { topic: folder.topic, partition: folder.partition }),
    state: folder?.state ?? 'live',
    ...sorted.result(),
  }
}

type Contents = Omit<PartitionDirectory, 'path' | 'name' | 'topic' | 'partition' | 'state'>

class SortedFiles {
  readonly #disk: Disk
  readonly #path: string
  readonly #bySegment = new Map<bigint, Map<SegmentFileKind, PartitionFile>>()
  readonly #checkpoints: CheckpointFile[] = []
  readonly #texts = new Map<string, PartitionFile>()
  readonly #leftovers: Leftover[] = []
  readonly #refused: DiskError[] = []
  /** Base offsets of logs that are no files: their indexes belong to something. */
  readonly #refusedLogs = new Set<bigint>()

  constructor(disk: Disk, path: string) {
    this.#disk = disk
    this.#path = path
  }

  add(name: string): void {
    if (TEXT_FILES.has(name)) return this.#place(name, file => this.#texts.set(name, file))
    const segment = parseSegmentFileName(name)
    if (segment !== undefined) {
      if (segment.state !== 'live') return this.leave(name, segment.state)
      if (!segment.wellFormed) return this.leave(name, 'misnamed')
      return this.#place(name, file => this.#filesOf(segment.baseOffset).set(segment.kind, file))
    }
    const checkpoint = parseCheckpointFileName(name)
    if (checkpoint === undefined) {
      return this.leave(name, name.endsWith(TEMPORARY_SUFFIX) ? 'temporary' : 'unknown')
    }
    const { endOffset, epoch, state } = checkpoint
    if (state !== 'live') return this.leave(name, state)
    this.#place(name, file => this.#checkpoints.push({ endOffset, epoch, file }))
  }

  leave(name: string, why: LeftoverReason): void {
    this.#leftovers.push({ path: join(this.#path, name), name, why })
  }

  refuse(entry: DirectoryEntry): void {
    this.#refused.push(noFile(join(this.#path, entry.name), entry))
    const segment = parseSegmentFileName(entry.name)
    if (segment?.kind === 'log') this.#refusedLogs.add(segment.baseOffset)
  }

  result(): Contents {
    const segments: Segment[] = []
    const snapshots: SnapshotFile[] = []
    const ascending = [...this.#bySegment].sort(([a], [b]) => (a < b ? -1 : 1))
    for (const [offset, files] of ascending) {
      const snapshot = files.get('snapshot')
      if (snapshot !== undefined) snapshots.push({ offset, file: snapshot })
      const log = files.get('log')
      if (log !== undefined) segments.push(toSegment(offset, log, files))
      else if (!this.#refusedLogs.has(offset)) this.#leaveIndexes(files)
    }
    this.#leftovers.sort((a, b) => (a.name < b.name ? -1 : 1))
    const leaderEpochs = this.#texts.get(LEADER_EPOCH_CHECKPOINT)
    const metadata = this.#texts.get(PARTITION_METADATA)
    const quorumState = this.#texts.get(QUORUM_STATE)
    return {
      segments,
      snapshots,
      checkpoints: this.#checkpoints,
      ...(leaderEpochs && { leaderEpochs }),
      ...(metadata && { metadata }),
      ...(quorumState && { quorumState }),
      leftovers: this.#leftovers,
      refused: this.#refused,
    }
  }

  #leaveIndexes(files: ReadonlyMap<SegmentFileKind, PartitionFile>): void {
    for (const [kind, { name }] of files) {
      if (kind !== 'snapshot') this.leave(name, 'orphan-index')
    }
  }

  /** A file that a live broker removed since the listing is passed over. */
  #place(name: string, take: (file: PartitionFile) => unknown): void {
    const path = join(this.#path, name)
    const status = this.#disk.status(path)
    if (status === undefined) return
    if (status instanceof LateStatus) return void take(new LateFile(path, name, status))
    const { size, allocated, mtimeMs } = status
    take({ path, name, size, allocated, mtimeMs })
  }

  #filesOf(baseOffset: bigint): Map<SegmentFileKind, PartitionFile> {
    const known = this.#bySegment.get(baseOffset)
    if (known !== undefined) return known
    const files = new Map<SegmentFileKind, PartitionFile>()
    this.#bySegment.set(baseOffset, files)
    return files
  }
}

/** Plain files go to other threads; of these there are too many for getters of their own. */
class LateFile implements PartitionFile {
  readonly path: string
  readonly name: string
  readonly #status: LateStatus

  constructor(path: string, name: string, status: LateStatus) {
    this.path = path
    this.name = name
    this.#status = status
  }

  get size(): number {
    return this.#status.size
  }

  get allocated(): number {
    return this.#status.allocated
  }

  get mtimeMs(): number {
    return this.#status.mtimeMs
  }
}

const TEXT_FILES: ReadonlySet<string> = new Set([
  LEADER_EPOCH_CHECKPOINT,
  PARTITION_METADATA,
  QUORUM_STATE,
])

function toSegment(
  baseOffset: bigint,
  log: PartitionFile,
  files: ReadonlyMap<SegmentFileKind, PartitionFile>,
): Segment {
  const index = files.get('index')
  const timeIndex = files.get('timeindex')
  const txnIndex = files.get('txnindex')
  const snapshot = files.get('snapshot')
  return {
    baseOffset,
    log,
    ...(index && { index }),
    ...(timeIndex && { timeIndex }),
    ...(txnIndex && { txnIndex }),
    ...(snapshot && { snapshot }),
  }
}
