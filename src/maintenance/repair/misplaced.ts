/**
 * Segments whose offsets reach into one another so that no cure puts them in order: a broker looks for an offset in the
 * segment that its name says, and finds none of it that lies in another.
 *
 * | found                                                       | why it is not cured                                   |
 * |-------------------------------------------------------------|-------------------------------------------------------|
 * | a batch that reaches beyond where the next segment begins   | its last records could not be found                   |
 * | offsets where they can't be found, that no other has        | they belong into another one, before what is there    |
 */
import { basename } from 'node:path'
import { parseSegmentFileName } from '../../log/file-names.ts'
import type { CureReport } from './cure-report.ts'
import type { SegmentOutcome } from './segment-outcome.ts'

/** Undefined where all are in their places. @param following where the next segment begins */
export function overreach(
  { segment, nextOffset }: SegmentOutcome,
  following: bigint | undefined,
): string | undefined {
  if (following === undefined || nextOffset <= following) return undefined
  return (
    `a batch of ${segment.log.name} reaches up to offset ${nextOffset - 1n}, but the next segment begins at ` +
    `${following}: what lies between could not be found; ${ADVICE}`
  )
}

/** Of what was left out for being there already: whether it is not. */
export function misplaced({ lost }: CureReport): string | undefined {
  const places = lost.flatMap(range => range.places)
  for (const { file, repeated } of places) {
    if (repeated === undefined) continue
    const missing = lost.find(({ firstOffset, lastOffset }) => {
      if (firstOffset === undefined) return false
      return (
        firstOffset <= repeated.lastOffset && (lastOffset ?? firstOffset) >= repeated.firstOffset
      )
    })
    if (missing === undefined) continue
    return (
      `${basename(file)} holds offsets ${repeated.firstOffset} to ${repeated.lastOffset} where nobody finds them, and no ` +
      `other segment has all of them; ${ADVICE}`
    )
  }
  return undefined
}

export const OVERLAPS =
  'a segment holds offsets below its name, and a broker does not put that in order'

/** Whether a segment has what belongs before it: a cut there would leave a log that ends before what it holds. */
export function overlaps({ lost }: CureReport): boolean {
  return lost.some(({ places }) =>
    places.some(({ file, repeated }) => {
      const base = parseSegmentFileName(basename(file))?.baseOffset ?? 0n
      return repeated !== undefined && repeated.firstOffset < base
    }),
  )
}

const ADVICE =
  'kbroker dump tells what each segment holds: put the files under their right names, or one of them aside, and repair again'
