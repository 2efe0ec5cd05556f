/** What a lookup was after, what it found, and the way to it. */
import type { IndexLookup, LogScan } from '../../log/offset-lookup.ts'
import type { OffsetPosition } from '../../log/offset-index.ts'
import type { TimestampOffset } from '../../log/time-index.ts'
import type { Damage } from '../../base/errors.ts'
import type { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import type { FileReads } from './observed-disk.ts'

export type LookupQuery =
  | { readonly kind: 'offset'; readonly offset: bigint }
  /** Milliseconds since 1970. */
  | { readonly kind: 'timestamp'; readonly timestamp: bigint }
  | { readonly kind: 'max-timestamp' }

/**
 * | outcome      | means                                                                                     |
 * |--------------|-------------------------------------------------------------------------------------------|
 * | found        | the record that was asked for                                                             |
 * | next         | the offset is not there; what is, is the record behind it: compaction took it, or damage  |
 * | at-end       | the offset that the next record will get: a fetch waits                                   |
 * | out-of-range | an offset outside of the log: a broker answers OFFSET_OUT_OF_RANGE                        |
 * | none         | no record is so late, or none has a timestamp: a broker answers −1                        |
 */
export type LookupOutcome = 'found' | 'next' | 'at-end' | 'out-of-range' | 'none'

export interface LookupReport {
  readonly query: LookupQuery
  readonly outcome: LookupOutcome
  /** Known where it decided the outcome. */
  readonly range?: { readonly logStartOffset: bigint; readonly logEndOffset: bigint }
  readonly found?: FoundRecord
  /** What lies between an offset that was asked for and where the search began, or found: records may be lost there. */
  readonly damages: readonly Damage[]
  readonly way: LookupWay
}

export interface FoundRecord {
  /** Of the log. */
  readonly file: string
  readonly position: number
  readonly batch: BatchV2 | LegacyMessage
  readonly isValid: boolean
  /** Standing on the record; absent where the batch can't be decoded. */
  readonly record?: RecordCursor
  readonly damage?: Error
}

export interface LookupWay {
  readonly segmentCount: number
  readonly steps: readonly SegmentStep[]
  readonly reads: readonly FileReads[]
}

/** One segment that was looked at, in order. */
export interface SegmentStep {
  readonly baseOffset: bigint
  readonly file: string
  /** Of the segment behind it. */
  readonly nextBaseOffset?: bigint
  /** What it was passed over or chosen for, in a search by time. */
  readonly largestTimestamp?: bigint
  readonly timeIndex?: IndexLookup<TimestampOffset>
  readonly index?: IndexLookup<OffsetPosition>
  /** Why the offset index was left aside. */
  readonly indexDamage?: Damage
  /** Absent where the segment was passed over. */
  readonly scan?: LogScan
}
