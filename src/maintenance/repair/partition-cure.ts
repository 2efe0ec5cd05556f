/**
 * Both cures of a partition, segment by segment, from the first to the last; nothing on disk is changed. What batches
 * teach on the way, producers and leader epochs, is written to a disk that keeps it to itself, and can be read there.
 */
import { join } from 'node:path'
import { CorruptDataError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { OpenFiles } from '../../disk/open-files.ts'
import { OverlayDisk } from '../../disk/overlay-disk.ts'
import { LEADER_EPOCH_CHECKPOINT } from '../../log/file-names.ts'
import { LeaderEpochs } from '../../log/leader-epochs.ts'
import type { LogConfig } from '../../log/log-config.ts'
import { readPartitionDirectory } from '../../log/partition-directory.ts'
import type { PartitionFolder } from '../../log/partition-folder.ts'
import { PartitionProducers } from '../../log/partition-producers.ts'
import type { Segment } from '../../log/segment.ts'
import { type CarriedBatch, merged } from './carried-batches.ts'
import { cutSegment, droppedSegment } from './cut-segment.ts'
import { GapLog } from './gap-log.ts'
import type { OffsetRange } from './loss.ts'
import { firstHeader, groupSegments, IN_ORDER, type SegmentOrder } from './segment-group.ts'
import { salvageSegment } from './salvage-segment.ts'
import { SegmentLearning } from './segment-learning.ts'
import type { SegmentOutcome } from './segment-outcome.ts'

/**
 * `salvage` keeps every batch that holds; `like-kafka` does what the recovery of a broker does: cuts at the first that
 * does not, and drops what lies behind.
 */
export type Cure = 'salvage' | 'like-kafka'

export interface CuredPartition {
  /** Of its folder. */
  readonly path: string
  readonly topic: string
  readonly partition: number
  readonly config: LogConfig
  /** As far as anybody knows. */
  readonly isCompacted: boolean
  /** What the log.dir's checkpoint says; 0 where it says nothing. */
  readonly logStartOffset: bigint
  /** Exclusive: the log reached up to there at least, by what the log.dir notes of it. */
  readonly notedEnd: bigint | undefined
  /** Whether the last segment may end in a write that a crash cut off. */
  readonly isOpenEnded: boolean
}

export interface CureEnvironment {
  readonly disk: Disk
  readonly limits: DecodeLimits
  readonly nowMs: number
  readonly producerExpirationMs: number
  readonly onProgress: (bytes: number) => void
}

export interface CureBeginning {
  /** Base offset of the first segment that was changed before, where one was. */
  readonly changedFrom?: bigint | undefined
  readonly order?: SegmentOrder
}

export class PartitionCure {
  readonly segments: readonly Segment[]
  readonly #partition: CuredPartition
  readonly #environment: CureEnvironment
  readonly #beginning: CureBeginning
  readonly #gaps = new GapLog()
  #learnt: OverlayDisk
  #epochs: LeaderEpochs
  #isChanged = false
  #producers: PartitionProducers | undefined
  #endOffset: bigint | undefined

  /** @throws DiskError */
  constructor(
    partition: CuredPartition,
    environment: CureEnvironment,
    beginning: CureBeginning = {},
  ) {
    this.#partition = partition
    this.#environment = environment
    this.#beginning = beginning
    this.segments = readPartitionDirectory(environment.disk, partition.path).segments
    this.#learnt = new OverlayDisk(environment.disk)
    this.#epochs = loadEpochs(this.#learnt, partition.path)
  }

  /** With what the cure has learnt, in the place of the partition's own files. */
  get learnt(): Disk {
    return this.#learnt
  }

  /** Of the log as it was salvaged, as far as it is. */
  get gaps(): readonly OffsetRange[] {
    return this.#gaps.ranges
  }

  /** Where the log ends, once all segments are done. */
  get endOffset(): bigint {
    return this.#endOffset ?? this.#partition.logStartOffset
  }

  /** Undecided transactions at the end of the log: producer ids with their first offsets. */
  openTransactions(): { readonly producerId: bigint; readonly firstOffset: bigint }[] {
    const stored = this.#producers?.state.stored() ?? []
    return stored
      .filter(({ currentTxnFirstOffset }) => currentTxnFirstOffset >= 0n)
      .map(({ producerId, currentTxnFirstOffset: firstOffset }) => ({ producerId, firstOffset }))
  }

  *salvage(): Generator<SegmentOutcome> {
    const { disk, limits, onProgress } = this.#environment
    const epochs = { latest: -1 }
    let carried: readonly CarriedBatch[] = []
    const { joined, displaced } = this.#beginning.order ?? IN_ORDER
    const groups = groupSegments(this.segments, joined)
    const positions = positionsOf(displaced)
    for (const [index, group] of groups.entries()) {
      const next = groups[index + 1]?.segment
      const isLast = next === undefined
      const salvaged = salvageSegment(group, {
        disk,
        limits,
        learn: offset => this.#learn(offset, group.segment),
        epochs,
        gaps: this.#gaps,
        carried: merged(carried, within(displaced, group.segment, next)),
        displaced: positions,
        behind: next && firstHeader(disk, next),
        following: next?.baseOffset,
        notedEnd: isLast ? this.#partition.notedEnd : undefined,
        isOpenEnded: isLast && this.#partition.isOpenEnded,
        onProgress,
      })
      carried = salvaged.carried
      this.#finish(salvaged.outcome)
      yield salvaged.outcome
    }
    this.#end()
  }

  /** @param logEnd of the log as it would be salvaged */
  *likeKafka(logEnd: bigint): Generator<SegmentOutcome> {
    const { disk, limits, onProgress } = this.#environment
    let isCut = false
    for (const segment of this.segments) {
      if (isCut) {
        yield droppedSegment(segment)
        continue
      }
      const learning = this.#begin(segment)
      const outcome = cutSegment(segment, { disk, limits, learning, logEnd, onProgress })
      this.#finish(outcome)
      isCut = outcome.change === 'rewritten'
      yield outcome
    }
    this.#end()
  }

  /** @param baseOffset of the log, or of one that the segment is divided into and that follows on another */
  #learn(baseOffset: bigint, segment: Segment): SegmentLearning {
    if (baseOffset === segment.baseOffset) return this.#begin(segment)
    this.#producers!.takeSnapshot()
    return this.#learnFrom(baseOffset)
  }

  #begin(segment: Segment): SegmentLearning {
    if (this.#isBelievedUpTo(segment)) this.#beginAnew()
    return this.#learnFrom(segment.baseOffset)
  }

  /** As a broker that reads the segment again. */
  #learnFrom(baseOffset: bigint): SegmentLearning {
    const { path, topic, partition, config, logStartOffset } = this.#partition
    const { nowMs, producerExpirationMs: expirationMs } = this.#environment
    const files = new OpenFiles(this.#learnt, OPEN_FILES_MAX)
    const folder: PartitionFolder = { path, topic, partition, files }
    const producers =
      this.#producers?.startAnew() ?? new PartitionProducers(folder, { nowMs, expirationMs })
    this.#producers = producers
    const endOffset = baseOffset
    producers.rebuild({ segments: [], logStartOffset, endOffset, isClean: false })
    const epochs = this.#epochs
    const { indexIntervalBytes } = config
    return new SegmentLearning({
      baseOffset,
      indexIntervalBytes,
      producers,
      epochs,
      logStartOffset,
    })
  }

  /**
   * Whether what is noted of the log before the segment holds: nothing of it was changed. Its producer snapshot knows
   * producers of whom no batch is left.
   */
  #isBelievedUpTo({ baseOffset, snapshot }: Segment): boolean {
    const isSame = !this.#isChanged && baseOffset <= (this.#beginning.changedFrom ?? baseOffset)
    return isSame && snapshot !== undefined && baseOffset > this.#partition.logStartOffset
  }

  #beginAnew(): void {
    this.#learnt = new OverlayDisk(this.#environment.disk)
    this.#epochs = loadEpochs(this.#learnt, this.#partition.path)
    this.#producers = undefined
  }

  #finish({ nextOffset, change }: SegmentOutcome): void {
    if (change !== 'kept') this.#isChanged = true
    this.#producers!.takeSnapshot()
    this.#endOffset = nextOffset
  }

  #end(): void {
    this.#epochs.truncateFromEnd(this.endOffset)
    this.#epochs.truncateFromStart(this.#partition.logStartOffset)
  }
}

const OPEN_FILES_MAX = 8

/** By file. */
function positionsOf(batches: readonly CarriedBatch[]): ReadonlyMap<string, ReadonlySet<number>> {
  const positions = new Map<string, Set<number>>()
  for (const { path, position } of batches) {
    positions.set(path, (positions.get(path) ?? new Set()).add(position))
  }
  return positions
}

function within(
  batches: readonly CarriedBatch[],
  { baseOffset }: Segment,
  next: Segment | undefined,
): CarriedBatch[] {
  return batches.filter(({ firstOffset }) => {
    return firstOffset >= baseOffset && (next === undefined || firstOffset < next.baseOffset)
  })
}

/** One that no broker would take is made anew. */
function loadEpochs(disk: Disk, folder: string): LeaderEpochs {
  try {
    return LeaderEpochs.load(disk, folder)
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error
    disk.remove(join(folder, LEADER_EPOCH_CHECKPOINT))
    return LeaderEpochs.load(disk, folder)
  }
}
