/**
 * Salvage of one segment: every batch that is whole, whose checksum holds, whose records can be read and whose offsets go
 * on, wherever the damage before it ends.
 *
 * | found                                            | done                                                     |
 * |--------------------------------------------------|----------------------------------------------------------|
 * | bytes that are no batch, a checksum that fails   | left out; goes on at the next batch that proves itself   |
 * | a header or records that nobody can read         | left out: readers would fail there                       |
 * | a base offset that only a mistake explains, between neighbours that leave exactly its place free | mended    |
 * | offsets that are there already                   | left out                                                 |
 * | offsets of the next segment                      | handed on to it; there what it has of its own comes first |
 * | a leader epoch that goes back, or leaps alone    | mended: that of the batch before                         |
 * | a batch that its producer can not have sent here | left out: a broker would not start over it               |
 * | lost offsets up to the next segment, or the noted end of the log | a batch without records holds their place |
 */
import { CorruptDataError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk, DiskFile } from '../../disk/disk.ts'
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import { headerFlaw } from '../../inspect/verify/header-check.ts'
import {
  type ByteSpan,
  LogWalk,
  type LogVisitor,
  type TailReason,
} from '../../inspect/verify/log-walk.ts'
import { checkRecords } from '../../inspect/verify/records-check.ts'
import { SegmentNumbers } from '../../inspect/verify/segment-numbers.ts'
import type { BatchScanner } from '../../log/batch-scanner.ts'
import type { Segment } from '../../log/segment.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import { batchAt } from '../../record/records.ts'
import { epochOf, placeOf, RELATIVE_MAX } from './batch-place.ts'
import { type CarriedBatch, CarriedBatches } from './carried-batches.ts'
import type { MendedBatch } from './loss.ts'
import { type EpochRun, MendedSegment } from './mended-segment.ts'
import { withHeader } from './piece.ts'
import type { SegmentLearning } from './segment-learning.ts'
import type { SegmentOutcome } from './segment-outcome.ts'

export interface SalvageOptions {
  readonly disk: Disk
  readonly limits: DecodeLimits
  readonly learning: SegmentLearning
  readonly epochs: EpochRun
  /** Ascending. */
  readonly carried: readonly CarriedBatch[]
  /** The header of the first batch of the next segment, as far as it can be read. */
  readonly behind: Batch | undefined
  /** Where the next segment begins. */
  readonly following: bigint | undefined
  /** Of the last segment: what the log.dir says the log reached up to, exclusive. */
  readonly notedEnd: bigint | undefined
  /** Whether it may end in a write that a crash cut off. */
  readonly isOpenEnded: boolean
  readonly onProgress: (bytes: number) => void
}

export interface SalvagedSegment {
  readonly outcome: SegmentOutcome
  readonly carried: readonly CarriedBatch[]
}

export function salvageSegment(segment: Segment, options: SalvageOptions): SalvagedSegment {
  const file = options.disk.open(segment.log.path)
  try {
    return new Salvage(segment, file, options).run()
  } finally {
    file.close()
  }
}

const PROGRESS_BYTES = 1024 * 1024
/** A batch of these is passed on as it is: it costs too much to look into, or nobody minds. */
const HARMLESS: ReadonlySet<string> = new Set(['max-timestamp', 'too-large'])

class Salvage implements LogVisitor {
  readonly #segment: Segment
  readonly #options: SalvageOptions
  readonly #walk: LogWalk
  readonly #numbers: SegmentNumbers
  readonly #result: MendedSegment
  readonly #mended: MendedBatch[] = []
  readonly #carriedOn = new CarriedBatches()
  readonly #fileSize: number
  #carried: readonly CarriedBatch[]
  #unfinishedBytes = 0
  #told = 0

