/**
 * A segment while it is put together: the batches it takes, what is lost before each, and what they teach. It becomes
 * several logs where the names of those it is made from say so, or where one can't hold it; each that follows is named
 * after where the one before it ends, as a broker rolls.
 */
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import { OffsetSequence } from '../../inspect/verify/offset-sequence.ts'
import type { SegmentNumbers } from '../../inspect/verify/segment-numbers.ts'
import { RELATIVE_MAX, SEGMENT_BYTES_MAX } from './batch-place.ts'
import type { GapLog } from './gap-log.ts'
import type { FileSpan, OffsetRange } from './loss.ts'
import { LossLog } from './loss-log.ts'
import { emptyBatch, PieceList } from './piece.ts'
import type { SegmentLearning } from './segment-learning.ts'
import type { MendedLog, SegmentOutcome } from './segment-outcome.ts'

/** Leader epochs never go back in a log. */
export interface EpochRun {
  latest: number
}

export interface MendedSegmentOptions {
  readonly numbers: SegmentNumbers
  /** For the log that begins there, and follows on the one before. */
  readonly learn: (baseOffset: bigint) => SegmentLearning
  readonly epochs: EpochRun
  readonly gaps: GapLog
  /** By their names, where the logs begin that it is made from; ascending, relative to the first. */
  readonly names: readonly number[]
}

/** One of its logs. */
interface Part {
  /** Relative to the segment's base. */
  readonly begin: number
  readonly pieces: PieceList
  readonly learning: SegmentLearning
}

export interface TakenFrom {
  readonly file: string
  readonly position: number
  readonly records: number
  readonly from: 'file' | 'mended' | 'memory'
}

export class MendedSegment {
  readonly #options: MendedSegmentOptions
  readonly #sequence = new OffsetSequence(0)
  readonly #done: MendedLog[] = []
  readonly #losses = new LossLog()
  readonly #absent: OffsetRange[] = []
  #file: string | undefined
  #records = 0
  #batches = 0
  #part: Part
  #namesMet = 0

  constructor(options: MendedSegmentOptions) {
    this.#options = options
    this.#part = this.#partFrom(0)
  }

  /** Behind its last batch. */
  get nextOffset(): bigint {
    return this.#options.numbers.offsetOf(this.next)
  }

  /** The same, relative to its base. */
  get next(): number {
    return this.#sequence.next
  }

  /** Whether something is left out behind its last batch. */
  get isLossPending(): boolean {
    return this.#losses.isPending
  }

  /** Relative to its base. */
  baseOf(batch: Batch): number {
    const { numbers } = this.#options
    return this.#sequence.baseOf(batch, numbers, numbers.relativeLastOffset(batch))
  }

  /** Whether it is that file as it is. */
  isWhole(path: string, size: number): boolean {
    return this.#done.length === 0 && this.#part.pieces.isWhole(path, size)
  }

