/**
 * Walks the records of one partition that a consumer is shown, from segment to segment. It can rest: then it holds
 * nothing but its place, and finds back to the record that it stands on.
 */
import { isReadFailure } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { OpenSegment } from '../../log/open-segment.ts'
import type { Segment } from '../../log/segment.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { recordsOf } from '../../record/records.ts'
import type { AbortedRanges } from '../search/aborted-ranges.ts'
import { isRecordWithin, type SearchRange } from '../search/search-range.ts'
import type { SearchProblem } from '../search/segment-task.ts'
import { VisibleBatches, type Batch, type SegmentTail } from '../search/visible-batches.ts'

/** What to walk through, and how much of it to show. */
export interface CursorPlan {
  /** Ascending. */
  readonly segments: Iterator<PlannedSegment>
  readonly range: SearchRange
}

export interface PlannedSegment {
  readonly segment: Segment
  readonly tail: SegmentTail
  readonly aborted: AbortedRanges
  /** Where an earlier walk left off. */
  readonly resumeAt?: number
}

export interface CursorOptions {
  readonly topic: string
  readonly partition: number
  readonly limits: DecodeLimits
  /** Bytes read at once. */
  readonly windowSize?: number | undefined
  /** Whether it stands on control records, too. */
  readonly showsControl?: boolean | undefined
  readonly tell: (problem: SearchProblem) => void
}

/** Where a cursor left off: in the last segment of its plan. */
export interface CursorPlace {
  readonly segment: Segment
  readonly position: number
}

export class PartitionCursor {
  readonly topic: string
  readonly partition: number
  readonly #disk: Disk
  readonly #options: CursorOptions
  #plan: CursorPlan
  #planned: PlannedSegment | undefined
  #open: { readonly segment: OpenSegment; readonly batches: VisibleBatches } | undefined
  #batch: Batch | undefined
  #records: RecordCursor | undefined
  /** Of the current batch, those stepped to: the last of them is the current one. */
  #taken = 0
  #place: CursorPlace | undefined
  #batchPosition = 0
  #nextOffset: bigint

  constructor(disk: Disk, plan: CursorPlan, options: CursorOptions) {
    this.#disk = disk
    this.#plan = plan
    this.#options = options
    this.#nextOffset = plan.range.fromOffset
    this.topic = options.topic
    this.partition = options.partition
  }

  /** The record it stands on: valid until the next step, and while it doesn't rest. */
  get record(): RecordCursor {
    return this.#records!
  }

  /** That record's. */
  get batch(): Batch {
    return this.#batch!
  }

  /** Where that batch begins in its log. */
  get batchPosition(): number {
    return this.#batchPosition
  }

  /** Bytes held in memory. */
  get heldBytes(): number {
    if (this.#open === undefined) return 0
    const { windowBytes } = this.#open.batches
    const isOwn = this.#records === undefined || this.#records.bytes === this.#batch?.buffer
    return windowBytes + (isOwn ? 0 : this.#records!.bytes.length)
  }

  get isResting(): boolean {
    return this.#open === undefined
  }

  /** Where it goes on once there is more to walk through; undefined before the first segment. */
  get place(): CursorPlace | undefined {
    return this.#place
  }

  /** Behind the segments that were left, as far as they were passed, whatever was shown of them. */
  get nextOffset(): bigint {
    return this.#nextOffset
  }

  /** Steps to the next record; false behind the last. */
  next(): boolean {
    for (;;) {
      if (this.#records !== undefined && this.#nextInBatch(this.#records)) return true
      if (!this.#nextBatch()) return false
    }
  }

  /** Lets go of files and memory. */
  rest(): void {
    this.#open?.segment.close()
    this.#open = undefined
    this.#records = undefined
  }

  /** Finds back to the record that it stood on; false where it is no longer there. */
  wake(): boolean {
    const taken = this.#taken
    const batch = this.#batchAgain()
    if (batch === undefined) return this.next()
    this.#enter(batch)
    while (this.#taken < taken && this.#records?.next() === true) this.#taken++
    return this.#taken === taken && taken > 0
  }

  /** Goes on with another plan, behind the end of the one before. */
  goOn(plan: CursorPlan): void {
    this.rest()
    this.#planned = undefined
    this.#plan = plan
  }

  #nextInBatch(records: RecordCursor): boolean {
    const { batches } = this.#open!
    try {
      while (records.next()) {
        this.#taken++
        if (batches.areAllWithin || isRecordWithin(records, this.#plan.range)) return true
      }
    } catch (error) {
      batches.failIn(error)
    }
    this.#records = undefined
    return false
  }

  /** False where there is none. */
  #nextBatch(): boolean {
    for (;;) {
      const batches = this.#openBatches()
      if (batches === undefined) return false
      const batch = this.#attempt(() => batches.next())
      if (batch === undefined) this.#leaveSegment()
      else if (this.#enter(batch)) return true
    }
  }

  #enter(batch: Batch): boolean {
    const { batches } = this.#open!
    this.#batch = batch
    this.#batchPosition = batches.position
    this.#taken = 0
    try {
      this.#records = recordsOf(batch, this.#options.limits)
      return true
    } catch (error) {
      batches.failIn(error)
      return false
    }
  }

  #leaveSegment(): void {
    const { segment, batches } = this.#open!
    const { position, nextOffset, isRangeDone } = batches
    this.#place = { segment: segment.segment, position }
    const passed = isRangeDone ? this.#plan.range.toOffset : nextOffset
    if (passed > this.#nextOffset) this.#nextOffset = passed
    this.rest()
    this.#planned = undefined
  }

  /** Of the current segment, or of the next that can be opened. */
  #openBatches(): VisibleBatches | undefined {
    while (this.#open === undefined) {
      const next = this.#plan.segments.next()
      if (next.done === true) return undefined
      this.#planned = next.value
      this.#attempt(() => this.#openSegment(next.value, next.value.resumeAt))
    }
    return this.#open.batches
  }

  #batchAgain(): Batch | undefined {
    const planned = this.#planned
    if (planned === undefined) return undefined
    return this.#attempt(() => this.#openSegment(planned, this.#batchPosition).next())
  }

  #openSegment(planned: PlannedSegment, resumeAt: number | undefined): VisibleBatches {
    const { limits, windowSize, showsControl, tell } = this.#options
    const segment = new OpenSegment(this.#disk, planned.segment)
    try {
      const { range } = this.#plan
      const { tail, aborted } = planned
      const common = { range, tail, aborted, limits, windowSize, showsControl, tell, resumeAt }
      const batches = new VisibleBatches(segment, { ...common, useIndexes: true })
      this.#open = { segment, batches }
      return batches
    } catch (error) {
      segment.close()
      throw error
    }
  }

  /** Undefined where a file can't be read: that is told, and its segment given up. */
  #attempt<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!isReadFailure(error)) throw error
      this.#options.tell({ kind: 'failure', message: error.message, error })
      return undefined
    }
  }
}
