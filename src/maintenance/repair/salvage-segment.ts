/**
 * Salvage of one segment, or of several that are put together: every batch that is whole, whose checksum holds, whose
 * records can be read and whose offsets go on, wherever the damage before it ends.
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
import type { Disk } from '../../disk/disk.ts'
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import { headerFlaw } from '../../inspect/verify/header-check.ts'
import {
  type ByteSpan,
  LogWalk,
  type LogVisitor,
  type TailReason,
} from '../../inspect/verify/log-walk.ts'
import { SegmentNumbers } from '../../inspect/verify/segment-numbers.ts'
import type { BatchScanner } from '../../log/batch-scanner.ts'
import type { Segment } from '../../log/segment.ts'
import { batchAt } from '../../record/records.ts'
import { epochOf, placeOf, RELATIVE_MAX } from './batch-place.ts'
import { type CarriedBatch, CarriedBatches } from './carried-batches.ts'
import type { GapLog } from './gap-log.ts'
import { type GoesOn, LogReading } from './log-reading.ts'
import { type FileSpan, WRONG_BASE_OFFSET } from './loss.ts'
import { MendedBatches } from './mended-batches.ts'
import { type EpochRun, MendedSegment } from './mended-segment.ts'
import { readableRecords } from './readable-records.ts'
import { inOrderOfOffsets, type SegmentGroup } from './segment-group.ts'
import type { SegmentLearning } from './segment-learning.ts'
import type { SegmentOutcome } from './segment-outcome.ts'

export interface SalvageOptions {
  readonly disk: Disk
  readonly limits: DecodeLimits
  /** For the log that begins there, and follows on the one before. */
  readonly learn: (baseOffset: bigint) => SegmentLearning
  readonly epochs: EpochRun
  readonly gaps: GapLog
  /** Ascending. */
  readonly carried: readonly CarriedBatch[]
  /** By file, positions of batches that are passed over, as they are among those that are carried to where they belong. */
  readonly displaced: ReadonlyMap<string, ReadonlySet<number>>
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

export function salvageSegment(group: SegmentGroup, options: SalvageOptions): SalvagedSegment {
  return new Salvage(group, options).run()
}

class Salvage implements LogVisitor {
  readonly #group: SegmentGroup
  readonly #options: SalvageOptions
  readonly #numbers: SegmentNumbers
  /** Where the joined segments begin, relative to the first. */
  readonly #names: readonly number[]
  readonly #result: MendedSegment
  readonly #mended = new MendedBatches()
  readonly #carriedOn = new CarriedBatches()
  #reading!: LogReading
  /** In the file that is read. */
  #displaced: ReadonlySet<number> | undefined
  #carried: readonly CarriedBatch[]
  /** A write at the end of the log that a crash cut off. */
  #unfinished: FileSpan | undefined
  /** Behind the last batch of the file that was met, by what it says, relative to the segment's base. */
  #statedEnd = NaN

