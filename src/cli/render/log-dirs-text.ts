/** What log.dirs hold: as tables, as JSON, and as kafka-log-dirs prints it. */
import {
  recoveryLagOf,
  topicTotals,
  totalsOf,
  type LogDirTotals,
  type TopicTotals,
} from '../../inspect/log-dir-accounts/account-totals.ts'
import type { KafkaLogDir } from '../../inspect/log-dir-accounts/kafka-log-dirs.ts'
import type {
  LeftoverAccount,
  LogDirAccount,
  PartitionAccount,
} from '../../inspect/log-dir-accounts/log-dir-account.ts'
import type { Colour } from '../colour.ts'
import { jsonText } from '../json-text.ts'
import { byteCount } from './byte-count.ts'
import { tableLines, type Column } from './table.ts'

export interface LogDirsTableOptions {
  readonly by: 'dir' | 'topic' | 'partition'
  readonly sortBySize: boolean
  /** Exact figures in place of KiB and GiB. */
  readonly exactBytes: boolean
}

type Bytes = (bytes: number | bigint | undefined) => string | undefined

export function logDirsTable(
  accounts: readonly LogDirAccount[],
  { by, sortBySize, exactBytes }: LogDirsTableOptions,
  colour: Colour,
): string[] {
  const bytes: Bytes = count => {
    if (count === undefined) return undefined
    return exactBytes ? String(count) : byteCount(count)
  }
  if (by === 'topic') {
    const topics = sorted(topicTotals(accounts), sortBySize, ({ logBytes }) => logBytes)
    return tableLines(topicColumns(bytes), topics, colour)
  }
  if (by === 'partition') {
    const partitions = accounts.flatMap(each => each.partitions)
    const rows = sorted(partitions, sortBySize, ({ logBytes }) => logBytes)
    return tableLines(partitionColumns(bytes), rows, colour)
  }
  const dirs = sorted(totalsOf(accounts), sortBySize, ({ logBytes }) => logBytes)
  const leftovers = accounts.flatMap(each => each.leftovers)
  return [
    ...tableLines(dirColumns(bytes), dirs, colour),
    ...(leftovers.length === 0
      ? []
      : ['', ...tableLines(leftoverColumns(bytes), leftovers, colour)]),
  ]
}

/** Largest first. */
function sorted<T>(rows: readonly T[], bySize: boolean, size: (row: T) => number): readonly T[] {
  return bySize ? [...rows].sort((a, b) => size(b) - size(a)) : rows
}

function dirColumns(bytes: Bytes): Column<LogDirTotals>[] {
  return [
    { name: 'LOG-DIR', cell: row => row.account.path },
    { name: 'BROKER', align: 'right', cell: row => row.account.broker },
    { name: 'STATE', cell: row => row.account.state },
    { name: 'TOPICS', align: 'right', cell: row => row.topicCount },
    { name: 'PARTITIONS', align: 'right', cell: row => row.partitionCount },
    { name: 'SEGMENTS', align: 'right', cell: row => row.segmentCount },
    { name: 'LOGS', align: 'right', cell: row => bytes(row.logBytes) },
    { name: 'ON-DISK', align: 'right', cell: row => bytes(row.allocatedBytes) },
    { name: 'SKEW', align: 'right', cell: row => percent(row.skew) },
    { name: 'FREE', align: 'right', cell: row => bytes(row.account.space?.usableBytes) },
    { name: 'TOTAL', align: 'right', cell: row => bytes(row.account.space?.totalBytes) },
    { name: 'UNFLUSHED', align: 'right', cell: row => row.unflushedOffsets },
    { name: 'TO-RECOVER', align: 'right', cell: row => bytes(row.recoveryBytes) },
    { name: 'LEFTOVERS', align: 'right', cell: row => bytes(row.leftoverBytes) },
  ]
}

function percent(share: number | undefined): string | undefined {
  if (share === undefined) return undefined
  return `${share < 0 ? '' : '+'}${Math.round(share * 100)}%`
}

function topicColumns(bytes: Bytes): Column<TopicTotals>[] {
  return [
    { name: 'TOPIC', cell: row => row.topic },
    { name: 'PARTITIONS', align: 'right', cell: row => row.partitionCount },
    { name: 'SEGMENTS', align: 'right', cell: row => row.segmentCount },
    { name: 'LOGS', align: 'right', cell: row => bytes(row.logBytes) },
    { name: 'ON-DISK', align: 'right', cell: row => bytes(row.allocatedBytes) },
  ]
}

