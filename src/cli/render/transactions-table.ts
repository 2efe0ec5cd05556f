/** Transactions as columns: what the coordinator knows, what is open in the logs, what was aborted. */
import type {
  AbortedInPartition,
  OpenInPartition,
} from '../../inspect/transactions/open-in-partitions.ts'
import type { KnownTransaction } from '../../inspect/transactions/transactions-source.ts'
import type { Colour } from '../colour.ts'
import { durationText } from './duration-text.ts'
import { tableLines, type Column } from './table.ts'
import { timeText } from './time-text.ts'

const KNOWN: readonly Column<KnownTransaction>[] = [
  { name: 'TRANSACTIONAL-ID', cell: row => row.transactionalId },
  { name: 'PRODUCER-ID', align: 'right', cell: row => row.transaction.producerId },
  { name: 'EPOCH', align: 'right', cell: row => row.transaction.producerEpoch },
  { name: 'STATE', cell: row => row.transaction.state },
  { name: 'TIMEOUT', align: 'right', cell: row => durationText(BigInt(row.transaction.timeoutMs)) },
  { name: 'STARTED', cell: row => momentText(row.transaction.startTimestamp) },
  { name: 'UPDATED', cell: row => momentText(row.transaction.lastUpdateTimestamp) },
  { name: 'COORDINATOR-PARTITION', align: 'right', cell: row => row.partition },
  { name: 'PARTITIONS', cell: row => partitionsText(row) },
]

export function knownTable(rows: readonly KnownTransaction[], colour: Colour): string[] {
  return tableLines(KNOWN, rows, colour)
}

/** @param nowMs what ages are counted to, milliseconds since 1970 */
export function openTable(
  rows: readonly OpenInPartition[],
  nowMs: bigint,
  colour: Colour,
): string[] {
  const columns: readonly Column<OpenInPartition>[] = [
    { name: 'TOPIC', cell: row => row.topic },
    { name: 'PARTITION', align: 'right', cell: row => row.partition },
    { name: 'PRODUCER-ID', align: 'right', cell: row => row.producerId },
    { name: 'EPOCH', align: 'right', cell: row => row.producerEpoch },
    { name: 'COORDINATOR-EPOCH', align: 'right', cell: row => row.coordinatorEpoch },
    { name: 'FIRST-OFFSET', align: 'right', cell: row => row.firstOffset },
    { name: 'LOG-END-OFFSET', align: 'right', cell: row => row.logEndOffset },
    { name: 'HOLDS-BACK', align: 'right', cell: row => heldBack(row) },
    { name: 'LAST-WRITE', cell: row => momentText(row.lastTimestamp) },
    {
      name: 'AGE',
      align: 'right',
      cell: row => (row.since === undefined ? undefined : durationText(nowMs - row.since)),
    },
    { name: 'TRANSACTIONAL-ID', cell: row => row.known?.transactionalId },
    { name: 'VERDICT', cell: row => row.verdict },
  ]
  return tableLines(columns, rows, colour)
}

const ABORTED: readonly Column<AbortedInPartition>[] = [
  { name: 'TOPIC', cell: row => row.topic },
  { name: 'PARTITION', align: 'right', cell: row => row.partition },
  { name: 'PRODUCER-ID', align: 'right', cell: row => row.producerId },
  { name: 'FIRST-OFFSET', align: 'right', cell: row => row.firstOffset },
  { name: 'MARKER-OFFSET', align: 'right', cell: row => row.lastOffset },
  { name: 'TRANSACTIONAL-ID', cell: row => row.known?.transactionalId },
]

export function abortedTable(rows: readonly AbortedInPartition[], colour: Colour): string[] {
  return tableLines(ABORTED, rows, colour)
}

/** Offsets that readers of committed records wait for, because of this one. */
export function heldBack(row: OpenInPartition): bigint | undefined {
  return row.isHoldingBack ? row.logEndOffset - row.lastStableOffset : undefined
}

function momentText(timestamp: bigint): string | undefined {
  return timestamp < 0n ? undefined : timeText(timestamp)
}

function partitionsText({ transaction: { partitions } }: KnownTransaction): string {
  return partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(',')
}
