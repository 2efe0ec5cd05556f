/** Transactions as lines of JSON; `kind` says which. */
import { abortCommand } from '../../inspect/transactions/abort-command.ts'
import { isHanging } from '../../inspect/transactions/hanging.ts'
import type {
  AbortedInPartition,
  OpenInPartition,
} from '../../inspect/transactions/open-in-partitions.ts'
import type { KnownTransaction } from '../../inspect/transactions/transactions-source.ts'
import { jsonText } from '../json-text.ts'
import { heldBack } from './transactions-table.ts'

export function knownJson({ transactionalId, transaction, partition }: KnownTransaction): string {
  return jsonText({
    kind: 'transactional-id',
    transactionalId,
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    previousProducerId: known(transaction.previousProducerId),
    nextProducerId: known(transaction.nextProducerId),
    state: transaction.state,
    timeoutMs: transaction.timeoutMs,
    startTimestamp: known(transaction.startTimestamp),
    lastUpdateTimestamp: known(transaction.lastUpdateTimestamp),
    clientTransactionVersion: transaction.clientTransactionVersion,
    partitions: transaction.partitions.map(({ topic, partition }) => ({ topic, partition })),
    coordinatorPartition: partition,
  })
}

export function openJson(row: OpenInPartition): string {
  return jsonText({
    kind: 'open',
    topic: row.topic,
    partition: row.partition,
    producerId: row.producerId,
    producerEpoch: row.producerEpoch,
    coordinatorEpoch: row.coordinatorEpoch,
    firstOffset: row.firstOffset,
    lastStableOffset: row.lastStableOffset,
    logEndOffset: row.logEndOffset,
    heldBack: heldBack(row) ?? null,
    lastTimestamp: known(row.lastTimestamp),
    since: row.since ?? null,
    transactionalId: row.known?.transactionalId ?? null,
    verdict: row.verdict,
    hanging: isHanging(row.verdict),
    abortCommand: abortCommand(row) ?? null,
  })
}

export function abortedJson(row: AbortedInPartition): string {
  return jsonText({
    kind: 'aborted',
    topic: row.topic,
    partition: row.partition,
    producerId: row.producerId,
    firstOffset: row.firstOffset,
    markerOffset: row.lastOffset,
    transactionalId: row.known?.transactionalId ?? null,
  })
}

/** Kafka writes −1 for what there is not. */
function known(value: bigint): bigint | null {
  return value < 0n ? null : value
}
