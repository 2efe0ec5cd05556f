/** The offset below which every transaction is decided: where reading committed records ends. */
import type { Disk } from '../../disk/disk.ts'
import { partitionTransactions } from '../transactions/partition-transactions.ts'
import type { PartitionLog } from './partition-log.ts'

/** @throws DiskError where a log can't be read */
export function lastStableOffset(disk: Disk, log: PartitionLog, logEndOffset: bigint): bigint {
  return partitionTransactions(disk, log, logEndOffset).lastStableOffset
}