  constructor(segment: Segment, file: DiskFile, options: SalvageOptions) {
    const { baseOffset } = segment
    const { limits, carried, learning, epochs } = options
    const { path } = segment.log
    this.#segment = segment
    this.#options = options
    this.#carried = carried
    this.#fileSize = file.size()
    this.#numbers = new SegmentNumbers(baseOffset)
    this.#result = new MendedSegment({ path, numbers: this.#numbers, learning, epochs })
    this.#walk = new LogWalk(file, { limits, deep: true, baseOffset }, this)
  }

  run(): SalvagedSegment {
    const { following, notedEnd, isOpenEnded, onProgress } = this.#options
    this.#walk.run()
    this.#takeCarried(undefined)
    const isWhole = this.#result.isWhole(this.#fileSize - this.#unfinishedBytes)
    if (!isWhole && this.#unfinishedBytes > 0) this.#loseUnfinished()
    this.#result.holdPlace(following ?? notedEnd, following !== undefined || !isOpenEnded)
    onProgress(this.#fileSize - this.#told)
    const outcome: SegmentOutcome = {
      ...this.#result.finish(),
      segment: this.#segment,
      change: isWhole ? 'kept' : 'rewritten',
      mended: this.#mended,
      unfinishedBytes: this.#unfinishedBytes,
      handsOn: this.#carriedOn.batches.length > 0,
    }
    return { outcome, carried: this.#carriedOn.batches }
  }

  batch(found: Batch, scanner: BatchScanner): void {
    const { position } = scanner
    this.#tellProgress(position)
    const { size } = found
    const flaw = headerFlaw(found)
    if (flaw !== undefined)
      return this.#result.lose(position, size, `${flaw.found}, not ${flaw.expected}`)
    const behind = () => this.#walk.peek(scanner, scanner.header()) ?? this.#options.behind
    const base = this.#baseFor(found, position, behind)
    if (base === undefined) return
    const epoch = epochOf(found, this.#options.epochs.latest, behind)
    const records = this.#recordsIn(scanner, position)
    if (records === undefined) return
    const batch = this.#wholeOf(scanner)
    const firstOffset = this.#numbers.offsetOf(base)
    const isMended = batch instanceof BatchV2 && this.#isOther(batch, firstOffset, epoch)
    const taken = isMended ? this.#mend(batch, { position, firstOffset, epoch }) : batch
    const { path: file } = this.#segment.log
    if (firstOffset >= (this.#options.following ?? firstOffset + 1n)) {
      return this.#carriedOn.add(taken, { path: file, position, records })
    }
    this.#takeCarried(firstOffset)
    this.#result.take(taken, { file, position, records, from: isMended ? 'mended' : 'file' })
  }

  badChecksum(batch: Batch, { from, to }: ByteSpan): void {
    this.#result.lose(from, to - from, 'the checksum does not hold', batch)
  }

  hole({ from, to }: ByteSpan, isZeros: boolean): void {
    this.#result.lose(from, to - from, isZeros ? 'zeros' : 'bytes that are no batch')
  }

  tail({ from, to }: ByteSpan, why: TailReason): void {
    const isUnfinished = this.#options.isOpenEnded && why !== 'not-a-batch'
    if (isUnfinished) this.#unfinishedBytes = to - from
    else this.#result.lose(from, to - from, TAILS[why])
  }

  /** Relative to the segment's base; undefined where the batch has no place here. */
  #baseFor(batch: Batch, position: number, behind: () => Batch | undefined): number | undefined {
    const numbers = this.#numbers
    const base = this.#result.baseOf(batch)
    const { next } = this.#result
    if (base === next && base < RELATIVE_MAX - batch.size) return base
    const behindBase = this.#behindBase(batch, position, behind)
    const isNextSure = !this.#result.isLossPending
    const place = placeOf(batch, { numbers, base, next, behindBase, isNextSure })
    if (typeof place !== 'string') return place.base
    const isLast = behindBase === undefined && position + batch.size === this.#fileSize
    if (place === 'too-far' && !isLast) throw this.#tooFar(batch, position)
    const { path } = this.#segment.log
    if (place === 'repeated') this.#result.repeated(path, position, batch)
    else this.#result.lose(position, batch.size, `a wrong base offset: ${batch.baseOffset}`, batch)
    return undefined
  }

  /** Where the next batch begins, or, behind the last, the next segment. */
  #behindBase(
    { size }: Batch,
    position: number,
    behind: () => Batch | undefined,
  ): number | undefined {
    const { following } = this.#options
    if (position + size === this.#fileSize) {
      return following === undefined ? undefined : this.#numbers.relativeOf(following)
    }
    const next = behind()
    return next instanceof BatchV2 ? this.#numbers.relativeBaseOffset(next) : undefined
  }

  /** Undefined where nobody can read them. */
  #recordsIn(scanner: BatchScanner, position: number): number | undefined {
    const { limits } = this.#options
    const header = scanner.header()
    if (header.size > limits.batchBytesMax) return header.recordCount ?? 1
    const batch = scanner.body()
    const { flaw, count } = checkRecords(batch, limits)
    if (flaw === undefined || HARMLESS.has(flaw.kind)) return Math.max(count, 0)
    this.#result.lose(position, batch.size, `${flaw.found}, not ${flaw.expected}`, batch)
    return undefined
  }

  #wholeOf(scanner: BatchScanner): Batch {
    const header = scanner.header()
    return header.size > this.#options.limits.batchBytesMax ? header : scanner.body()
  }

  #isOther(batch: BatchV2, firstOffset: bigint, epoch: number): boolean {
    return batch.partitionLeaderEpoch !== epoch || batch.baseOffset !== firstOffset
  }

