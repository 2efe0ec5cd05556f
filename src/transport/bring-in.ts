import type { NodeFile } from '../disk/node-disk.ts'
import { type ByteRange, isReadAtOnce } from '../disk/page-cache.ts'
import { pooledRead } from '../disk/pooled-read.ts'
import type { TransferCounts } from './transfer-counts.ts'

/** What is read into it nobody looks at; several threads may write there at once. */
let scratch = Buffer.alloc(0)

/**
 * Brings a range into the page cache by the thread pool, where it isn't there: whoever then touches it need not wait for
 * the disk. Undefined where nobody need wait.
 */
export function bringIn(
  file: NodeFile,
  { position, size }: ByteRange,
  counts: TransferCounts,
): Promise<unknown> | undefined {
  if (isReadAtOnce(file.fd, position, size)) return undefined
  counts.coldCount++
  if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(size)
  return pooledRead(file, scratch.subarray(0, size), position)
}
