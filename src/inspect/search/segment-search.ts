/**
 * Walks a segment and hands out the records that match. Where a batch can hold a match is told from its bytes as a
 * whole; only then its records are walked.
 */
import { CorruptDataError, DiskError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { withSegment, type OpenSegment } from '../../log/open-segment.ts'
import { unreadableIndexText, withOptionalIndexes } from '../../log/optional-indexes.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { recordsOf } from '../../record/records.ts'
import { AbortedRanges } from './aborted-ranges.ts'
import { RecordMatcher } from './record-matcher.ts'
import { isRecordWithin } from './search-range.ts'
import type { SearchProblem, SegmentTask } from './segment-task.ts'
import { VisibleBatches, type Batch } from './visible-batches.ts'

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
  readonly #matcher: RecordMatcher
  readonly #wanted: WantedOffsets | undefined
  readonly #batches: VisibleBatches
  readonly #problems: SearchProblem[]

  constructor(open: OpenSegment, task: SegmentTask, sink: MatchSink, problems: SearchProblem[]) {
    this.#problems = problems
    this.#task = task
    this.#sink = sink
    this.#matcher = new RecordMatcher(task.query)
    const wanted = task.offsets && new WantedOffsets(task.offsets)
    this.#wanted = wanted
    this.#batches = new VisibleBatches(open, {
      ...task,
      aborted: new AbortedRanges(task.aborted),
      tail: task.isOpenEnded ? 'open' : 'closed',
      ...(wanted && { isWanted: ({ lastOffset }) => wanted.reach(lastOffset) }),
      tell: problem => problems.push(problem),
    })
  }

  run(): SegmentSearchEnd {
    const batches = this.#batches
    for (let batch = batches.next(); batch !== undefined; batch = batches.next()) {
      const { position } = batches
      const nextPosition = position + batch.size
      if (!this.#searchBatch(batch, position)) return this.#end(nextPosition)
    }
    return this.#end(undefined)
  }

  /** False where the sink has enough for now. */
  #searchBatch(batch: Batch, position: number): boolean {
    let matchCount = 0
    try {
      this.#searchRecords(batch, () => matchCount++)
    } catch (error) {
      this.#batches.failIn(error)
    }
    return matchCount === 0 || this.#sink.batchDone(batch, position)
  }

  #searchRecords(batch: Batch, onMatch: () => void): void {
    const { range, limits } = this.#task
    const { areAllWithin } = this.#batches
    const records = recordsOf(batch, limits)
    if (!this.#mayMatch(batch, records)) return
    for (let place = 0; records.next(); place++) {
      if (!areAllWithin && !isRecordWithin(records, range)) continue
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

  #end(resumeAt: number | undefined): SegmentSearchEnd {
    const begun = this.#task.resumeAt ?? 0
    const bytesPassed = (resumeAt ?? this.#batches.end) - begun
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