function partitionColumns(bytes: Bytes): Column<PartitionAccount>[] {
  return [
    { name: 'TOPIC', cell: row => row.topic },
    { name: 'PARTITION', align: 'right', cell: row => row.partition },
    { name: 'SEGMENTS', align: 'right', cell: row => row.segmentCount },
    { name: 'LOGS', align: 'right', cell: row => bytes(row.logBytes) },
    { name: 'ON-DISK', align: 'right', cell: row => bytes(row.allocatedBytes) },
    { name: 'START', align: 'right', cell: row => row.logStartOffset },
    { name: 'END', align: 'right', cell: row => row.logEndOffset },
    { name: 'UNFLUSHED', align: 'right', cell: recoveryLagOf },
    { name: 'TO-RECOVER', align: 'right', cell: row => bytes(row.recoveryBytes) },
    { name: 'FUTURE', cell: row => (row.isFuture ? 'future' : '') },
    { name: 'PATH', cell: row => row.path },
  ]
}

function leftoverColumns(bytes: Bytes): Column<LeftoverAccount>[] {
  return [
    { name: 'LEFTOVER', cell: row => row.why },
    { name: 'ON-DISK', align: 'right', cell: row => bytes(row.bytes) },
    { name: 'PATH', cell: row => row.path },
  ]
}

/** Everything, a line each: dirs, topics, partitions, leftovers. */
export function* logDirsJson(accounts: readonly LogDirAccount[]): Generator<string> {
  for (const totals of totalsOf(accounts)) yield dirJson(totals)
  for (const { topic, partitionCount, segmentCount, logBytes, allocatedBytes } of topicTotals(
    accounts,
  )) {
    const partitions = partitionCount
    const segments = segmentCount
    yield jsonText({ kind: 'topic', topic, partitions, segments, logBytes, allocatedBytes })
  }
  for (const { path: logDir, partitions } of accounts) {
    for (const partition of partitions) yield partitionJson(logDir, partition)
  }
  for (const { path: logDir, leftovers } of accounts) {
    for (const { path, why, bytes } of leftovers) {
      yield jsonText({ kind: 'leftover', logDir, why, bytes, path })
    }
  }
}

function dirJson(totals: LogDirTotals): string {
  const { account } = totals
  return jsonText({
    kind: 'dir',
    logDir: account.path,
    broker: account.broker ?? null,
    clusterId: account.clusterId ?? null,
    directoryId: account.directoryId ?? null,
    state: account.state,
    topics: totals.topicCount,
    partitions: totals.partitionCount,
    segments: totals.segmentCount,
    logBytes: totals.logBytes,
    allocatedBytes: totals.allocatedBytes,
    skew: totals.skew ?? null,
    totalBytes: account.space?.totalBytes ?? null,
    freeBytes: account.space?.freeBytes ?? null,
    usableBytes: account.space?.usableBytes ?? null,
    unflushedOffsets: totals.unflushedOffsets,
    recoveryBytes: totals.recoveryBytes,
    leftoverBytes: totals.leftoverBytes,
  })
}

function partitionJson(logDir: string, account: PartitionAccount): string {
  return jsonText({
    kind: 'partition',
    logDir,
    topic: account.topic,
    partition: account.partition,
    isFuture: account.isFuture,
    segments: account.segmentCount,
    logBytes: account.logBytes,
    allocatedBytes: account.allocatedBytes,
    logStartOffset: account.logStartOffset,
    logEndOffset: account.logEndOffset ?? null,
    recoveryPoint: account.recoveryPoint ?? null,
    recoveryLag: recoveryLagOf(account) ?? null,
    recoveryBytes: account.recoveryBytes,
    path: account.path,
  })
}

/** One line, its members in Kafka's order; partitions and directories, which Kafka leaves to chance, sorted. */
export function kafkaLogDirsJson(logDirs: readonly KafkaLogDir[]): string {
  const brokers = [...new Set(logDirs.map(({ broker }) => broker))].sort((a, b) => a - b)
  return jsonText({
    brokers: brokers.map(broker => ({
      broker,
      logDirs: logDirs.filter(logDir => logDir.broker === broker).map(kafkaLogDir),
    })),
    version: 1,
  })
}

function kafkaLogDir({ path, isOffline, replicas }: KafkaLogDir) {
  return {
    partitions: replicas.map(({ topic, partition, size, offsetLag, isFuture }) => ({
      partition: `${topic}-${partition}`,
      size,
      offsetLag,
      isFuture,
    })),
    error: isOffline ? 'org.apache.kafka.common.errors.KafkaStorageException' : null,
    logDir: path,
  }
}
