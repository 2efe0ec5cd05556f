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

/** The keys, given in order of insertion, as iteration over a `HashMap` meets them. */
export function javaHashMapOrder(keys: readonly string[]): string[] {
  let capacity = INITIAL_CAPACITY
  while (keys.length > capacity * 0.75) capacity *= 2
  const bucketOf = (key: string) => {
    const hash = javaStringHash(key)
    return (hash ^ (hash >>> 16)) & (capacity - 1)
  }
  return [...keys].sort((a, b) => bucketOf(a) - bucketOf(b))
}
