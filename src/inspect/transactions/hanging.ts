/**
 * Whether a transaction that is open in a partition will ever end: whether the coordinator, when it runs, knows that it
 * owes the partition a marker.
 *
 * | verdict          | the coordinator's log                                                | hanging |
 * |------------------|----------------------------------------------------------------------|---------|
 * | ongoing          | has it under way, with the partition                                 |         |
 * | ending           | has it decided, with the partition: the marker is on its way         |         |
 * | overdue          | has it under way for longer than its timeout and five minutes: a     |         |
 * |                  | coordinator would have aborted it, and will once it runs             |         |
 * | not-involved     | knows the producer, but no transaction of it with the partition      | yes     |
 * | unknown-producer | does not know the producer                                           | yes     |
 * | undecided        | does not know the producer, but parts of the topic may be elsewhere  |         |
 *
 * Source: org.apache.kafka.tools.TransactionsCommand.FindHangingTransactionsCommand#filterHangingTransactions
 */
import type { Transaction } from '../../coordinator/transaction-state-records.ts'
import type { NamedPartition } from '../internal-topics/partitions-here.ts'
import type { KnownTransaction } from './transactions-source.ts'

export type Verdict =
  'ongoing' | 'ending' | 'overdue' | 'not-involved' | 'unknown-producer' | 'undecided'

const HANGING: ReadonlySet<Verdict> = new Set(['not-involved', 'unknown-producer'])

export function isHanging(verdict: Verdict): boolean {
  return HANGING.has(verdict)
}

/** A coordinator looks for transactions to abort every ten seconds; minutes late, it does not look at all. */
const GRACE_MS = 300_000n

export interface JudgedPartition extends NamedPartition {
  /** What the coordinator's log knows of the producer. */
  readonly known: KnownTransaction | undefined
  /** Whether all of the coordinator's topic is known to be here. */
  readonly isWhole: boolean
  /** Milliseconds since 1970. */
  readonly nowMs: bigint
}

export function judge({ known, isWhole, nowMs, ...partition }: JudgedPartition): Verdict {
  if (known === undefined) return isWhole ? 'unknown-producer' : 'undecided'
  const { transaction } = known
  if (!involves(transaction, partition)) return 'not-involved'
  if (transaction.state !== 'Ongoing') return 'ending'
  const { startTimestamp, timeoutMs } = transaction
  const isOverdue = startTimestamp >= 0n && nowMs - startTimestamp > BigInt(timeoutMs) + GRACE_MS
  return isOverdue ? 'overdue' : 'ongoing'
}

function involves({ partitions }: Transaction, { topic, partition }: NamedPartition): boolean {
  return partitions.some(other => other.topic === topic && other.partition === partition)
}
