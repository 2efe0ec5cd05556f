/**
 * The hash by which Kafka's producers pick the partition of a key.
 *
 * Source: org.apache.kafka.common.utils.Utils#murmur2
 */
const SEED = 0x9747b28c
const M = 0x5bd1e995
const R = 24

/** A signed 32-bit hash. */
export function murmur2(bytes: Buffer): number {
  return murmur2Of(bytes, 0, bytes.length)
}

/** Of a slice. */
export function murmur2Of(bytes: Buffer, start: number, size: number): number {
  let hash = SEED ^ size
  const wordsEnd = start + (size & ~3)
  for (let at = start; at < wordsEnd; at += 4) {
    const word =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    let k = Math.imul(word, M)
    k = Math.imul(k ^ (k >>> R), M)
    hash = Math.imul(hash, M) ^ k
  }
  const end = start + size
  if (end > wordsEnd) {
    for (let at = end - 1; at >= wordsEnd; at--) hash ^= bytes[at]! << ((at - wordsEnd) * 8)
    hash = Math.imul(hash, M)
  }
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}

/** Where the default partitioner sends a keyed record. */
export function partitionForKey(key: Buffer, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount
}
