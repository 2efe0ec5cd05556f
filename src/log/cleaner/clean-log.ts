/**
 * One pass of a cleaner over a log: of each key that its dirty part has, only the newest record is kept, there and in what
 * lies before it. Segments below the active one are read and written anew, in groups; the log is changed by one swap for
 * each group, which is crash-safe. Others may append and read meanwhile; where they truncate, it gives up.
 *
 * A pass takes as much of the dirty part as the offset map has room for; where that is not all, another one goes on at the
 * offset that it returns.
 *
 * Source: org.apache.kafka.storage.internals.log.Cleaner#doClean, #cleanSegments
 */
import { CorruptDataError, RefusedError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { LogSegment } from '../log-segment.ts'
import type { PartitionLog } from '../partition-log.ts'
import { RELATIVE_OFFSET_MAX } from '../roll-policy.ts'
import { AbortedTransactions } from './aborted-transactions.ts'
import { segmentsBetween } from './cleanable-range.ts'
import { BatchCleaner, type OnSuperseded } from './clean-batch.ts'
import { CleanedBatches, type CleanTarget } from './cleaned-batches.ts'
import { CleanedSegment } from './cleaned-segment.ts'
import { CleanedTransactions } from './cleaned-transactions.ts'
import { CleaningCounts } from './cleaning-counts.ts'
import { walkBatches, type WalkOptions } from './dirty-batches.ts'
import { indexKeys } from './index-keys.ts'
import { KeyOffsets } from './key-offsets.ts'
import type { OffsetMap } from './offset-map.ts'
import { groupSegments, type GroupedSegment } from './segment-groups.ts'
import { modifiedMs, indexSizes } from './segment-sizes.ts'

export interface CleanOptions {
  readonly firstDirtyOffset: bigint
  readonly firstUncleanableOffset: bigint
  /** Cleared before it is used. */
  readonly map: OffsetMap
  readonly nowMs: number
  readonly limits: DecodeLimits
  /** Whether nothing is to be changed on the disk. */
  readonly isPreview?: boolean
  /** Whether nobody reads the log: what is replaced gives way at once. */
  readonly isUnread?: boolean
  readonly breathe?: WalkOptions['breathe']
  readonly onSuperseded?: OnSuperseded
}

export interface CleanedLog {
  /** Where the next pass begins: what the checkpoint says from now on. */
  readonly endOffset: bigint
  /** Of the part that was looked at, keys that are different. */
  readonly keyCount: number
  readonly counts: CleaningCounts
}

/**
 * @throws DiskError
 * @throws CorruptDataError where a batch can't be read; the groups before it are cleaned
 * @throws RefusedError where the log was cut meanwhile; the same
 */
export async function cleanLog(log: PartitionLog, options: CleanOptions): Promise<CleanedLog> {
  const pass = new CleaningPass(log, options)
  await pass.index()
  await pass.clean()
  const { counts, keys } = pass
  return { endOffset: keys.endOffset, keyCount: keys.map.count, counts }
}

interface SegmentInGroup extends GroupedSegment {
  readonly segment: LogSegment
}

class CleaningPass {
  readonly counts = new CleaningCounts()
  readonly keys: KeyOffsets
  readonly #log: PartitionLog
  readonly #options: CleanOptions
  readonly #segments: readonly LogSegment[]
  readonly #aborted: AbortedTransactions
  readonly #walk: Omit<WalkOptions, 'from'>
  readonly #cutCount: number
  #target: CleanTarget | undefined

  constructor(log: PartitionLog, options: CleanOptions) {
    const { limits } = options
    this.#log = log
    this.#options = options
    this.#segments = log.segments.slice(0, -1)
    this.#aborted = new AbortedTransactions(this.#segments, log.logStartOffset)
    this.#walk = { disk: log.folder.files.disk, limits, breathe: bytes => this.#breathe(bytes) }
    this.#cutCount = log.cutCount
    this.keys = new KeyOffsets(options.map, options.firstDirtyOffset)
  }

  index(): Promise<void> {
    return indexKeys(this.keys, {
      ...this.#walk,
      segments: this.#segments,
      aborted: this.#aborted,
      firstUncleanableOffset: this.#options.firstUncleanableOffset,
    })
  }

  async clean(): Promise<void> {
    const { config } = this.#log
    const { firstUncleanableOffset, firstDirtyOffset } = this.#options
    const transactions = new CleanedTransactions(entry => this.#target?.appendAborted(entry))
    const cleaner = this.#batchCleaner(transactions)
    const { deleteRetentionMs } = config
    const oldHorizonMs = this.#oldTombstoneHorizon(firstDirtyOffset, deleteRetentionMs)
    const cleaned = segmentsBetween(this.#segments, 0n, this.keys.endOffset)
    const facts = cleaned.map(segment => inGroup(segment))
    for (const group of groupSegments(facts, { ...config, firstUncleanableOffset })) {
      const segments = group.map(({ segment }) => segment)
      await this.#cleanGroup(segments, { cleaner, transactions, oldHorizonMs })
    }
  }

  #batchCleaner(transactions: CleanedTransactions): BatchCleaner {
    const { nowMs, limits, firstUncleanableOffset, onSuperseded } = this.#options
    return new BatchCleaner({
      keys: this.keys,
      transactions,
      producers: this.#log.lastRecords(),
      firstUncleanableOffset,
      nowMs,
      deleteRetentionMs: this.#log.config.deleteRetentionMs,
      limits,
      counts: this.counts,
      onSuperseded,
    })
  }

  /** Of v0/v1: their batches can't keep one. */
  #oldTombstoneHorizon(firstDirtyOffset: bigint, deleteRetentionMs: number): number {
    const lastClean = segmentsBetween(this.#segments, 0n, firstDirtyOffset).at(-1)
    if (lastClean === undefined) return 0
    return modifiedMs(lastClean, this.#walk.disk) - deleteRetentionMs
  }

  async #cleanGroup(segments: readonly LogSegment[], way: GroupWay): Promise<void> {
    const { isPreview = false, isUnread = false, nowMs } = this.#options
    const { folder, config } = this.#log
    const { baseOffset } = segments[0]!
    this.counts.before.segments += segments.length
    this.counts.after.segments++
    if (isPreview) {
      await this.#copy(segments, new CountedSegment(baseOffset, this.counts), way)
      return
    }
    const cleaned = new CleanedSegment(folder, baseOffset, { config, nowMs })
    try {
      await this.#copy(segments, counted(cleaned, this.counts), way)
      await cleaned.finish(modifiedMs(segments.at(-1)!, folder.files.disk))
      this.#requireUncut()
      this.#log.replaceSegments(segments, baseOffset)
      if (isUnread) this.#log.removeCondemned(Infinity)
    } catch (error) {
      // A swap that has begun is for the next start to finish.
      if (this.#log.failure === undefined) cleaned.discard()
      throw error
    }
  }

  async #copy(
    segments: readonly LogSegment[],
    target: CleanTarget,
    { cleaner, transactions, oldHorizonMs }: GroupWay,
  ): Promise<void> {
    this.#target = target
    const { after } = this.counts
    const bytesBefore = after.bytes
    const left = new CleanedBatches(target)
    for (const [slot, segment] of segments.entries()) {
      const upperBound = segments[slot + 1]?.baseOffset ?? segment.nextOffset()
      transactions.add(this.#aborted.between(segment.baseOffset, upperBound))
      const keepsOldTombstones = modifiedMs(segment, this.#walk.disk) > oldHorizonMs
      this.counts.before.bytes += segment.size
      await walkBatches(segment, this.#walk, batch => {
        const cleaned = cleaner.clean(batch, keepsOldTombstones)
        if (cleaned === 'dropped') return true
        this.#requireInReach(segment, target, batch.lastOffset)
        if (cleaned === 'as-it-is') left.add(batch.buffer, batch.start, batch.size)
        else left.add(cleaned, 0, cleaned.length)
        return true
      })
    }
    left.flush()
    this.counts.largestBytes = Math.max(this.counts.largestBytes, after.bytes - bytesBefore)
  }

  async #breathe(bytes: number): Promise<void> {
    await this.#options.breathe?.(bytes)
    this.#requireUncut()
  }

  #requireUncut(): void {
    const { name, cutCount } = this.#log
    if (cutCount === this.#cutCount) return
    throw new RefusedError('KAFKA_STORAGE_ERROR', `${name} was cut while it was cleaned`)
  }

  /** What lies too far from the segment's base, no index can hold (KAFKA-6264). A recovery divides such a segment. */
  #requireInReach(segment: LogSegment, { baseOffset }: CleanTarget, lastOffset: bigint): void {
    if (lastOffset - baseOffset <= RELATIVE_OFFSET_MAX) return
    throw new CorruptDataError({
      file: segment.logPath,
      position: 0,
      reason: 'offsets lie too far apart for the indexes of one segment',
      found: `${lastOffset}`,
      expected: `at most ${baseOffset + RELATIVE_OFFSET_MAX}`,
    })
  }
}

interface GroupWay {
  readonly cleaner: BatchCleaner
  readonly transactions: CleanedTransactions
  readonly oldHorizonMs: number
}

function inGroup(segment: LogSegment): SegmentInGroup {
  const { baseOffset, size } = segment
  return { segment, baseOffset, size, ...indexSizes(segment) }
}

/** Where a segment would be written. */
class CountedSegment implements CleanTarget {
  readonly baseOffset: bigint
  readonly #counts: CleaningCounts

  constructor(baseOffset: bigint, counts: CleaningCounts) {
    this.baseOffset = baseOffset
    this.#counts = counts
  }

  append(bytes: Buffer, batches: readonly unknown[]): void {
    this.#counts.after.bytes += bytes.length
    this.#counts.after.batches += batches.length
  }

  appendAborted(): void {
    // There is no index.
  }
}

function counted(target: CleanTarget, counts: CleaningCounts): CleanTarget {
  const counter = new CountedSegment(target.baseOffset, counts)
  return {
    baseOffset: target.baseOffset,
    append(bytes, batches) {
      counter.append(bytes, batches)
      target.append(bytes, batches)
    },
    appendAborted: entry => target.appendAborted(entry),
  }
}
