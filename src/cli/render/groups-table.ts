/** Groups as columns: the list, their states, and what is to be known of their commits. */
import type { OffsetExpiry } from '../../inspect/groups/offset-expiry.ts'
import type { GroupOffset } from '../../inspect/groups/group-offsets.ts'
import type { GroupSummary } from '../../inspect/groups/group-summary.ts'
import type { Colour } from '../colour.ts'
import { durationText } from './duration-text.ts'
import { tableLines, type Column } from './table.ts'
import { timeText } from './time-text.ts'

const LIST: readonly Column<GroupSummary>[] = [
  { name: 'GROUP', cell: row => row.groupId },
  { name: 'TYPE', cell: row => TYPE_NAMES[row.type] },
  { name: 'PROTOCOL', cell: row => row.protocolType ?? undefined },
  { name: 'STATE', cell: row => row.state },
  { name: '#MEMBERS', align: 'right', cell: row => row.memberCount },
  { name: '#OFFSETS', align: 'right', cell: row => row.offsetCount },
  { name: '#PENDING', align: 'right', cell: row => row.pendingCount },
  { name: 'COORDINATOR-PARTITION', align: 'right', cell: row => row.partition },
]

/** As kafka-groups writes them. */
const TYPE_NAMES = {
  classic: 'Classic',
  consumer: 'Consumer',
  share: 'Share',
  streams: 'Streams',
} as const

export function groupListTable(rows: readonly GroupSummary[], colour: Colour): string[] {
  return tableLines(LIST, rows, colour)
}

const STATES: readonly Column<GroupSummary>[] = [
  { name: 'GROUP', cell: row => row.groupId },
  { name: 'COORDINATOR-PARTITION', align: 'right', cell: row => row.partition },
  { name: 'ASSIGNMENT-STRATEGY', cell: assignorOf },
  { name: 'STATE', cell: row => row.state },
  { name: 'GROUP-EPOCH', align: 'right', cell: row => row.epoch },
  { name: 'TARGET-ASSIGNMENT-EPOCH', align: 'right', cell: row => row.assignmentEpoch },
  { name: '#MEMBERS', align: 'right', cell: row => row.memberCount },
  { name: 'SINCE', cell: row => row.timestamp && timeText(row.timestamp) },
  { name: 'LEADER', cell: row => row.leader ?? undefined },
]

export function groupStateTable(rows: readonly GroupSummary[], colour: Colour): string[] {
  return tableLines(STATES, rows, colour)
}

/** @param nowMs what ages are counted to, milliseconds since 1970 */
export function groupCommitsTable(
  rows: readonly GroupOffset[],
  nowMs: bigint,
  colour: Colour,
): string[] {
  const columns: readonly Column<GroupOffset>[] = [
    { name: 'GROUP', cell: row => row.groupId },
    { name: 'TOPIC', cell: row => row.topic },
    { name: 'PARTITION', align: 'right', cell: row => row.partition },
    { name: 'OFFSET', align: 'right', cell: row => row.committed?.offset },
    { name: 'LAG', align: 'right', cell: row => row.lag },
    { name: 'LOG', cell: row => row.place },
    { name: 'LEADER-EPOCH', align: 'right', cell: row => row.committed?.leaderEpoch },
    { name: 'COMMITTED', cell: row => row.committed && timeText(row.committed.commitTimestamp) },
    {
      name: 'AGE',
      align: 'right',
      cell: row => row.committed && durationText(nowMs - row.committed.commitTimestamp),
    },
    { name: 'EXPIRES', cell: row => row.expiry && expiryText(row.expiry) },
    { name: 'PENDING', cell: row => pendingText(row) },
    { name: 'METADATA', cell: row => row.committed?.metadata },
  ]
  return tableLines(columns, rows, colour)
}

function expiryText(expiry: OffsetExpiry): string {
  return expiry.kind === 'at' ? timeText(expiry.timestamp) : `not: ${HELD_BY[expiry.by]}`
}

const HELD_BY = {
  subscription: 'subscribed',
  transaction: 'in a transaction',
  members: 'has members',
} as const

function pendingText({ pending }: GroupOffset): string {
  return pending.map(({ offset, producerId }) => `${offset} by producer ${producerId}`).join(', ')
}

/** Where members of the newer kinds name none, the broker takes the first of its configuration: uniform by default. */
function assignorOf({ assignor, type }: GroupSummary): string | undefined {
  return assignor ?? (type === 'classic' ? undefined : "(broker's)")
}
