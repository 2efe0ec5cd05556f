/**
 * Where in a segment a time is to be looked for, by its time index: no record before that offset is so late. As with
 * the offset index, an entry that contradicts the log is noted and left aside. (A broker would trust it, unless it
 * rebuilds the index as it starts.)
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment#findOffsetByTimestamp
 */
import type { Damage } from '../base/errors.ts'
import { NO_TIMESTAMP } from '../record/batch.ts'
import { NO_SLOT } from './index-search.ts'
import {
  lookupOffset,
  type IndexLookup,
  type IndexProbe,
  type SearchedSegment,
} from './offset-lookup.ts'
import type { TimeIndex, TimestampOffset } from './time-index.ts'

export interface TimeSearchedSegment extends SearchedSegment {
  readonly timeIndex?: TimeIndex | undefined
}

export interface TimeFloor {
  /** Absent where the segment has no time index. */
  readonly index?: IndexLookup<TimestampOffset>
  /** Why the index was left aside. */
  readonly damage?: Damage
  readonly offset: bigint
}

/** @param target milliseconds since 1970 */
export function timeFloor(segment: TimeSearchedSegment, target: bigint): TimeFloor {
  const { timeIndex, baseOffset } = segment
  if (timeIndex === undefined) return { offset: baseOffset }
  const index = searchTimeIndex(timeIndex, target)
  const damage = damageOfTimeEntry(segment, index)
  if (damage !== undefined) return { index, damage, offset: baseOffset }
  return { index, offset: index.entry.offset }
}

/** Whether the batch that holds the entry's offset has the entry's timestamp as its greatest. */
export function damageOfTimeEntry(
  segment: SearchedSegment,
  { slot, entry }: Pick<IndexLookup<TimestampOffset>, 'slot' | 'entry'>,
): Damage | undefined {
  if (slot === NO_SLOT) return undefined
  const { batch } = lookupOffset(segment, entry.offset)
  if (batch?.maxTimestamp === entry.timestamp) return undefined
  return {
    file: segment.log.path,
    position: batch?.position ?? 0,
    reason: `the time index leads astray with its entry ${slot}`,
    found: batch === undefined ? 'none' : `a batch with timestamp ${batch.maxTimestamp}`,
    expected: `a batch that holds offset ${entry.offset}, with timestamp ${entry.timestamp}`,
  }
}

function searchTimeIndex(timeIndex: TimeIndex, target: bigint): IndexLookup<TimestampOffset> {
  const probes: IndexProbe<TimestampOffset>[] = []
  const slot = timeIndex.floorSlot(target, (probed, section) => {
    probes.push({ slot: probed, section, entry: timeIndex.entryAt(probed) })
  })
  const beginning = { timestamp: NO_TIMESTAMP, offset: timeIndex.baseOffset }
  return { probes, slot, entry: slot === NO_SLOT ? beginning : timeIndex.entryAt(slot) }
}
