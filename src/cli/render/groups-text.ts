/**
 * Groups as kafka-consumer-groups --describe prints them, a table for each: padding, blank lines and all, so that what
 * reads the one reads the other. Share groups come as kafka-share-groups prints them.
 *
 * Source: org.apache.kafka.tools.consumer.group.ConsumerGroupCommand#printOffsets, #printMembers,
 * ShareGroupCommand#printOffsets
 */
import type { AssignedPartition } from '../../inspect/groups/group-assignment.ts'
import { isOnlyPending, type GroupOffset } from '../../inspect/groups/group-offsets.ts'
import type { DescribedMember } from '../../inspect/groups/group-members.ts'
import type { ShareOffset } from '../../inspect/groups/share-offsets.ts'
import { cellText } from './table.ts'

/** No lines where the group has no rows, or only those that no broker tells. */
export function groupOffsetsText(offsets: readonly GroupOffset[], isVerbose: boolean): string[] {
  const rows = offsets.filter(row => !isOnlyPending(row))
  if (rows.length === 0) return []
  const columns: TextColumn<GroupOffset>[] = [
    { name: 'GROUP', width: 15, cell: row => row.groupId, grows: true },
    { name: 'TOPIC', width: 15, cell: row => row.topic, grows: true },
    { name: 'PARTITION', width: 10, cell: row => row.partition },
    ...(isVerbose ? [LEADER_EPOCH] : []),
    { name: 'CURRENT-OFFSET', width: 15, cell: row => row.committed?.offset },
    { name: 'LOG-END-OFFSET', width: 15, cell: row => row.logEndOffset },
    { name: 'LAG', width: 15, cell: row => row.lag },
    { name: 'CONSUMER-ID', width: 15, cell: row => row.member?.memberId, grows: true },
    { name: 'HOST', width: 15, cell: row => row.member?.clientHost, grows: true },
    { name: 'CLIENT-ID', width: 0, cell: row => row.member?.clientId },
  ]
  return ['', ...textLines(columns, rows)]
}

const LEADER_EPOCH: TextColumn<GroupOffset> = {
  name: 'LEADER-EPOCH',
  width: 15,
  cell: row => row.committed?.leaderEpoch,
}

export function shareOffsetsText(rows: readonly ShareOffset[], isVerbose: boolean): string[] {
  if (rows.length === 0) return []
  const columns: TextColumn<ShareOffset>[] = [
    { name: 'GROUP', width: 15, cell: row => row.groupId, grows: true },
    { name: 'TOPIC', width: 15, cell: row => row.topic, grows: true },
    { name: 'PARTITION', width: 10, cell: row => row.partition },
    ...(isVerbose ? [SHARE_LEADER_EPOCH] : []),
    { name: 'START-OFFSET', width: 13, cell: row => row.startOffset },
    { name: 'LAG', width: 0, cell: row => row.lag },
  ]
  return ['', ...textLines(columns, rows)]
}

const SHARE_LEADER_EPOCH: TextColumn<ShareOffset> = {
  name: 'LEADER-EPOCH',
  width: 13,
  cell: row => row.leaderEpoch,
}

/** The names of the columns alone where the group has no members. */
export function groupMembersText(
  members: readonly DescribedMember[],
  isVerbose: boolean,
): string[] {
  const hasInstances = members.some(({ member }) => member.instanceId !== null)
  const isMixed = [true, false].every(isClassic =>
    members.some(({ member }) => member.isClassic === isClassic),
  )
  const columns: TextColumn<DescribedMember>[] = [
    { name: 'GROUP', width: 15, cell: row => row.groupId, grows: true },
    { name: 'CONSUMER-ID', width: 15, cell: row => row.member.memberId, grows: true },
    ...(hasInstances ? [INSTANCE] : []),
    { name: 'HOST', width: 15, cell: row => row.member.clientHost, grows: true },
    { name: 'CLIENT-ID', width: 15, cell: row => row.member.clientId, grows: true },
    { name: '#PARTITIONS', width: 15, cell: row => row.owned.length },
    ...(isVerbose ? ASSIGNMENT : [END]),
    ...(isVerbose && isMixed ? [UPGRADED] : []),
  ]
  return ['', ...textLines(columns, members)]
}

const INSTANCE: TextColumn<DescribedMember> = {
  name: 'GROUP-INSTANCE-ID',
  width: 17,
  cell: row => row.member.instanceId ?? '',
  empty: '',
  grows: true,
}

const ASSIGNMENT: readonly TextColumn<DescribedMember>[] = [
  { name: 'CURRENT-EPOCH', width: 15, cell: row => row.member.epoch },
  {
    name: 'CURRENT-ASSIGNMENT',
    width: 20,
    cell: row => assignmentText(row.owned),
    grows: true,
  },
  { name: 'TARGET-EPOCH', width: 15, cell: row => row.targetEpoch },
  { name: 'TARGET-ASSIGNMENT', width: 20, cell: row => assignmentText(row.target), grows: true },
]

const UPGRADED: TextColumn<DescribedMember> = {
  name: 'UPGRADED',
  width: 0,
  cell: row => (row.member.isClassic === undefined ? undefined : String(!row.member.isClassic)),
}

/** Kafka writes a blank behind the last column. */
const END: TextColumn<DescribedMember> = { name: '', width: 0, cell: () => '', empty: '' }

/** `clicks:0,1;orders:2` */
export function assignmentText(partitions: readonly AssignedPartition[]): string {
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    const numbers = byTopic.get(topic)
    if (numbers === undefined) byTopic.set(topic, [partition])
    else numbers.push(partition)
  }
  return [...byTopic].map(([topic, numbers]) => `${topic}:${numbers.join(',')}`).join(';')
}

interface TextColumn<Row> {
  readonly name: string
  readonly width: number
  readonly cell: (row: Row) => string | number | bigint | undefined
  /** Whether the column is as wide as its widest cell. */
  readonly grows?: true
  /** What stands for nothing. */
  readonly empty?: string
}

function textLines<Row>(columns: readonly TextColumn<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map(row =>
    columns.map(({ cell, empty }) => {
      const value = cell(row)
      return empty !== undefined && value === '' ? empty : cellText(value)
    }),
  )
  const widths = columns.map(({ width, grows }, i) =>
    grows === undefined ? width : cells.reduce((max, row) => Math.max(max, row[i]!.length), width),
  )
  const line = (texts: readonly string[]) =>
    texts.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' ')
  return [line(columns.map(({ name }) => name)), ...cells.map(line)]
}
