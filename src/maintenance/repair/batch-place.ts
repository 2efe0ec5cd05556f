/** Which offset and which leader epoch a batch has, by itself and by its neighbours: no checksum covers either. */
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import type { SegmentNumbers } from '../../inspect/verify/segment-numbers.ts'
import { RELATIVE_OFFSET_MAX } from '../../log/roll-policy.ts'
import { BatchV2 } from '../../record/batch-v2.ts'

/** The last relative offset that the indexes of a segment can hold. */
export const RELATIVE_MAX = Number(RELATIVE_OFFSET_MAX)
/** Bytes of a segment at most: its positions are 32-bit numbers. */
export const SEGMENT_BYTES_MAX = 0x7fff_ffff

/**
 * | base offset                                                    | place     |
 * |----------------------------------------------------------------|-----------|
 * | that which comes next, or a later one                          | its own   |
 * | a wrong one, and exactly its place is free                     | that which comes next |
 * | leaps ahead, while the batch behind goes on from before        | none: wrong |
 * | goes back                                                      | none: repeated |
 * | too far from the segment's beginning for its indexes           | none: too far |
 */
export type BatchPlace = { readonly base: number } | 'wrong' | 'repeated' | 'too-far'

export interface PlaceOptions {
  readonly numbers: SegmentNumbers
  /** Where the log begins in which the names of logs say the batch is; relative to the segment's base, as the others. */
  readonly begin: number
  /** That of the batch, as it says; that which comes next; where the batch behind begins. */
  readonly base: number
  readonly next: number
  readonly behindBase: number | undefined
  /** Whether nothing is left out just before. */
  readonly isNextSure: boolean
}

export function placeOf(batch: Batch, options: PlaceOptions): BatchPlace {
  const { numbers, begin, base, next, behindBase, isNextSure } = options
  const isTooFar = numbers.relativeLastOffset(batch) - begin > RELATIVE_MAX
  if (base === next && !isTooFar) return { base }
  const goesOn = behindBase !== undefined && behindBase >= next && behindBase <= base
  const leaps = base > next && goesOn
  if (base >= next && !leaps) return isTooFar ? 'too-far' : { base }
  const fits = batch instanceof BatchV2 && behindBase === next + batch.lastOffsetDelta + 1
  if (fits && isNextSure) return { base: next }
  return leaps ? 'wrong' : 'repeated'
}

/** Leader epochs never go back in a log: one that does, or that leaps ahead alone, is wrong. */
export function epochOf(batch: Batch, latest: number, behind: () => Batch | undefined): number {
  const epoch = batch.partitionLeaderEpoch
  if (!(batch instanceof BatchV2) || epoch < 0 || epoch === latest) return epoch
  if (epoch < latest) return latest
  const next = behind()?.partitionLeaderEpoch ?? epoch
  if (next >= epoch || next < Math.max(0, latest)) return epoch
  return latest < 0 ? next : latest
}
