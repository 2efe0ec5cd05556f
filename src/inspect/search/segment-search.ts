/**
 * Walks a segment and hands out the records that match. Batches outside of the range, of aborted transactions, and of
 * control records are passed over by their headers; where a batch can hold a match is told from its bytes as a whole;
 * only then its records are walked.
 *
 * A batch that is damaged, or larger than may be held, is reported and skipped. Where the framing is lost, the search
 * goes on at the next batch that proves itself.
 */
import { CorruptDataError, DiskError, LimitError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { findBatch } from '../../log/find-batch.ts'
import { withSegment, type OpenSegment } from '../../log/open-segment.ts'
import { unreadableIndexText, withOptionalIndexes } from '../../log/optional-indexes.ts'
import type { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { recordsOf } from '../../record/records.ts'
import { AbortedRanges } from './aborted-ranges.ts'
import { RecordMatcher } from './record-matcher.ts'
import { isTorn, isZeroFrom } from '../../log/open-end.ts'
import { isRecordWithin, partInRange, type Part } from './search-range.ts'
import type { SearchProblem, SegmentTask } from './segment-task.ts'
import { startPosition } from './start-position.ts'

export type Batch = BatchV2 | LegacyMessage

/** Views are valid during the call only. */
export interface MatchSink {
  /** @param place of the record in its batch, from 0 on */
  match(record: RecordCursor, place: number): void
  /** After each batch with matches; false where no more of them are wanted for now. */
  batchDone(batch: Batch, position: number): boolean
}

export interface SegmentSearchEnd {
  readonly problems: readonly SearchProblem[]
  readonly bytesPassed: number
  readonly resumeAt: number | undefined
}

export function searchSegment(disk: Disk, task: SegmentTask, sink: MatchSink): SegmentSearchEnd {
  const problems: SearchProblem[] = []
  const tolerant = withOptionalIndexes(disk, error => {
    problems.push({ kind: 'notice', message: unreadableIndexText(error) })
  })
  try {
    return withSegment(tolerant, task.segment, open =>
      new SegmentSearch(open, task, sink, problems).run(),
    )
  } catch (error) {
    if (!(error instanceof DiskError) && !(error instanceof CorruptDataError)) throw error
    problems.push({ kind: 'failure', message: error.message })
    return { problems, bytesPassed: task.segment.log.size, resumeAt: undefined }
  }
}

class SegmentSearch {
  readonly #task: SegmentTask
  readonly #sink: MatchSink
  readonly #scanner: BatchScanner
  readonly #matcher: RecordMatcher
  readonly #aborted: AbortedRanges
  readonly #wanted: WantedOffsets | undefined
  readonly #start: number
  readonly #problems: SearchProblem[]
  /** The batch before, if it lies behind the range. */
  #behind: { readonly position: number; readonly baseOffset: bigint } | undefined

  constructor(open: OpenSegment, task: SegmentTask, sink: MatchSink, problems: SearchProblem[]) {
    this.#problems = problems
    this.#task = task
    this.#sink = sink
    this.#matcher = new RecordMatcher(task.query)
    this.#aborted = new AbortedRanges(task.aborted)
    this.#wanted = task.offsets && new WantedOffsets(task.offsets)
    this.#start = task.resumeAt ?? this.#startOf(open)
    this.#scanner = new BatchScanner(open.log, { from: this.#start, limits: task.limits })
  }

  run(): SegmentSearchEnd {
    const scanner = this.#scanner
    for (;;) {
      const batch = scanner.next()
      if (batch === undefined) {
        if (!this.#goOnBehindDamage()) return this.#end(undefined)
        continue
      }
      if (this.#isMisplaced(batch)) continue
      const part = partInRange(batch, this.#task.range)
      if (this.#isEnd(batch, part)) return this.#end(undefined)
      if (part === 'none' || part === 'behind' || this.#isHidden(batch)) continue
      const nextPosition = scanner.position + batch.size
      if (!this.#searchBatch(part)) return this.#end(nextPosition)
    }
  }

  /** No checksum covers a batch's offset: one alone that lies behind the range, may be a damaged one within. */
  #isEnd({ baseOffset }: Batch, part: Part): boolean {
    if (part === 'behind') {
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
    const { baseOffset } = this.#task.segment
    if (lastOffset >= baseOffset) return false
    this.#fail(
      `${this.#scanner.file.path} at byte ${this.#scanner.position}: the batch was skipped: ` +
        `it claims offset ${claimed}, and its segment begins at ${baseOffset}`,
    )
    return true
  }

  #startOf(open: OpenSegment): number {
    if (!this.#task.useIndexes) return 0
    const { position, notice } = startPosition(open, this.#task.range)
    if (notice !== undefined) this.#problems.push({ kind: 'notice', message: notice })
    return position
  }

  #isHidden(batch: Batch): boolean {
    if (batch.isControl) return true
    if (this.#wanted !== undefined && !this.#wanted.reach(batch.lastOffset)) return true
    if (!batch.isTransactional || this.#aborted.count === 0) return false
    return this.#aborted.covers(batch.producerId, batch.baseOffset)
  }

  /** False where the sink has enough for now. */
  #searchBatch(part: Part): boolean {
    const { position, file } = this.#scanner
    let matchCount = 0
    const onMatch = () => matchCount++
    try {
      const batch = this.#scanner.body()
      if (batch.isValid()) this.#searchRecords(batch, part, onMatch)
      else this.#skipInvalid(batch)
    } catch (error) {
      if (!(error instanceof CorruptDataError) && !(error instanceof LimitError)) throw error
      const isPlaced = error instanceof LimitError || error.damage.file !== undefined
      this.#fail((isPlaced ? error : error.in(file.path, position)).message)
    }
    return matchCount === 0 || this.#sink.batchDone(this.#scanner.body(), position)
  }

  #searchRecords(batch: Batch, part: Part, onMatch: () => void): void {
    const { range, limits } = this.#task
    const records = recordsOf(batch, limits)
    if (!this.#mayMatch(batch, records)) return
    for (let place = 0; records.next(); place++) {
      if (part === 'some' && !isRecordWithin(records, range)) continue
      if (!this.#matches(records)) continue
      this.#sink.match(records, place)
      onMatch()
    }
  }

  #mayMatch(batch: Batch, records: RecordCursor): boolean {
    if (this.#wanted !== undefined) return true
    if (batch.codecId !== 0) return this.#matcher.mayMatchIn(records.bytes, 0, records.bytes.length)
    const { start, size } = batch
    return this.#matcher.mayMatchIn(records.bytes, start, start + size)
  }

  #matches(record: RecordCursor): boolean {
    if (this.#wanted !== undefined) return this.#wanted.has(record.offset)
    return this.#matcher.matches(record)
  }

  /** If no good batch begins where this one says it ends, its size is not to be trusted, either. */
  #skipInvalid(batch: Batch): void {
    const { position, file, end } = this.#scanner
    const { size, baseOffset, lastOffset } = batch
    this.#fail(
      `${file.path} at byte ${position}: the batch of offsets ${baseOffset} to ${lastOffset} ` +
        `was skipped: its checksum does not hold`,
    )
    const claimedEnd = position + size
    if (claimedEnd === end || this.#find(claimedEnd, claimedEnd + 1) !== undefined) return
    const next = this.#find(position + 1, end)
    if (next !== undefined && next < claimedEnd) this.#scanner.resumeAt(next)
  }

  /** True where the search goes on. */
  #goOnBehindDamage(): boolean {
    const { position, end, file, stopped } = this.#scanner
    if (position >= end) return false
    const { isOpenEnded, segment } = this.#task
    if (isOpenEnded && isZeroFrom(file, position, end)) return false
    const next = stopped === 'end-of-file' ? undefined : this.#find(position + 1, end)
    const { baseOffset } = segment
    if (next === undefined && isOpenEnded && isTorn(file, { position, stopped, baseOffset })) {
      const message = `${file.path}: the last ${end - position} bytes are no whole batch`
      this.#problems.push({ kind: 'notice', message })
      return false
    }
    const behind = next ?? end
    this.#fail(
      `${file.path}: bytes ${position} to ${behind - 1} were skipped: they are no whole batch`,
    )
    if (next !== undefined) this.#scanner.resumeAt(next)
    return next !== undefined
  }

  #find(from: number, to: number): number | undefined {
    const { limits, segment } = this.#task
    const { baseOffset } = segment
    return findBatch(this.#scanner.file, { from, to, limits, baseOffset })?.position
  }

  #fail(message: string): void {
    this.#problems.push({ kind: 'failure', message })
  }

  #end(resumeAt: number | undefined): SegmentSearchEnd {
    const begun = this.#task.resumeAt ?? 0
    const bytesPassed = (resumeAt ?? this.#scanner.end) - begun
    return { problems: this.#problems, bytesPassed, resumeAt }
  }
}

/** Walked through in step with the log. */
class WantedOffsets {
  readonly #offsets: BigInt64Array
  #next = 0

  constructor(offsets: BigInt64Array) {
    this.#offsets = offsets
  }

  /** Whether one of those ahead is not above. */
  reach(lastOffset: bigint): boolean {
    const next = this.#offsets[this.#next]
    return next !== undefined && next <= lastOffset
  }

  has(offset: bigint): boolean {
    while (this.#next < this.#offsets.length && this.#offsets[this.#next]! < offset) this.#next++
    if (this.#offsets[this.#next] !== offset) return false
    this.#next++
    return true
  }
}
