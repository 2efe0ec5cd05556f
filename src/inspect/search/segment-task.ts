/**
 * One segment to search, and what came of it: plain data both, so that a worker thread can do it. A task ends with its
 * segment, or sooner when it has found as much as may be held in memory; then its result says where to go on.
 */
import type { DecodeLimits } from '../../base/limits.ts'
import type { Segment } from '../../log/segment.ts'
import type { RecordQuery } from './record-query.ts'
import type { SearchRange } from './search-range.ts'

export interface SegmentTask {
  readonly segment: Segment
  /** Whether it is the last of a log that was not closed: see open-end.ts. */
  readonly isOpenEnded: boolean
  readonly query: RecordQuery
  readonly range: SearchRange
  /** See AbortedRanges: transactions of which nothing is found. */
  readonly aborted: BigInt64Array
  /** Sorted: the only offsets wanted, where they are known; the query doesn't count then. */
  readonly offsets?: BigInt64Array | undefined
  readonly limits: DecodeLimits
  /** Whether indexes say where to begin. */
  readonly useIndexes: boolean
  /** Where an earlier task on the same segment left off. */
  readonly resumeAt?: number | undefined
  readonly matchesMax: number
  /** Where to put what was found, as far as there is room: memory that threads share is not copied about. */
  readonly memory?: SharedArrayBuffer | undefined
}

export interface SegmentResult {
  /** Batches with matches, whole, one behind the other. */
  readonly batches: Uint8Array
  /** For each of them: how many matches, and their places among its records, from 0 on. */
  readonly places: Uint32Array
  /** Where each batch begins in the log. */
  readonly positions: Float64Array
  readonly matchCount: number
  readonly problems: readonly SearchProblem[]
  /** Bytes of log behind us since the task began, read or skipped. */
  readonly bytesPassed: number
  /** Undefined where the segment is done. */
  readonly resumeAt: number | undefined
}

export interface SearchProblem {
  /** A `failure` means that something was not searched. */
  readonly kind: 'notice' | 'failure'
  readonly message: string
  /** Where something could not be read: why. */
  readonly error?: Error
}
