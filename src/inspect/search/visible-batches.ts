/**
 * Walks a segment and hands out the batches that a consumer is shown something of: those outside of the range, of
 * aborted transactions, and of control records are passed over by their headers.
 *
 * A batch that is damaged, or larger than may be held, is told and skipped. Where the framing is lost, the walk goes on
 * at the next batch that proves itself.
 */
import { CorruptDataError, LimitError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import { isShrunken } from '../../disk/shrunken-file.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { findBatch } from '../../log/find-batch.ts'
import { isTorn, isZeroFrom } from '../../log/open-end.ts'
import type { OpenSegment } from '../../log/open-segment.ts'
import { BATCH_OVERHEAD, type BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import type { AbortedRanges } from './aborted-ranges.ts'
import { partInRange, type SearchRange } from './search-range.ts'
import type { SearchProblem } from './segment-task.ts'
import { startPosition } from './start-position.ts'

export type Batch = BatchV2 | LegacyMessage

/**
 * What may stand behind the last batch of the segment without being damage:
 *
 * | tail    | it is                                           | then                                            |
 * |---------|-------------------------------------------------|-------------------------------------------------|
 * | closed  | of a log that was closed, or rolled             | nothing may                                     |
 * | open    | the last of a log that was not closed           | a write that was cut off, or zeros: open-end.ts |
 * | growing | the last of a log that is written to meanwhile  | both, and what is wrong only for a moment       |
 */
export type SegmentTail = 'closed' | 'open' | 'growing'

export interface VisibleBatchesOptions {
  readonly range: SearchRange
  /** Transactions of which nothing is shown. */
  readonly aborted: AbortedRanges
  readonly tail: SegmentTail
  readonly limits: DecodeLimits
  /** Whether indexes say where to begin. */
  readonly useIndexes: boolean
  /** Where an earlier walk left off. */
  readonly resumeAt?: number | undefined
  /** Bytes read at once. */
  readonly windowSize?: number | undefined
  /** Whether control records are shown, too: markers of transactions, most of all. */
  readonly showsControl?: boolean | undefined
  /** Asked of a batch that would be shown: whether to look into it. */
  readonly isWanted?: (batch: Batch) => boolean
  readonly tell: (problem: SearchProblem) => void
}

export class VisibleBatches {
  readonly #options: VisibleBatchesOptions
  readonly #baseOffset: bigint
  readonly #scanner: BatchScanner
  /** The batch before, if it lies behind the range. */
  #behind: { readonly position: number; readonly baseOffset: bigint } | undefined
  /** Behind what was passed, whether it was shown or not. */
  nextOffset: bigint
  /** Whether each of the current batch's records lies in the range; else they have to be asked one by one. */
  areAllWithin = false

  constructor(open: OpenSegment, options: VisibleBatchesOptions) {
    this.#options = options
    this.#baseOffset = open.baseOffset
    const { limits, resumeAt, windowSize, range } = options
    this.nextOffset = range.fromOffset
    const from = resumeAt ?? this.#startOf(open)
    this.#scanner = new BatchScanner(open.log, {
      from,
      limits,
      ...(windowSize !== undefined && { windowSize }),
    })
  }

  /** Where the current batch begins; behind the last, from where on nothing was taken for good. */
  get position(): number {
    return this.#behind?.position ?? this.#scanner.position
  }

  /** Whether the range ended before the segment did; asked behind the last. */
  get isRangeDone(): boolean {
    return this.#behind !== undefined
  }

  /** Of the file, as it was when the walk began. */
  get end(): number {
    return this.#scanner.end
  }

  /** Bytes held in memory. */
  get windowBytes(): number {
    return this.#scanner.windowBytes
  }

  /** The next one, its body in memory and its checksum right; undefined behind the last. Valid until the next call. */
  next(): Batch | undefined {
    const scanner = this.#scanner
    for (;;) {
      const header = this.#nextHeader()
      if (header === undefined) {
        if (!this.#goOnBehindDamage()) return undefined
        continue
      }
      if (this.#isMisplaced(header)) continue
      const part = partInRange(header, this.#options.range)
      if (this.#isEnd(header, part === 'behind')) return undefined
      if (part === 'behind') continue
      const { lastOffset } = header
      const isShown = part !== 'none' && !this.#isHidden(header)
      this.areAllWithin = part === 'all'
      try {
        const batch = isShown ? scanner.body() : undefined
        const isValid = batch?.isValid() === true
        if (batch !== undefined && !isValid && !this.#skipInvalid(batch)) return undefined
        if (lastOffset >= this.nextOffset) this.nextOffset = lastOffset + 1n
        if (isValid) return batch
      } catch (error) {
        if (this.#hasShrunk()) return undefined
        this.failIn(error)
      }
    }
  }

  /** Tells what is wrong with the current batch; what is no fault of it is thrown. */
  failIn(error: unknown): void {
    if (isShrunken(error)) throw error
    if (!(error instanceof CorruptDataError) && !(error instanceof LimitError)) throw error
    const { position, file } = this.#scanner
    const isPlaced = error instanceof LimitError || error.damage.file !== undefined
    this.#fail((isPlaced ? error : error.in(file.path, position)).message)
  }

  #nextHeader(): Batch | undefined {
    try {
      return this.#scanner.next()
    } catch (error) {
      if (this.#hasShrunk()) return undefined
      throw error
    }
  }

  /** A log that was allocated ahead is cut to what was written when it is rolled. */
  #hasShrunk(): boolean {
    const { file, end } = this.#scanner
    return this.#options.tail === 'growing' && file.size() < end
  }

  #startOf(open: OpenSegment): number {
    const { useIndexes, range, tell } = this.#options
    if (!useIndexes) return 0
    const { position, notice } = startPosition(open, range)
    if (notice !== undefined) tell({ kind: 'notice', message: notice })
    return position
  }

  /** No checksum covers a batch's offset: one alone that lies behind the range, may be a damaged one within. */
  #isEnd({ baseOffset }: Batch, isBehind: boolean): boolean {
    if (isBehind) {
      if (this.#behind !== undefined) return true
      this.#behind = { position: this.#scanner.position, baseOffset }
    } else if (this.#behind !== undefined) {
      const { position, baseOffset: claimed } = this.#behind
      this.#fail(
        `${this.#scanner.file.path} at byte ${position}: the batch was skipped: ` +
          `it claims offset ${claimed}, and the next one ${baseOffset}`,
      )
      this.#behind = undefined
    }
    return false
  }

  /** Nor does one cover an offset that no batch of this segment can have. */
  #isMisplaced({ baseOffset: claimed, lastOffset }: Batch): boolean {
    if (lastOffset >= this.#baseOffset) return false
    this.#fail(
      `${this.#scanner.file.path} at byte ${this.#scanner.position}: the batch was skipped: ` +
        `it claims offset ${claimed}, and its segment begins at ${this.#baseOffset}`,
    )
    return true
  }

  #isHidden(batch: Batch): boolean {
    const { isWanted, aborted, showsControl } = this.#options
    if (batch.isControl) return showsControl !== true
    if (isWanted?.(batch) === false) return true
    if (!batch.isTransactional || aborted.count === 0) return false
    return aborted.covers(batch.producerId, batch.baseOffset)
  }

  /**
   * If no good batch begins where this one says it ends, its size is not to be trusted, either. False where it may still
   * be written.
   */
  #skipInvalid(batch: Batch): boolean {
    const { position, file, end } = this.#scanner
    const { size, baseOffset, lastOffset } = batch
    if (this.#isUnsettled(position)) return false
    const claimedEnd = position + size
    const isFollowed = claimedEnd !== end && this.#find(claimedEnd, claimedEnd + 1) !== undefined
    const next = isFollowed || claimedEnd === end ? undefined : this.#find(position + 1, end)
    if (this.#options.tail === 'growing' && !isFollowed && next === undefined) return false
    this.#fail(
      `${file.path} at byte ${position}: the batch of offsets ${baseOffset} to ${lastOffset} ` +
        `was skipped: its checksum does not hold`,
    )
    if (next !== undefined && next < claimedEnd) this.#scanner.resumeAt(next)
    return true
  }

  /** True where the walk goes on. */
  #goOnBehindDamage(): boolean {
    const { position, end, file, stopped } = this.#scanner
    if (position >= end || this.#isUnsettled(position)) return false
    const { tail, tell } = this.#options
    if (tail !== 'closed' && isZeroFrom(file, position, end)) return false
    const next = stopped === 'end-of-file' ? undefined : this.#find(position + 1, end)
    const baseOffset = this.#baseOffset
    const mayBeTorn = next === undefined && tail !== 'closed'
    if (mayBeTorn && isTorn(file, { position, stopped, baseOffset })) {
      if (tail === 'growing') return false
      const message = `${file.path}: the last ${end - position} bytes are no whole batch`
      tell({ kind: 'notice', message })
      return false
    }
    const behind = next ?? end
    this.#fail(
      `${file.path}: bytes ${position} to ${behind - 1} were skipped: they are no whole batch`,
    )
    this.#scanner.resumeAt(behind)
    return true
  }

  /**
   * Whether what is wrong at a position may be right in a moment: the bytes were read while they were written. Only what
   * an earlier walk has stopped at, too, and what is still wrong when it is read once more, is wrong for good.
   */
  #isUnsettled(position: number): boolean {
    const { tail, resumeAt, limits } = this.#options
    if (tail !== 'growing') return false
    if (position !== resumeAt || this.#hasShrunk()) return true
    const { file, end } = this.#scanner
    if (isZeroFrom(file, position, Math.min(position + BATCH_OVERHEAD, end))) return true
    const again = new BatchScanner(file, { from: position, limits, windowSize: BATCH_OVERHEAD })
    return again.next() !== undefined && again.isValid()
  }

  #find(from: number, to: number): number | undefined {
    const { limits } = this.#options
    const found = findBatch(this.#scanner.file, { from, to, limits, baseOffset: this.#baseOffset })
    return found?.position
  }

  #fail(message: string): void {
    this.#options.tell({ kind: 'failure', message })
  }
}
