/**
 * Segments whose offsets reach into one another: a broker looks for an offset in the segment that its name says, and finds
 * none of it that lies in another. They are put in order together, as if they were one segment, and divided again.
 *
 * | found                                                               | put in order together            |
 * |---------------------------------------------------------------------|----------------------------------|
 * | a batch that reaches beyond where the next segment begins           | the two                          |
 * | of the next segments' batches more than memory may be taken for     | the two                          |
 * | a segment of which nothing is left, as all of it is there already   | with the one before it           |
 * | offsets where they can't be found, that no other segment has        | those from here to where they belong |
 *
 * What belongs before the first segment is left as it is, and told.
 */
import { basename } from 'node:path'
import { parseSegmentFileName, segmentFileName } from '../../log/file-names.ts'
import { floorSegment, type Segment } from '../../log/segment.ts'
import type { CureReport } from './cure-report.ts'
import type { OffsetRange } from './loss.ts'
import type { SegmentOutcome } from './segment-outcome.ts'

/** @param following where the next segment begins */
export function reachesInto(
  { nextOffset, isOverfull }: SegmentOutcome,
  following: bigint,
): boolean {
  return nextOffset > following || isOverfull
}

/** Whether all that it holds is in others. */
export function isRepetition({ batches, lost }: SegmentOutcome): boolean {
  return batches === 0 && lost.some(({ places }) => places[0]?.repeated !== undefined)
}

/** What was left out for being there already, and is not. */
export interface Misplaced extends OffsetRange {
  readonly file: string
  /** The first of its offsets that nothing else holds, as far as it is known. */
  readonly missing: bigint
}

export function misplaced(
  { lost, absent }: CureReport,
  segments: readonly Segment[],
): Misplaced | undefined {
  const begin = segments[0]?.baseOffset ?? 0n
  const missing = [...lost, ...absent, { firstOffset: 0n, lastOffset: begin - 1n }]
  for (const { file, repeated } of lost.flatMap(range => range.places)) {
    if (repeated === undefined) continue
    const range = missing.find(({ firstOffset, lastOffset = firstOffset }) => {
      if (firstOffset === undefined) return false
      return firstOffset <= repeated.lastOffset && lastOffset! >= repeated.firstOffset
    })
    const from = range?.firstOffset
    if (from === undefined) continue
    return { file, ...repeated, missing: from > repeated.firstOffset ? from : repeated.firstOffset }
  }
  return undefined
}

/** Base offsets of the segments that have to be put in order together with the one before them, so that it has a place. */
export function joinsFor(
  { file, missing }: Pick<Misplaced, 'file' | 'missing'>,
  segments: readonly Segment[],
): bigint[] {
  const lies = segments.findIndex(({ log }) => log.path === file)
  const belongs = floorSegment(segments, missing)
  if (belongs < 0 || lies < 0) return []
  const [from, to] = lies < belongs ? [lies, belongs] : [belongs, lies]
  return segments.slice(from + 1, to + 1).map(({ baseOffset }) => baseOffset)
}

export function misplacedText({ file, firstOffset, lastOffset }: Misplaced): string {
  return (
    `${basename(file)} holds offsets ${firstOffset} to ${lastOffset} where nobody finds them, and no other segment has ` +
    `all of them (${segmentFileName('log', firstOffset)} would be the name of a log that begins with them); ` +
    'kbroker dump tells what each segment holds: put the files under their right names, or one of them aside, and repair again'
  )
}

export const OVERLAPS = 'segments overlap, and a broker does not put that in order'

/** Whether a cut would leave a log that ends before what it holds. */
export function overlaps({ lost, joined }: CureReport): boolean {
  if (joined.length > 0) return true
  return lost.some(({ places }) =>
    places.some(({ file, repeated }) => {
      const base = parseSegmentFileName(basename(file))?.baseOffset ?? 0n
      return repeated !== undefined && repeated.firstOffset < base
    }),
  )
}
