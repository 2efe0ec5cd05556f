/** What a cure makes of one segment, or of several that are put in order together. */
import type { RecoveredIndexes } from '../../log/recovered-indexes.ts'
import type { LostRange, MendedBatch, OffsetRange } from './loss.ts'
import type { Piece } from './piece.ts'
import type { SegmentGroup } from './segment-group.ts'

/** A segment is `kept` as it is, `rewritten` without what is damaged, or `dropped` because it lies behind a cut. */
export type SegmentChange = 'kept' | 'rewritten' | 'dropped'

/** A log that comes of it. */
export interface MendedLog {
  readonly baseOffset: bigint
  readonly pieces: readonly Piece[]
  /** In bytes. */
  readonly size: number
  /** Behind its last batch; its base offset where it has none. */
  readonly nextOffset: bigint
  /** As a recovery would build them. */
  readonly indexes: RecoveredIndexes
}

export interface SegmentOutcome extends SegmentGroup {
  readonly change: SegmentChange
  /** Ascending, the first with the base offset of the segment; none of one that is dropped. */
  readonly logs: readonly MendedLog[]
  readonly batches: number
  readonly records: number
  /** Behind its last batch; its base offset where it has none. */
  readonly nextOffset: bigint
  readonly lost: readonly LostRange[]
  /** Offsets between files, or before the first batch of one, that none of them holds, without any damage. */
  readonly absent: readonly OffsetRange[]
  readonly mended: readonly MendedBatch[]
  /** A write that a crash cut off, at the very end: the next start of a broker takes it away. */
  readonly unfinishedBytes: number
  /** Whether batches of it go to the next segment, which has to be written before this one is. */
  readonly handsOn: boolean
  /** Whether those were too many to be kept in memory: they are missing. */
  readonly isOverfull: boolean
}
