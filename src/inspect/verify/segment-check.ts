/**
 * One segment: its log is scanned once, and while its batches pass by, everything else that speaks of them is compared
 * with them: both indexes, the transaction index, producer snapshots, leader epochs.
 *
 * A batch that is wrong in itself is reported and left out: what disagrees with it is not blamed for it.
 */
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk, DiskFile } from '../../disk/disk.ts'
import type { BatchScanner } from '../../log/batch-scanner.ts'
import type { Segment } from '../../log/segment.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import type { Batch } from '../dump/dump-sink.ts'
import { checksumText, tailDamage } from './damage-text.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'
import { headerFlaw } from './header-check.ts'
import { HistoryCheck } from './history-check.ts'
import {
  LogWalk,
  type ByteSpan,
  type Checksums,
  type LogVisitor,
  type TailReason,
} from './log-walk.ts'
import { OffsetSequence, type OffsetGaps } from './offset-sequence.ts'
import type { PartitionState } from './partition-state.ts'
import { checkRecords, tooLarge, type RecordsFlaw } from './records-check.ts'
import { SegmentIndexes } from './segment-indexes.ts'
import { maxTimestampOf, SegmentNumbers } from './segment-numbers.ts'

export interface SegmentCheckOptions {
  readonly disk: Disk
  readonly limits: DecodeLimits
  readonly deep: boolean
  readonly state: PartitionState
  /** The last segment may end in a torn write, and its indexes in zeros. */
  readonly isOpenEnded: boolean
  /** A broker writes to it meanwhile. */
  readonly isGrowing: boolean
  readonly report: (kind: FindingKind, place: FindingPlace) => void
  readonly onUnreadable: (error: unknown) => void
  readonly onEpochMismatch: (baseOffset: bigint, epoch: number, noted: number) => void
  readonly onProgress: (bytes: number) => void
}

export interface SegmentReport {
  readonly hasTimestamps: boolean
  readonly gaps: OffsetGaps | undefined
}

const INT32_MAX = 0x7fffffff
const PROGRESS_BYTES = 1024 * 1024

export function checkSegment(segment: Segment, options: SegmentCheckOptions): SegmentReport {
  const opened: DiskFile[] = []
  const open = (path: string) => {
    const file = options.disk.open(path)
    opened.push(file)
    return file
  }
  try {
    const log = open(segment.log.path)
    return new SegmentCheck(segment, log, new SegmentIndexes(segment, open, options), options).run()
  } finally {
    for (const file of opened) file.close()
  }
}

class SegmentCheck implements LogVisitor {
  readonly #segment: Segment
  readonly #log: DiskFile
  readonly #options: SegmentCheckOptions
  readonly #state: PartitionState
  readonly #numbers: SegmentNumbers
  readonly #indexes: SegmentIndexes
  readonly #walk: LogWalk
  readonly #sequence: OffsetSequence
  readonly #history: HistoryCheck
  #soundEnd = 0
  #hasTimestamps = false
  #reportedBytes = 0

