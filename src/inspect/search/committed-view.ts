/**
 * What a consumer that reads committed records only is shown of a partition: nothing of aborted transactions, and
 * nothing from the first one on that is still open. The high watermark is left out of account: offline, a checkpoint
 * knows it only as it was seconds before the broker stopped.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#fetchLastStableOffsetMetadata
 */
import type { Disk } from '../../disk/disk.ts'
import { logEndOffset } from '../offsets/log-bounds.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { abortedTransactions } from '../transactions/aborted-transactions.ts'
import { partitionTransactions } from '../transactions/partition-transactions.ts'
import { AbortedRanges } from './aborted-ranges.ts'

export interface CommittedView {
  /** Exclusive: where reading committed records ends. */
  readonly lastStableOffset: bigint
  readonly aborted: AbortedRanges
  /** Files that were left aside, and why. */
  readonly notices: readonly string[]
}

/** @throws DiskError where a log can't be read */
export function readCommittedView(disk: Disk, log: PartitionLog): CommittedView {
  const notices = new Set<string>()
  const notice = (message: string) => notices.add(message)
  const logEnd = logEndOffset(disk, log)
  const aborted = AbortedRanges.of(abortedTransactions(disk, log, logEnd, notice))
  const { lastStableOffset } = partitionTransactions(disk, log, logEnd, notice)
  return { lastStableOffset, aborted, notices: [...notices] }
}