  take(batch: Batch, { file, position, records, from }: TakenFrom): void {
    const { numbers, epochs, gaps } = this.#options
    const { size, partitionLeaderEpoch: epoch } = batch
    const base = this.baseOf(batch)
    const last = numbers.relativeLastOffset(batch)
    const { pieces, learning } = this.#partFor(base, last, size)
    const refused = learning.take(batch, pieces.size)
    if (refused !== undefined) return this.lose({ file, position, size }, refused, batch)
    if (base > this.next) gaps.add(this.nextOffset, numbers.offsetOf(base) - 1n)
    if (file !== this.#file || from === 'memory') this.#noteAbsent(base)
    this.#file = file
    this.#losses.settle(this.nextOffset, numbers.offsetOf(base))
    if (from === 'mended') pieces.addMended(file, position, size, headOf(batch))
    else if (from === 'file') pieces.add(file, position, size)
    else pieces.addNew(batch.buffer)
    this.#sequence.take(base, last)
    this.#batches++
    this.#records += records
    if (epoch > epochs.latest) epochs.latest = epoch
  }

  /** That which a batch goes into: a new one where a name says so, or the batch has no room in the last. */
  #partFor(base: number, last: number, size: number): Part {
    const { names } = this.#options
    const namesBefore = this.#namesMet
    while (base >= (names[this.#namesMet] ?? Infinity)) this.#namesMet++
    const { begin, pieces } = this.#part
    const isFull = pieces.size > SEGMENT_BYTES_MAX - size || last - begin > RELATIVE_MAX
    if (pieces.size === 0 || (!isFull && this.#namesMet === namesBefore)) return this.#part
    this.#done.push(this.#logOf(this.#part, this.next))
    this.#part = this.#partFrom(this.next)
    return this.#part
  }

  #partFrom(begin: number): Part {
    const { learn, numbers } = this.#options
    return { begin, pieces: new PieceList(), learning: learn(numbers.offsetOf(begin)) }
  }

  #logOf({ begin, pieces: { pieces, size }, learning }: Part, next: number): MendedLog {
    const { numbers } = this.#options
    const [baseOffset, nextOffset] = [numbers.offsetOf(begin), numbers.offsetOf(next)]
    return { baseOffset, pieces, size, nextOffset, indexes: learning.finish() }
  }

  /** Offsets that should have been in the file before, or at the beginning of this one. */
  #noteAbsent(base: number): void {
    if (base <= this.next || this.#losses.isPending) return
    const lastOffset = this.#options.numbers.offsetOf(base) - 1n
    this.#absent.push({ firstOffset: this.nextOffset, lastOffset })
  }

  /** @param batch where it is one that can be read */
  lose(span: FileSpan, reason: string, batch?: Batch): void {
    this.#losses.add({ ...span, reason }, batch)
  }

  /** A batch whose offsets are there already, or some of them. */
  repeated(span: FileSpan, batch: Batch): void {
    const { baseOffset: firstOffset, lastOffset } = batch
    const last = this.nextOffset - 1n
    if (lastOffset <= last) return this.#losses.addRepeated(span, { firstOffset, lastOffset })
    const repeated = firstOffset <= last ? { firstOffset, lastOffset: last } : undefined
    const reason = `offsets ${firstOffset} to ${lastOffset}, some of which are there already`
    this.#losses.add({ ...span, reason, ...(repeated && { repeated }) }, batch)
  }

  /**
   * @param end where the offsets go on, exclusive; undefined where nobody knows
   * @param isExact whether they go on there, and not later
   */
  holdPlace(end: bigint | undefined, isExact: boolean): void {
    const { epochs, numbers } = this.#options
    const { begin, learning, pieces } = this.#part
    if (!this.#losses.isPending) return
    const firstOffset = this.nextOffset
    const isKnown = end !== undefined && (end > firstOffset || isExact)
    this.#losses.settle(firstOffset, isKnown ? end : undefined)
    if (end === undefined || end <= firstOffset) return
    const lastOffset = end - 1n
    if (numbers.relativeOf(lastOffset) - begin > RELATIVE_MAX) return
    const batch = emptyBatch({ firstOffset, lastOffset, leaderEpoch: epochs.latest })
    if (learning.take(batch, pieces.size) !== undefined) return
    pieces.addNew(batch.buffer)
    this.#sequence.next = numbers.relativeOf(end)
  }

  finish(): FinishedSegment {
    const isEmpty = this.#part.pieces.size === 0 && this.#done.length > 0
    const last = isEmpty ? [] : [this.#logOf(this.#part, this.next)]
    return {
      logs: [...this.#done, ...last],
      batches: this.#batches,
      records: this.#records,
      nextOffset: this.nextOffset,
      lost: this.#losses.ranges,
      absent: this.#absent,
    }
  }
}

type FinishedSegment = Pick<
  SegmentOutcome,
  'logs' | 'batches' | 'records' | 'nextOffset' | 'lost' | 'absent'
>

function headOf({ buffer, size }: Batch): Buffer {
  return buffer.subarray(0, Math.min(HEAD_SIZE, size))
}

/** Base offset, size and leader epoch: what lies before the magic. */
const HEAD_SIZE = 16
