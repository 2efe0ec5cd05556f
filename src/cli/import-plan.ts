/** What an import would do to each partition; the same whether it comes of lines or of a folder. */
import { UsageError } from '../base/errors.ts'
import type { PartitionPlace, StagedPartition } from '../maintenance/import/staged-partition.ts'
import type { ImportTarget, TargetPartition } from './import-cluster.ts'
import type { Expiry } from './import-retention.ts'

export interface ImportPlan {
  readonly target: ImportTarget
  readonly partitions: readonly PlannedPartition[]
  readonly places: readonly PartitionPlace[]
  readonly stage: () => Promise<readonly StagedPartition[]>
  /** What is good to know. */
  readonly notices: readonly string[]
  /** What a broker's next check would delete. */
  readonly expiries: readonly Expiry[]
  /** What is wrong with what is imported, and is taken over as it is. */
  readonly damages: readonly string[]
}

export interface PlannedPartition {
  readonly partition: number
  readonly logDir: string
  /** Undefined where only the writing tells. */
  readonly records: number | undefined
  readonly firstOffset: bigint
  /** Inclusive. */
  readonly lastOffset: bigint
  readonly into: 'new partition' | 'empty partition' | 'end of partition'
}

/** A transaction that has records among what is imported, and no end. */
export interface LeftOpen {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstOffset: bigint
}

/** Only the coordinator that began it would end it; in another cluster or topic there is none. */
export function leftOpenNotice(
  name: string,
  { producerId, producerEpoch, firstOffset }: LeftOpen,
): string {
  return (
    `${name}: the transaction of producer ${producerId}, epoch ${producerEpoch}, from offset ${firstOffset} ` +
    'is open, and what is imported does not end it: where no coordinator knows it, it hangs, and holds ' +
    'readers of committed data, and compaction, back'
  )
}

/** @throws UsageError where the topic has no such partition */
export function targetPartition(
  { topic, partitions }: ImportTarget,
  number: number,
): TargetPartition {
  const found = partitions.find(({ partition }) => partition === number)
  if (found !== undefined) return found
  const last = partitions.length - 1
  const range = last === 0 ? 'only 0' : `0 to ${last}`
  throw new UsageError(`there is no partition ${number} of ${topic}: it has ${range}`)
}

export function intoOf({ log }: TargetPartition): PlannedPartition['into'] {
  if (log === undefined) return 'new partition'
  return log.isEmpty ? 'empty partition' : 'end of partition'
}

/** A consumer that has seen a later epoch takes the cluster's word, of an earlier one, for old news. */
export function refuseLaterEpoch(
  { topic }: ImportTarget,
  { partition, leaderEpoch }: TargetPartition,
  imported: number,
): void {
  if (imported <= leaderEpoch) return
  throw new UsageError(
    `what is imported was led up to epoch ${imported}, and the cluster's ${topic}-${partition} is ` +
      `at ${leaderEpoch}: consumers would not follow it back; import it as a new topic`,
  )
}
