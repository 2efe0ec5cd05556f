/**
 * Segments whose offsets reach into one another so that no cure puts them in order: a broker looks for an offset in the
 * segment that its name says, and finds none of it that lies in another.
 *
 * | found                                                       | why it is not cured                                   |
 * |-------------------------------------------------------------|-------------------------------------------------------|
 * | a batch that reaches beyond where the next segment begins   | its last records could not be found                   |
 * | offsets below a segment's name that no other segment has    | they belong into another one, before what is there    |
 */
import { basename } from 'node:path'
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
      return firstOffset <= repeated.lastOffset && (lastOffset ?? firstOffset) >= repeated.firstOffset
    })
    if (missing === undefined) continue
    return (
      `${basename(file)} holds offsets ${repeated.firstOffset} to ${repeated.lastOffset}, which lie below its name, and ` +
      `no other segment has all of them; ${ADVICE}`
    )
  }
  return undefined
}

/** Whether segments hold the same offsets: a broker's recovery does not cut there, it fails. */
export function overlaps({ lost }: CureReport): boolean {
  return lost.some(({ places }) => places.some(({ repeated }) => repeated !== undefined))
}

const ADVICE =
  'kbroker dump tells what each segment holds: put the files under their right names, or one of them aside, and repair again'
