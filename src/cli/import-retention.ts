/**
 * What a broker's retention leaves of an import: records keep their timestamps, and what is older than the topic is to
 * keep, or more, goes at the broker's next check.
 */
import type { Disk } from '../disk/disk.ts'
import type { PartitionLog } from '../inspect/offsets/partition-log.ts'
import { readRetainedLog } from '../inspect/retention/retained-log.ts'
import { planRetention, type RetentionReason } from '../log/retention-policy.ts'
import { byteCount } from './render/byte-count.ts'
import type { ConfigSource, TopicRetention } from './topic-retention.ts'

export type ExpiryReason = Exclude<RetentionReason, 'log-start'>

/** Of a partition, by one of its configs. */
export interface Expiry {
  readonly partition: number
  readonly reason: ExpiryReason
  readonly config: {
    readonly name: string
    readonly value: bigint
    readonly source: ConfigSource
  }
  readonly what: ExpiringSegments | ExpiringLines
}

/** Of the import, or there before it: the oldest make room for what comes behind them. */
export interface ExpiringSegments {
  readonly kind: 'segments'
  readonly count: number
  readonly bytes: number
  readonly firstOffset: bigint
  /** Inclusive. */
  readonly lastOffset: bigint
}

/** Of lines, which have no segments before they are written. */
export interface ExpiringLines {
  readonly kind: 'lines'
  /** By time, those that are older; by size, all. */
  readonly records: number
  /** Before compression; by size, with what is in the partition already. */
  readonly bytes: number
}

export interface ImportedLog {
  readonly partition: number
  readonly log: PartitionLog
  /** Of what is imported. */
  readonly firstOffset: bigint
}

/** What went by time before the import is none of its business. */
export function expiringSegments(
  disk: Disk,
  { partition, log, firstOffset }: ImportedLog,
  retention: TopicRetention,
  nowMs: number,
): Expiry[] {
  // A copy is written now, whenever its original was.
  const segments = log.segments.map(each => ({ ...each, log: { ...each.log, mtimeMs: nowMs } }))
  const retained = readRetainedLog(disk, { ...log, segments }, true)
  const { expired } = planRetention(retained, retention.config, BigInt(nowMs))
  const due = expired.map(({ segment, reason }, at) => {
    const endOffset = retained.segments[at + 1]?.baseOffset ?? retained.logEndOffset
    return { ...segment, reason, endOffset }
  })
  return (['size', 'time'] as const).flatMap(reason => {
    const own = due.filter(each => each.reason === reason)
    const told = reason === 'size' ? own : own.filter(each => each.endOffset > firstOffset)
    const [first, last] = [told[0], told.at(-1)]
    if (first === undefined || last === undefined) return []
    const what = {
      kind: 'segments' as const,
      count: told.length,
      bytes: told.reduce((sum, { size }) => sum + size, 0),
      firstOffset: first.baseOffset,
      lastOffset: last.endOffset - 1n,
    }
    return [{ partition, reason, config: configOf(reason, retention), what }]
  })
}

export interface LinesToRetain {
  readonly partition: number
  /** That are older than is kept, and their bytes. */
  readonly older: { readonly count: number; readonly bytes: number }
  readonly all: { readonly count: number; readonly bytes: number }
  /** That are in the partition already. */
  readonly bytesBefore: number
}

export function expiringLines(
  { partition, older, all, bytesBefore }: LinesToRetain,
  retention: TopicRetention,
): Expiry[] {
  const expiry = (reason: ExpiryReason, records: number, bytes: number): Expiry => {
    const what = { kind: 'lines' as const, records, bytes }
    return { partition, reason, config: configOf(reason, retention), what }
  }
  const { deletes, isRemote, retentionBytes } = retention.config
  const bytes = all.bytes + bytesBefore
  const isTooMuch = deletes && !isRemote && retentionBytes >= 0n && bytes > retentionBytes
  return [
    ...(isTooMuch ? [expiry('size', all.count, bytes)] : []),
    ...(older.count > 0 ? [expiry('time', older.count, older.bytes)] : []),
  ]
}

/** Records before it are older than the topic keeps them; none are where it keeps all. */
export function oldestKeptMs({ config }: TopicRetention, nowMs: number): number {
  const { deletes, isRemote, retentionMs } = config
  return deletes && !isRemote && retentionMs >= 0n ? nowMs - Number(retentionMs) : -Infinity
}

export function expiryNotice(topic: string, { partition, reason, config, what }: Expiry): string {
  const name = `${topic}-${partition}`
  const by = `${config.name}=${config.value} (${config.source})`
  const bytes = byteCount(what.bytes)
  if (what.kind === 'segments') {
    const { count, firstOffset, lastOffset } = what
    const segments = count === 1 ? '1 segment' : `${count} segments`
    return (
      `${name}: a broker's next check deletes offsets ${firstOffset} to ${lastOffset} ` +
      `(${segments}, ${bytes}): ${WHY[reason]} ${by}`
    )
  }
  if (reason === 'size') {
    return (
      `${name}: with what is imported, ${bytes} before compression, it may have more than ${by}: ` +
      "a broker's next check deletes its oldest segments then"
    )
  }
  const records = what.records === 1 ? '1 record is' : `${what.records} records are`
  return (
    `${name}: ${records} older than ${by}: a broker's next check deletes them, but for those that ` +
    'have a younger one before them, or in their segment'
  )
}

const WHY: Readonly<Record<ExpiryReason, string>> = { size: 'more than', time: 'older than' }

function configOf(reason: ExpiryReason, { config, sources }: TopicRetention): Expiry['config'] {
  const name = reason === 'time' ? 'retention.ms' : 'retention.bytes'
  const value = reason === 'time' ? config.retentionMs : config.retentionBytes
  return { name, value, source: sources[name] }
}
