/**
 * What a start has to do to a log, by the names of its files and the checkpoints of its log.dir alone: which segments it
 * reads again, and what it removes. What comes of the reading only reading tells.
 *
 * | a broker reads                                     | when                                                  |
 * |----------------------------------------------------|-------------------------------------------------------|
 * | the segment that holds the recovery point, and all behind it | the log.dir was not shut down cleanly; always, of the cluster's metadata |
 * | a segment without its offset index                 | always                                                |
 * | a segment whose transaction index is another's     | always                                                |
 *
 * Source: org.apache.kafka.storage.internals.log.LogLoader
 */
import { SMALL_FILE_BYTES_MAX } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type { Leftover } from '../../log/partition-directory.ts'
import { floorSegment, type Segment } from '../../log/segment.ts'
import { TransactionIndex } from '../../log/transaction-index.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'

export interface StartWork {
  readonly reads: readonly SegmentToRead[]
  /** Files of deletions and compactions that a crash cut off; removed, or put in place. */
  readonly leftovers: readonly Leftover[]
}

/** Of its log, and no more: thousands of segments are remembered so. */
export interface SegmentToRead {
  /** Of the file. */
  readonly name: string
  readonly size: number
  readonly why: 'unclean-shutdown' | 'no-index' | 'transaction-index'
}

export function startWork(disk: Disk, log: PartitionLog): StartWork {
  const { segments, directory, recoveryPointCheckpoint = 0n } = log
  const isTrusted = log.isClean && directory.topic !== METADATA_TOPIC
  const first = isTrusted
    ? segments.length
    : Math.max(0, floorSegment(segments, recoveryPointCheckpoint))
  const reads = segments.flatMap((segment, slot): SegmentToRead[] => {
    const { name, size } = segment.log
    if (slot >= first) return [{ name, size, why: 'unclean-shutdown' }]
    if (segment.index === undefined) return [{ name, size, why: 'no-index' }]
    return hasMisplacedAborts(disk, segment) ? [{ name, size, why: 'transaction-index' }] : []
  })
  const leftovers = directory.leftovers.filter(({ why }) => REMOVED.has(why))
  return { reads, leftovers }
}

const REMOVED: ReadonlySet<Leftover['why']> = new Set([
  'deleted',
  'cleaned',
  'swap',
  'orphan-index',
])

function hasMisplacedAborts(disk: Disk, { txnIndex, baseOffset }: Segment): boolean {
  if (txnIndex === undefined || txnIndex.size === 0) return false
  if (txnIndex.size > SMALL_FILE_BYTES_MAX) return false
  return new TransactionIndex(disk.readWhole(txnIndex.path)).isMisplaced(baseOffset)
}