  constructor(
    segment: Segment,
    log: DiskFile,
    indexes: SegmentIndexes,
    options: SegmentCheckOptions,
  ) {
    this.#segment = segment
    this.#log = log
    this.#indexes = indexes
    this.#options = options
    this.#state = options.state
    const { baseOffset } = segment
    this.#numbers = new SegmentNumbers(baseOffset)
    this.#sequence = new OffsetSequence(
      this.#numbers.relativeOf(this.#state.nextOffset ?? baseOffset),
    )
    const { limits, deep } = options
    this.#walk = new LogWalk(log, { limits, deep, baseOffset }, this)
    this.#history = new HistoryCheck({
      state: this.#state,
      numbers: this.#numbers,
      report: options.report,
    })
  }

  run(): SegmentReport {
    const { isOpenEnded, isGrowing, onProgress } = this.#options
    const size = this.#log.size()
    if (size > INT32_MAX) this.#report('segment-size', 0, `${size} bytes`, `at most ${INT32_MAX}`)
    this.#walk.run()
    this.#state.tally.segments++
    this.#state.tally.bytes += size
    onProgress(Math.max(0, size - this.#reportedBytes))
    const nextOffset = this.#numbers.offsetOf(this.#sequence.next)
    this.#state.nextOffset = nextOffset
    if (this.#sequence.gaps !== undefined) this.#state.hasGaps = true
    const isClosed = !isOpenEnded && !isGrowing
    this.#indexes.end({ logEnd: this.#soundEnd, nextOffset, isClosed, isGrowing })
    return {
      hasTimestamps: this.#hasTimestamps,
      gaps: this.#sequence.gapsFrom(this.#segment.baseOffset),
    }
  }

  batch(batch: Batch, scanner: BatchScanner): void {
    const { position } = scanner
    if (position - this.#reportedBytes >= PROGRESS_BYTES) {
      this.#options.onProgress(position - this.#reportedBytes)
      this.#reportedBytes = position
    }
    const flaw = headerFlaw(batch)
    if (flaw !== undefined) {
      this.#reportBatch(batch, position, { kind: 'batch-header', ...flaw })
      return this.#leaveOut(position, batch.size)
    }
    const relativeLast = this.#numbers.relativeLastOffset(batch)
    const relativeBase = this.#sequence.baseOf(batch, this.#numbers, relativeLast)
    if (!this.#followsOn(batch, relativeBase, relativeLast, scanner)) {
      return this.#leaveOut(position, batch.size)
    }
    this.#history.before(relativeBase)
    this.#sequence.take(relativeBase, relativeLast)
    this.#soundEnd = position + batch.size
    this.#state.firstOffset ??= this.#numbers.offsetOf(relativeBase)
    this.#state.tally.batches++
    const isV2 = batch instanceof BatchV2
    if (isV2) this.#checkEpoch(batch, relativeBase, scanner)
    const maxTimestamp = maxTimestampOf(batch)
    if (maxTimestamp >= 0) this.#hasTimestamps = true
    this.#indexes.batch(position, relativeBase, relativeLast, maxTimestamp, !isV2)
    this.#checkBody(batch, scanner)
  }

  badChecksum(batch: Batch, span: ByteSpan, checksums: Checksums, behind: Batch | undefined): void {
    const found = checksumText(batch, checksums)
    const claimed = this.#numbers.relativeLastOffset(batch)
    const isCredible = this.#sequence.baseOf(batch, this.#numbers, claimed) === this.#sequence.next
    const last = this.#lastBefore(behind) ?? (isCredible ? this.#within(claimed) : undefined)
    this.#reportLost('batch-crc', span, found, 'a checksum that holds', last)
  }

  hole(span: ByteSpan, isZeros: boolean, behind: Batch | undefined): void {
    const size = span.to - span.from
    const expected = 'a record batch'
    const last = this.#lastBefore(behind)
    if (isZeros) this.#reportLost('zeros', span, `${size} bytes of zeros`, expected, last)
    else this.#reportLost('batch-size', span, `${size} bytes that are none`, expected, last)
  }

  tail({ from, to }: ByteSpan, why: TailReason): void {
    const { isOpenEnded, isGrowing } = this.#options
    if (isGrowing) return
    const next = this.#numbers.offsetOf(this.#sequence.next)
    const { kind, found, expected } = tailDamage({ from, to }, why, isOpenEnded)
    this.#report(kind, from, found, expected, next)
    if (kind !== 'unclean-tail') this.#leaveOut(from, to - from)
  }

  /** The last offset that damage took, as far as the batch behind it tells. */
  #lastBefore(behind: Batch | undefined): number | undefined {
    if (!(behind instanceof BatchV2)) return undefined
    return this.#within(this.#numbers.relativeBaseOffset(behind) - 1)
  }

  #within(relativeOffset: number): number | undefined {
    const { next } = this.#sequence
    return relativeOffset >= next && relativeOffset <= INT32_MAX ? relativeOffset : undefined
  }

  /** @param last relative offset of those that are lost */
  #reportLost(
    kind: FindingKind,
    { from, to }: ByteSpan,
    found: string,
    expected: string,
    last: number | undefined,
  ): void {
    const { next } = this.#sequence
    const lastOffset = last === undefined ? undefined : this.#numbers.offsetOf(last)
    this.#report(kind, from, found, expected, this.#numbers.offsetOf(next), lastOffset)
    if (last !== undefined) this.#sequence.take(next, last)
    this.#leaveOut(from, to - from)
  }

  #leaveOut(position: number, size: number): void {
    this.#sequence.breakOff()
    this.#passOver(position, size)
  }

  #passOver(position: number, size: number): void {
    this.#state.hasDamage = true
    this.#indexes.damaged(position, position + size)
  }

  /** Whether the batch's offsets come after those before it; if not, that is reported. */
  #followsOn(batch: Batch, base: number, last: number, scanner: BatchScanner): boolean {
    const { next } = this.#sequence
    const jumps = base > next && this.#jumpsAlone(batch, base, scanner)
    if (base >= next && base >= 0 && last <= INT32_MAX && !jumps) return true
    const { baseOffset } = this.#segment
    const found = `offsets ${batch.baseOffset} to ${batch.lastOffset}`
    if (base >= next && !jumps) {
      const expected = `at most ${baseOffset + BigInt(INT32_MAX)} in the segment`
      this.#reportBatch(batch, scanner.position, { kind: 'segment-offsets', found, expected })
    } else {
      const least = this.#numbers.offsetOf(Math.max(0, next))
      const expected = `offset ${least}${jumps ? '' : ' or more'}`
      this.#reportBatch(batch, scanner.position, { kind: 'batch-offsets', found, expected })
    }
    return false
  }

  /** A batch that leaps ahead while the one behind it goes on from before: its own offset is wrong. */
  #jumpsAlone(batch: Batch, base: number, scanner: BatchScanner): boolean {
    const behind = this.#walk.peek(scanner, batch)
    if (!(behind instanceof BatchV2)) return false
    const behindBase = this.#numbers.relativeBaseOffset(behind)
    return behindBase >= this.#sequence.next && behindBase <= base
  }

  #checkEpoch(batch: BatchV2, relativeBase: number, scanner: BatchScanner): void {
    const peek = () => this.#walk.peek(scanner, batch)
    const verdict = this.#history.epoch(batch, relativeBase, peek)
    if (verdict === undefined) return
    const { found, expected, noted } = verdict
    if (noted !== undefined) return this.#options.onEpochMismatch(batch.baseOffset, found, noted)
    const flaw = { kind: 'batch-epoch', found: `leader epoch ${found}`, expected } as const
    this.#reportBatch(batch, scanner.position, flaw)
  }

  #checkBody(header: Batch, scanner: BatchScanner): void {
    const { deep, limits } = this.#options
    const state = this.#state
    if (!deep && !header.isControl) {
      state.tally.records += header.recordCount ?? 0
      return this.#track(header, undefined)
    }
    const { position } = scanner
    if (header.size > limits.batchBytesMax) {
      this.#reportBatch(header, position, tooLarge(header.size, limits))
      // A marker, perhaps: which transactions are open from here on, nobody knows.
      if (header.isControl) this.#passOver(position, header.size)
      return this.#track(header, undefined)
    }
    const batch = scanner.body()
    const { count, isThinned, flaw, marker } = checkRecords(batch, limits)
    state.tally.records += count
    if (isThinned) state.isThinned = true
    if (flaw !== undefined) this.#reportBatch(batch, position, flaw)
    this.#track(batch, marker)
  }

  #track(batch: Batch, marker: 'ABORT' | 'COMMIT' | undefined): void {
    if (!(batch instanceof BatchV2)) return
    const ended = this.#history.track(batch, marker)
    if (ended === undefined || marker !== 'ABORT') return
    const hasAll = this.#state.hasAll && this.#sequence.gaps === undefined
    this.#indexes.abort(ended, this.#state.tracker.isComplete && hasAll)
  }

  #reportBatch(batch: Batch, position: number, { kind, found, expected }: RecordsFlaw): void {
    this.#report(kind, position, found, expected, batch.baseOffset, batch.lastOffset)
  }

  #report(
    kind: FindingKind,
    position: number,
    found: string,
    expected: string,
    firstOffset?: bigint,
    lastOffset?: bigint,
  ): void {
    const { path } = this.#segment.log
    this.#options.report(kind, { file: path, position, firstOffset, lastOffset, found, expected })
  }
}
