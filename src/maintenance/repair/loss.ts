/** What a cure leaves out of a log, and what it mends. */
export interface FileSpan {
  readonly file: string
  readonly position: number
  readonly size: number
}

/** Both inclusive. */
export interface OffsetRange {
  readonly firstOffset: bigint
  readonly lastOffset: bigint
}

export interface LostPlace extends FileSpan {
  readonly reason: string
  /** Of a batch that can be read, its own; of damage none is known. */
  readonly records?: number
  /** Whether it holds the end of a transaction. */
  readonly isMarker?: true
  /** Of batches whose offsets, or the first of them, are there already: which. */
  readonly repeated?: OffsetRange
}

/** As the reason of a place, in front of the offset. */
export const WRONG_BASE_OFFSET = 'a wrong base offset'

export interface LostRange {
  /** Both inclusive. Absent where no offset is lost: those of the bytes are there a second time. */
  readonly firstOffset?: bigint
  /** Absent where nobody knows how far the log reached. */
  readonly lastOffset?: bigint
  readonly places: readonly LostPlace[]
}

/** A batch that is kept with another base offset or leader epoch than it had: no checksum covers these. */
export interface MendedBatch {
  readonly file: string
  readonly position: number
  readonly firstOffset: bigint
  readonly lastOffset: bigint
  readonly what: 'base offset' | 'leader epoch'
  readonly found: bigint
  readonly mended: bigint
}

/** Offsets of the range; none where nobody knows whether the log reached any further. */
export function lostOffsets({ firstOffset, lastOffset }: LostRange): bigint {
  if (firstOffset === undefined || lastOffset === undefined) return 0n
  return lastOffset - firstOffset + 1n
}
