/** What the transaction coordinator knows: `__transaction_state` replayed. The newest record of an id holds. */
import type { Disk } from '../../disk/disk.ts'
import {
  decodeTransactionRecord,
  type Transaction,
  type TransactionRecord,
} from '../../coordinator/transaction-state-records.ts'
import { NO_PRODUCER_ID } from '../../record/batch.ts'
import { readClusterTopics } from '../internal-topics/cluster-topics.ts'
import { coordinatorTopic, type CoordinatorTopic } from '../internal-topics/coordinator-place.ts'
import { replayCoordinator } from '../internal-topics/coordinator-replay.ts'
import { PartitionsHere, type ReadOptions } from '../internal-topics/partitions-here.ts'

export const TRANSACTION_STATE_TOPIC = '__transaction_state'

export interface TransactionsSource {
  readonly coordinator: CoordinatorTopic
  readonly partitions: PartitionsHere
  /** Sorted by id. */
  readonly transactions: readonly KnownTransaction[]
  /** By the id of a producer that it has, or had. */
  readonly byProducer: ReadonlyMap<bigint, KnownTransaction>
}

/** A transactional id, and the last of its transactions. */
export interface KnownTransaction {
  readonly transactionalId: string
  readonly transaction: Transaction
  /** Of the coordinator's topic, where its records are. */
  readonly partition: number
}

export function readTransactionsSource(
  disk: Disk,
  logDirs: readonly string[],
  options: ReadOptions,
): TransactionsSource {
  const partitions = new PartitionsHere(disk, logDirs, options)
  const cluster = readClusterTopics(disk, partitions, options.problem)
  const coordinator = coordinatorTopic(TRANSACTION_STATE_TOPIC, partitions, cluster)
  const transactions = coordinator.here.flatMap(partition =>
    replayed(disk, partitions, partition, options),
  )
  transactions.sort((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1))
  return { coordinator, partitions, transactions, byProducer: producersOf(transactions) }
}

function replayed(
  disk: Disk,
  partitions: PartitionsHere,
  partition: number,
  options: ReadOptions,
): KnownTransaction[] {
  const known = new Map<string, KnownTransaction>()
  const named = { topic: TRANSACTION_STATE_TOPIC, partition }
  replayCoordinator<TransactionRecord>(disk, partitions, named, {
    ...options,
    decode: decodeTransactionRecord,
    apply: ({ transactionalId, transaction }) => {
      if (transaction === null) known.delete(transactionalId)
      else known.set(transactionalId, { transactionalId, transaction, partition })
    },
  })
  return [...known.values()]
}

/** A producer's present id goes before one that another has left behind. */
function producersOf(transactions: readonly KnownTransaction[]): Map<bigint, KnownTransaction> {
  const byProducer = new Map<bigint, KnownTransaction>()
  for (const known of transactions) {
    const { previousProducerId, nextProducerId } = known.transaction
    byProducer.set(previousProducerId, known).set(nextProducerId, known)
  }
  for (const known of transactions) byProducer.set(known.transaction.producerId, known)
  byProducer.delete(NO_PRODUCER_ID)
  return byProducer
}
