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
  const length = bytes.length
  let hash = SEED ^ length
  const wordsEnd = length & ~3
  for (let at = 0; at < wordsEnd; at += 4) {
    let k = Math.imul(bytes.readInt32LE(at), M)
    k = Math.imul(k ^ (k >>> R), M)
    hash = Math.imul(hash, M) ^ k
  }
  if (length > wordsEnd) {
    for (let at = length - 1; at >= wordsEnd; at--) hash ^= bytes[at]! << ((at - wordsEnd) * 8)
    hash = Math.imul(hash, M)
  }
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}

/** Where the default partitioner sends a keyed record. */
export function partitionForKey(key: Buffer, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount
}
