/** The records of partitions as a consumer is shown them: partition by partition, or merged by time. */
import { considerate } from '../../disk/considerate-disk.ts'
import type { Disk } from '../../disk/disk.ts'
import { mergeByTime } from './merge-by-time.ts'
import type { PartitionCursor } from './partition-cursor.ts'
import { PartitionReader, type ConsumedPartition, type ConsumeOptions } from './partition-reader.ts'

/** Takes the record that the cursor stands on; false where no more are wanted. */
export type TakeRecord = (cursor: PartitionCursor) => boolean

/** What is there. */
export function consume(
  disk: Disk,
  partitions: readonly ConsumedPartition[],
  options: ConsumeOptions,
  take: TakeRecord,
): void {
  const reader = new PartitionReader(considerate(disk), partitions.length, options)
  const cursors = reader.cursorsOf(partitions)
  if (options.order === 'by time' && partitions.length > 1) {
    mergeByTime([...cursors], take)
    return
  }
  for (const cursor of cursors) {
    while (cursor.next()) {
      if (take(cursor)) continue
      cursor.rest()
      return
    }
    cursor.rest()
  }
}
