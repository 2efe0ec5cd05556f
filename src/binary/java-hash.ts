/**
 * Java's string hash, and the order in which a `HashMap` of strings hands out its keys: Kafka's tools print in it, and
 * its coordinators pick partitions by it.
 */
const INITIAL_CAPACITY = 16

/** A signed 32-bit number: Σ s[i]·31^(n−1−i) over UTF-16 units. */
export function javaStringHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}

/**
 * The keys, given in order of insertion, as iteration over a `HashMap` meets them that was filled by
 * `computeIfAbsent`: it puts a key before those of its bucket, where `put` goes behind them, and grows the map only at
 * the call after the one that filled it.
 *
 * @param calls of `computeIfAbsent` since the last key came in
 */
export function javaHashMapOrder(keys: readonly string[], { calls }: { calls: number }): string[] {
  const capacity = capacityFor(calls > 0 ? keys.length : keys.length - 1)
  const bucketOf = (key: string) => bucketOfHash(javaStringHash(key), capacity)
  return keys.toReversed().sort((a, b) => bucketOf(a) - bucketOf(b))
}

/**
 * Entries by a key of type long, given in order of insertion, as iteration over a `HashMap` meets them that was filled
 * by `put`.
 */
export function javaHashMapOrderOfLongs<T>(
  entries: readonly T[],
  keyOf: (entry: T) => bigint,
): T[] {
  const capacity = capacityFor(entries.length)
  const bucketOf = (entry: T) => {
    const key = keyOf(entry)
    return bucketOfHash(Number(BigInt.asIntN(32, key ^ (key >> 32n))), capacity)
  }
  return [...entries].sort((a, b) => bucketOf(a) - bucketOf(b))
}

function capacityFor(size: number): number {
  let capacity = INITIAL_CAPACITY
  while (size > capacity * 0.75) capacity *= 2
  return capacity
}

function bucketOfHash(hash: number, capacity: number): number {
  return (hash ^ (hash >>> 16)) & (capacity - 1)
}
