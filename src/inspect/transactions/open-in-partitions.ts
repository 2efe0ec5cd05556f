/** The transactions that are open in partitions' own logs, each held against what the coordinator's log knows. */
import { CorruptDataError, DiskError, LimitError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type {
  NamedPartition,
  PartitionHere,
  ReadOptions,
} from '../internal-topics/partitions-here.ts'
import type { AbortedRange } from '../search/aborted-ranges.ts'
import { abortedTransactions } from './aborted-transactions.ts'
import { judge, type Verdict } from './hanging.ts'
import { partitionTransactions } from './partition-transactions.ts'
import type { OpenTransaction } from './transaction-replay.ts'
import type { KnownTransaction, TransactionsSource } from './transactions-source.ts'

export interface OpenInPartition extends NamedPartition, OpenTransaction {
  readonly verdict: Verdict
  /** Undefined where the coordinator's log does not know the producer. */
  readonly known: KnownTransaction | undefined
  /** Of the partition. */
  readonly lastStableOffset: bigint
  readonly logEndOffset: bigint
  /** Whether the last stable offset waits for this one. */
  readonly isHoldingBack: boolean
  /** When the coordinator saw it begin, or else when its producer last wrote; undefined where neither is known. */
  readonly since: bigint | undefined
}

export interface PartitionChoice extends ReadOptions {
  readonly isWanted: (partition: NamedPartition) => boolean
  /** What ages are counted to, milliseconds since 1970. */
  readonly nowMs: bigint
}

/** Partition by partition, in each by first offset. */
export function* openTransactions(
  disk: Disk,
  source: TransactionsSource,
  choice: PartitionChoice,
): Generator<OpenInPartition> {
  for (const here of chosen(source, choice)) {
    const { topic, partition, log } = here
    const { logEndOffset } = log
    const found = attempt(choice, () =>
      partitionTransactions(disk, log, logEndOffset, choice.notice),
    )
    for (const transaction of found?.open ?? []) {
      const known = source.byProducer.get(transaction.producerId)
      const isWhole = source.coordinator.isKnown && source.coordinator.missing.length === 0
      const { nowMs } = choice
      const verdict = judge({ topic, partition, known, isWhole, nowMs })
      yield {
        topic,
        partition,
        ...transaction,
        verdict,
        known,
        lastStableOffset: found!.lastStableOffset,
        logEndOffset,
        isHoldingBack: transaction.firstOffset === found!.lastStableOffset,
        since: sinceOf(transaction, verdict, known),
      }
    }
  }
}

export interface AbortedInPartition extends NamedPartition, AbortedRange {
  readonly known: KnownTransaction | undefined
}

/** Partition by partition, in each by marker. */
export function* abortedInPartitions(
  disk: Disk,
  source: TransactionsSource,
  choice: PartitionChoice,
): Generator<AbortedInPartition> {
  for (const { topic, partition, log } of chosen(source, choice)) {
    const aborted = attempt(choice, () =>
      abortedTransactions(disk, log, log.logEndOffset, choice.notice),
    )
    for (const { producerId, firstOffset, lastOffset } of aborted ?? []) {
      const known = source.byProducer.get(producerId)
      yield { topic, partition, producerId, firstOffset, lastOffset, known }
    }
  }
}

/** The metadata log has transactions of its own kind, and no producers. */
function* chosen(
  { partitions }: TransactionsSource,
  { isWanted }: PartitionChoice,
): Generator<PartitionHere> {
  for (const named of partitions.all()) {
    if (named.topic === METADATA_TOPIC || !isWanted(named)) continue
    const here = partitions.open(named)
    if (here !== undefined) yield here
  }
}

function sinceOf(
  { lastTimestamp }: OpenTransaction,
  verdict: Verdict,
  known: KnownTransaction | undefined,
): bigint | undefined {
  const startTimestamp = known?.transaction.startTimestamp ?? -1n
  if (verdict !== 'not-involved' && startTimestamp >= 0n) return startTimestamp
  return lastTimestamp < 0n ? undefined : lastTimestamp
}

function attempt<T>({ problem }: ReadOptions, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const isAboutData = [CorruptDataError, DiskError, LimitError].some(
      kind => error instanceof kind,
    )
    if (!isAboutData) throw error
    problem((error as Error).message)
    return undefined
  }
}
