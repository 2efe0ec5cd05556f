/** A segment while it is put together: the batches it takes, what is lost before each, and what they teach. */
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import { OffsetSequence } from '../../inspect/verify/offset-sequence.ts'
import type { SegmentNumbers } from '../../inspect/verify/segment-numbers.ts'
import type { RecoveredIndexes } from '../../log/recovered-indexes.ts'
import { RELATIVE_MAX, SEGMENT_BYTES_MAX } from './batch-place.ts'
import type { FileSpan, OffsetRange } from './loss.ts'
import { LossLog } from './loss-log.ts'
import { emptyBatch, PieceList } from './piece.ts'
import type { SegmentLearning } from './segment-learning.ts'
import type { SegmentOutcome } from './segment-outcome.ts'

/** Leader epochs never go back in a log. */
export interface EpochRun {
  latest: number
}

export interface MendedSegmentOptions {
  readonly numbers: SegmentNumbers
  readonly learning: SegmentLearning
  readonly epochs: EpochRun
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
  readonly #pieces = new PieceList()
  readonly #losses = new LossLog()
  readonly #absent: OffsetRange[] = []
  #file: string | undefined
  #records = 0
  #batches = 0

  constructor(options: MendedSegmentOptions) {
    this.#options = options
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
    return this.#pieces.isWhole(path, size)
  }

  /** What makes the segment larger than one can be teaches nothing: it will be refused. */
  take(batch: Batch, { file, position, records, from }: TakenFrom): void {
    const { learning, numbers, epochs } = this.#options
    const { size, partitionLeaderEpoch: epoch } = batch
    const isTooLarge = this.#pieces.size > SEGMENT_BYTES_MAX - size
    const refused = isTooLarge ? undefined : learning.take(batch, this.#pieces.size)
    if (refused !== undefined) return this.lose({ file, position, size }, refused, batch)
    const base = this.baseOf(batch)
    if (file !== this.#file || from === 'memory') this.#noteAbsent(base)
    this.#file = file
    this.#losses.settle(this.nextOffset, numbers.offsetOf(base))
    if (from === 'mended') this.#pieces.addMended(file, position, size, headOf(batch))
    else if (from === 'file') this.#pieces.add(file, position, size)
    else this.#pieces.addNew(batch.buffer)
    this.#sequence.take(base, numbers.relativeLastOffset(batch))
    this.#batches++
    this.#records += records
    if (epoch > epochs.latest) epochs.latest = epoch
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
    const { epochs, learning, numbers } = this.#options
    if (!this.#losses.isPending) return
    const firstOffset = this.nextOffset
    const isKnown = end !== undefined && (end > firstOffset || isExact)
    this.#losses.settle(firstOffset, isKnown ? end : undefined)
    if (end === undefined || end <= firstOffset) return
    const lastOffset = end - 1n
    if (numbers.relativeOf(lastOffset) > RELATIVE_MAX) return
    const batch = emptyBatch({ firstOffset, lastOffset, leaderEpoch: epochs.latest })
    if (learning.take(batch, this.#pieces.size) !== undefined) return
    this.#pieces.addNew(batch.buffer)
    this.#sequence.next = numbers.relativeOf(end)
  }

  finish(): FinishedSegment {
    return {
      pieces: this.#pieces.pieces,
      size: this.#pieces.size,
      batches: this.#batches,
      records: this.#records,
      nextOffset: this.nextOffset,
      indexes: this.#options.learning.finish(),
      lost: this.#losses.ranges,
      absent: this.#absent,
    }
  }
}

type FinishedSegment = Pick<
  SegmentOutcome,
  'pieces' | 'size' | 'batches' | 'records' | 'nextOffset' | 'lost' | 'absent'
> & { readonly indexes: RecoveredIndexes }

function headOf({ buffer, size }: Batch): Buffer {
  return buffer.subarray(0, Math.min(HEAD_SIZE, size))
}

/** Base offset, size and leader epoch: what lies before the magic. */
const HEAD_SIZE = 16
