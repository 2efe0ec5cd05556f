/**
 * The binary search of Kafka's indexes, cache-friendly: consumers that keep up and followers ask for the end of the
 * index, and for them only its last 8 KiB, the warm section, are looked at. The answer is that of any binary search;
 * the way to it is Kafka's, so that it can be shown.
 *
 * Source: org.apache.kafka.storage.internals.log.AbstractIndex#indexSlotRangeFor
 */
export type IndexSection = 'warm' | 'cold'

/** Sees each slot that the search looks at. */
export type OnProbe = (slot: number, section: IndexSection) => void

export interface SearchedIndex {
  readonly count: number
  readonly entrySize: number
  /** Below zero where the entry is less than what is sought, above where it is greater. */
  compare(slot: number): number
}

/** Pages that a look at both ends and the middle keeps in memory. */
const WARM_BYTES = 8192

export const NO_SLOT = -1

/** The last slot that is not greater than what is sought, or NO_SLOT. */
export function floorSlot(index: SearchedIndex, onProbe?: OnProbe): number {
  const last = index.count - 1
  if (last < 0) return NO_SLOT
  const firstWarm = Math.max(0, last - Math.floor(WARM_BYTES / index.entrySize))
  const probe = (slot: number, section: IndexSection) => {
    onProbe?.(slot, section)
    return index.compare(slot)
  }
  if (probe(firstWarm, 'warm') < 0) {
    return search(firstWarm, last, slot => probe(slot, 'warm'))
  }
  if (probe(0, 'cold') > 0) return NO_SLOT
  return search(0, firstWarm, slot => probe(slot, 'cold'))
}

function search(first: number, last: number, compare: (slot: number) => number): number {
  let low = first
  let high = last
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    const order = compare(middle)
    if (order === 0) return middle
    if (order > 0) high = middle - 1
    else low = middle
  }
  return low
}

/**
 * Where the zeros of a preallocated index begin. Slot 0 may hold zeros and be in use. Where zeros lie in the midst of
 * entries the index is damaged, and any of their ends may be the answer: whoever goes by it holds the entry that it finds
 * against the log.
 */
export function firstUnusedSlot(count: number, isUnused: (slot: number) => boolean): number {
  if (count <= 1 || !isUnused(count - 1)) return count
  return firstSlotWhere(1, count - 1, isUnused)
}

/** The first slot from `first` on that is so, where all behind it are, too; `end` where none before it is. */
export function firstSlotWhere(
  first: number,
  end: number,
  isSo: (slot: number) => boolean,
): number {
  let low = first
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isSo(middle)) high = middle
    else low = middle + 1
  }
  return low
}
