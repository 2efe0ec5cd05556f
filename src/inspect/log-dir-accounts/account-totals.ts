/** Sums over log.dirs and topics, and how evenly a broker's log.dirs are filled. */
import type { LogDirAccount, PartitionAccount } from './log-dir-account.ts'

export interface LogDirTotals {
  readonly account: LogDirAccount
  readonly topicCount: number
  readonly partitionCount: number
  readonly segmentCount: number
  readonly logBytes: number
  readonly allocatedBytes: number
  readonly leftoverBytes: number
  /** Offsets behind the recovery points, of all partitions: not known to be on disk. */
  readonly unflushedOffsets: bigint
  readonly recoveryBytes: number
  /** How far its log bytes are from the mean of its broker's log.dirs: 0.5 is half as much again. */
  readonly skew: number | undefined
}

export interface TopicTotals {
  readonly topic: string
  readonly partitionCount: number
  readonly segmentCount: number
  readonly logBytes: number
  readonly allocatedBytes: number
}

export function totalsOf(accounts: readonly LogDirAccount[]): LogDirTotals[] {
  return accounts.map(account => {
    const { partitions, leftovers, broker } = account
    const logBytes = sumOf(partitions, ({ logBytes }) => logBytes)
    const siblings = accounts.filter(other => other.broker === broker)
    return {
      account,
      topicCount: new Set(partitions.map(({ topic }) => topic)).size,
      partitionCount: partitions.length,
      segmentCount: sumOf(partitions, ({ segmentCount }) => segmentCount),
      logBytes,
      allocatedBytes: sumOf(partitions, ({ allocatedBytes }) => allocatedBytes),
      leftoverBytes: sumOf(leftovers, ({ bytes }) => bytes),
      unflushedOffsets: partitions.reduce((sum, each) => sum + (recoveryLagOf(each) ?? 0n), 0n),
      recoveryBytes: sumOf(partitions, ({ recoveryBytes }) => recoveryBytes),
      skew: skewAmong(siblings, logBytes),
    }
  })
}

/** Of all log.dirs together; sorted by name. */
export function topicTotals(accounts: readonly LogDirAccount[]): TopicTotals[] {
  const byTopic = new Map<string, PartitionAccount[]>()
  for (const partition of accounts.flatMap(({ partitions }) => partitions)) {
    const known = byTopic.get(partition.topic)
    if (known === undefined) byTopic.set(partition.topic, [partition])
    else known.push(partition)
  }
  const totals = [...byTopic].map(([topic, partitions]) => ({
    topic,
    partitionCount: partitions.length,
    segmentCount: sumOf(partitions, ({ segmentCount }) => segmentCount),
    logBytes: sumOf(partitions, ({ logBytes }) => logBytes),
    allocatedBytes: sumOf(partitions, ({ allocatedBytes }) => allocatedBytes),
  }))
  return totals.sort((a, b) => (a.topic < b.topic ? -1 : 1))
}

/** Undefined where no checkpoint knows the partition, or nobody its end. */
export function recoveryLagOf(partition: PartitionAccount): bigint | undefined {
  const { recoveryPoint, logEndOffset } = partition
  if (recoveryPoint === undefined || logEndOffset === undefined) return undefined
  return recoveryPoint < logEndOffset ? logEndOffset - recoveryPoint : 0n
}

function skewAmong(siblings: readonly LogDirAccount[], logBytes: number): number | undefined {
  if (siblings.length < 2) return undefined
  const total = sumOf(siblings, ({ partitions }) => sumOf(partitions, each => each.logBytes))
  return total === 0 ? 0 : (logBytes * siblings.length) / total - 1
}

function sumOf<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0)
}
