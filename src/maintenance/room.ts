/** How much room logs take that are written anew. */

/** Two indexes have 20 bytes for each 4096 of a log. */
const INDEX_PART = 128
/** Of blocks that are not full. */
const SLACK_BYTES = 65_536

/** With their indexes. @param count of the logs */
export function bytesWithIndexes(logBytes: number, count = 1): number {
  return logBytes + Math.ceil(logBytes / INDEX_PART) + count * SLACK_BYTES
}