  #mend(
    batch: BatchV2,
    { position, firstOffset, epoch }: { position: number; firstOffset: bigint; epoch: number },
  ): BatchV2 {
    const mended = withHeader(batch, { baseOffset: firstOffset, leaderEpoch: epoch })
    const { lastOffset } = mended
    const place = { file: this.#segment.log.path, position, firstOffset, lastOffset }
    const note = (what: MendedBatch['what'], was: bigint, is: bigint) => {
      if (was !== is) this.#mended.push({ ...place, what, found: was, mended: is })
    }
    note('base offset', batch.baseOffset, firstOffset)
    note('leader epoch', BigInt(batch.partitionLeaderEpoch), BigInt(epoch))
    return mended
  }

  /** Those of segments before that this one lacks, up to an offset. */
  #takeCarried(before: bigint | undefined): void {
    while (this.#carried[0] !== undefined) {
      const [first] = this.#carried
      const end = before ?? this.#options.following
      if (end !== undefined && first.firstOffset >= end) break
      this.#carried = this.#carried.slice(1)
      const fits =
        first.firstOffset >= this.#result.nextOffset && first.lastOffset < (end ?? INT64_END)
      const { path: file, position, records, bytes } = first
      const batch = batchAt(bytes, 0)
      if (fits) this.#result.take(batch, { file, position, records, from: 'memory' })
      else this.#result.repeated(file, position, batch)
    }
    if (before === undefined) this.#carriedOn.passOn(this.#carried)
  }

  #loseUnfinished(): void {
    const from = this.#fileSize - this.#unfinishedBytes
    this.#result.lose(from, this.#unfinishedBytes, TAILS.torn)
    this.#unfinishedBytes = 0
  }

  #tooFar({ baseOffset }: Batch, position: number): CorruptDataError {
    return new CorruptDataError({
      file: this.#segment.log.path,
      position,
      reason: 'an offset that no index of the segment can hold; have recover divide it first',
      found: `${baseOffset}`,
      expected: `at most ${this.#numbers.offsetOf(RELATIVE_MAX)}`,
    })
  }

  #tellProgress(position: number): void {
    if (position - this.#told < PROGRESS_BYTES) return
    this.#options.onProgress(position - this.#told)
    this.#told = position
  }
}

const INT64_END = 1n << 63n

const TAILS: Readonly<Record<TailReason, string>> = {
  torn: 'the last batch is not whole',
  zeros: 'zeros behind the last batch',
  'not-a-batch': 'bytes that are no batch',
}