  constructor(group: SegmentGroup, options: SalvageOptions) {
    const { carried, learn, epochs, gaps } = options
    this.#group = group
    this.#options = options
    this.#carried = carried
    this.#numbers = new SegmentNumbers(group.segment.baseOffset)
    this.#names = group.joined.map(({ baseOffset }) => this.#numbers.relativeOf(baseOffset))
    this.#result = new MendedSegment({
      numbers: this.#numbers,
      learn,
      epochs,
      gaps,
      names: this.#names,
    })
  }

  run(): SalvagedSegment {
    const { disk, following, notedEnd, isOpenEnded, behind } = this.#options
    const order = inOrderOfOffsets(disk, this.#group)
    for (const [index, { segment }] of order.entries()) {
      const next = order[index + 1]
      if (next === undefined) this.#read(segment, { behind, following })
      else this.#read(segment, { behind: next.first, following: next.first?.baseOffset })
    }
    this.#takeCarried(undefined, behind)
    const { file, size } = this.#reading
    const wholeSize = size - (this.#unfinished?.size ?? 0)
    const isWhole = order.length === 1 && this.#result.isWhole(file, wholeSize)
    if (!isWhole && this.#unfinished !== undefined) this.#loseUnfinished(this.#unfinished)
    this.#result.holdPlace(following ?? notedEnd, following !== undefined || !isOpenEnded)
    const outcome: SegmentOutcome = {
      ...this.#result.finish(),
      ...this.#group,
      change: isWhole ? 'kept' : 'rewritten',
      mended: this.#mended.batches,
      unfinishedBytes: this.#unfinished?.size ?? 0,
      handsOn: this.#carriedOn.batches.length > 0,
      isOverfull: this.#carriedOn.isOverfull,
    }
    return { outcome, carried: this.#carriedOn.batches }
  }

  #read({ log: { path, size: sizeBefore } }: Segment, goesOn: GoesOn): void {
    const { disk, limits, onProgress } = this.#options
    const { baseOffset } = this.#numbers
    const file = disk.open(path)
    try {
      const walk = new LogWalk(file, { limits, deep: true, baseOffset }, this)
      this.#reading = new LogReading({ file, sizeBefore, walk, goesOn, onProgress })
      this.#displaced = this.#options.displaced.get(path)
      this.#statedEnd = NaN
      this.#reading.run()
    } finally {
      file.close()
    }
  }

  batch(found: Batch, scanner: BatchScanner): void {
    const { position } = scanner
    const reading = this.#reading
    reading.reached(position)
    if (this.#displaced?.has(position) === true) return
    const { size } = found
    const flaw = headerFlaw(found)
    if (flaw !== undefined)
      return this.#result.lose(reading.span(position, size), `${flaw.found}, not ${flaw.expected}`)
    const { file } = reading
    const behind = () => reading.behind(scanner)
    const base = this.#baseFor(found, position, behind)
    if (base === undefined) return
    const epoch = epochOf(found, this.#options.epochs.latest, behind)
    const records = this.#recordsIn(scanner, position)
    if (records === undefined) return
    const batch = this.#wholeOf(scanner)
    const firstOffset = this.#numbers.offsetOf(base)
    const taken = this.#mended.mend(batch, { file, position, firstOffset, epoch })
    if (firstOffset >= (this.#options.following ?? firstOffset + 1n)) {
      return this.#carriedOn.add(taken, { path: file, position, records })
    }
    this.#takeCarried(firstOffset, taken)
    this.#result.take(taken, { file, position, records, from: taken === batch ? 'file' : 'mended' })
  }

  badChecksum(batch: Batch, { from, to }: ByteSpan): void {
    this.#result.lose(this.#reading.span(from, to - from), 'the checksum does not hold', batch)
  }

  hole({ from, to }: ByteSpan, isZeros: boolean): void {
    const what = isZeros ? 'zeros' : 'bytes that are no batch'
    this.#result.lose(this.#reading.span(from, to - from), what)
  }

  tail({ from, to }: ByteSpan, why: TailReason): void {
    const { segment, joined } = this.#group
    const isLast = this.#reading.file === (joined.at(-1) ?? segment).log.path
    const span = this.#reading.span(from, to - from)
    if (isLast && this.#options.isOpenEnded && why !== 'not-a-batch') this.#unfinished = span
    else this.#result.lose(span, TAILS[why])
  }

  /** Relative to the segment's base; undefined where the batch has no place here. */
  #baseFor(batch: Batch, position: number, behind: () => Batch | undefined): number | undefined {
    const numbers = this.#numbers
    const base = this.#result.baseOf(batch)
    const { next } = this.#result
    const goesOn = base === this.#statedEnd
    this.#statedEnd = numbers.relativeLastOffset(batch) + 1
    const isRight = base === next || (goesOn && base > next)
    const begin = this.#names.findLast(name => name <= base) ?? 0
    if (isRight && base - begin < RELATIVE_MAX - batch.size) return base
    const behindBase = this.#reading.behindBase(batch, position, numbers, behind)
    const isNextSure = !this.#result.isLossPending && !goesOn && !this.#isCarried(behindBase)
    const place = placeOf(batch, { numbers, begin, base, next, behindBase, isNextSure })
    if (typeof place !== 'string') return place.base
    const isLast = behindBase === undefined && position + batch.size === this.#reading.size
    if (place === 'too-far' && !isLast) throw this.#tooFar(batch, position)
    const span = this.#reading.span(position, batch.size)
    if (place === 'repeated') this.#result.repeated(span, batch)
    else this.#result.lose(span, `${WRONG_BASE_OFFSET}: ${batch.baseOffset}`, batch)
    return undefined
  }

  /** Whether a segment before has what belongs before that. */
  #isCarried(end: number | undefined): boolean {
    const [first] = this.#carried
    return first !== undefined && this.#numbers.relativeOf(first.firstOffset) < (end ?? Infinity)
  }

  /** Undefined where nobody can read them. */
  #recordsIn(scanner: BatchScanner, position: number): number | undefined {
    const { limits } = this.#options
    const header = scanner.header()
    if (header.size > limits.batchBytesMax) return header.recordCount ?? 1
    const batch = scanner.body()
    const records = readableRecords(batch, limits)
    if ('count' in records) return records.count
    this.#result.lose(this.#reading.span(position, batch.size), records.flaw, batch)
    return undefined
  }

  #wholeOf(scanner: BatchScanner): Batch {
    const header = scanner.header()
    return header.size > this.#options.limits.batchBytesMax ? header : scanner.body()
  }

  /** Those that lie elsewhere and that this segment lacks, up to an offset; and the batch there. */
  #takeCarried(before: bigint | undefined, behind: Batch | undefined): void {
    const end = before ?? this.#options.following
    while (this.#carried[0] !== undefined) {
      const [first, second] = this.#carried
      if (end !== undefined && first.firstOffset >= end) break
      this.#carried = this.#carried.slice(1)
      const isNext = second !== undefined && second.firstOffset < (end ?? INT64_END)
      this.#takeOne(first, end, () => (isNext ? batchAt(second.bytes, 0) : behind))
    }
    if (before === undefined) this.#carriedOn.passOn(this.#carried)
  }

  #takeOne(
    { path: file, position, records, bytes, firstOffset, lastOffset }: CarriedBatch,
    end: bigint | undefined,
    behind: () => Batch | undefined,
  ): void {
    const batch = batchAt(bytes, 0)
    const fits = firstOffset >= this.#result.nextOffset && lastOffset < (end ?? INT64_END)
    if (!fits) return this.#result.repeated({ file, position, size: bytes.length }, batch)
    const epoch = epochOf(batch, this.#options.epochs.latest, behind)
    const taken = this.#mended.mend(batch, { file, position, firstOffset, epoch })
    this.#result.take(taken, { file, position, records, from: 'memory' })
  }

  #loseUnfinished(unfinished: FileSpan): void {
    this.#result.lose(unfinished, TAILS.torn)
    this.#unfinished = undefined
  }

  #tooFar({ baseOffset }: Batch, position: number): CorruptDataError {
    return new CorruptDataError({
      file: this.#reading.file,
      position,
      reason: 'an offset that no index of the segment can hold; have recover divide it first',
      found: `${baseOffset}`,
      expected: `at most ${this.#numbers.offsetOf(RELATIVE_MAX)}`,
    })
  }
}

const INT64_END = 1n << 63n

const TAILS: Readonly<Record<TailReason, string>> = {
  torn: 'the last batch is not whole',
  zeros: 'zeros behind the last batch',
  'not-a-batch': 'bytes that are no batch',
}
