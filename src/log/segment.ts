/** A segment as it lies on disk: its log and what belongs to it, by path; nothing is opened. */
export interface PartitionFile {
  readonly path: string
  readonly name: string
  readonly size: number
  /** Bytes taken on disk: fewer than `size` in a preallocated, sparse file. */
  readonly allocated: number
  readonly mtimeMs: number
}

export interface Segment {
  /** From its name; the first batch may begin higher after compaction. */
  readonly baseOffset: bigint
  readonly log: PartitionFile
  readonly index?: PartitionFile
  readonly timeIndex?: PartitionFile
  /** Only there once a transaction was aborted. */
  readonly txnIndex?: PartitionFile
  /** Producer state at the segment's beginning. */
  readonly snapshot?: PartitionFile
}

/**
 * The position in `segments` of the one whose range `offset` falls into: the last that does not begin above it.
 *
 * @param segments ascending by base offset
 * @returns −1 where all of them begin above `offset`
 */
export function floorSegment(
  segments: readonly Pick<Segment, 'baseOffset'>[],
  offset: bigint,
): number {
  let low = 0
  let high = segments.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (segments[middle]!.baseOffset <= offset) low = middle + 1
    else high = middle
  }
  return low - 1
}
