/**
 * The segment that a lookup ended in: how long it took to fill, what its indexes take, how far the lookup had to go behind
 * the entry it began at, and how far it would have had to under other intervals. For those the batches before the one
 * found are indexed anew: from the segment's beginning where that is near, else from an entry well before, which the other
 * intervals then are taken to have as well.
 */
import { assertNever } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { IndexRule } from '../../log/index-rule.ts'
import { OFFSET_INDEX_ENTRY, type OffsetPosition } from '../../log/offset-index.ts'
import { withSegment, type OpenSegment } from '../../log/open-segment.ts'
import type { Segment } from '../../log/segment.ts'
import { TIME_INDEX_ENTRY, type TimestampOffset } from '../../log/time-index.ts'
import { localLogStartOffset } from '../offsets/log-bounds.ts'
import { segmentFill, type SegmentFill } from '../offsets/segment-fill.ts'
import { timedSegments } from '../offsets/segment-timestamps.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import type { FoundRecord, LookupQuery, LookupReport, SegmentStep } from './lookup-report.ts'

export interface FoundSegment {
  /** Of its log. */
  readonly bytes: number
  /** Whether another follows it in the partition. */
  readonly isFull: boolean
  /** Undefined where its first batch has no timestamp. */
  readonly fill: SegmentFill | undefined
  readonly indexes: IndexSizes | undefined
  /** From the index entry, or where else the lookup began, to the batch. */
  readonly scannedBytes: number
  readonly indexIntervalBytes: number
  /** Under half and twice the interval; none where there is no index, or it was left aside. */
  readonly otherIntervals: readonly IntervalScan[]
}

export interface IndexSizes {
  readonly offsetEntries: number
  readonly timeEntries: number
  readonly bytes: number
  /** Of log, for each entry of the offset index; undefined where there is none. */
  readonly bytesPerEntry: number | undefined
}

export interface IntervalScan {
  readonly indexIntervalBytes: number
  readonly scannedBytes: number
  /** Whether the batches were indexed anew from the segment's beginning on. */
  readonly isExact: boolean
}

/** Batches are indexed anew from so many entries before the one that was found. */
const ENTRIES_BACK = 64

/**
 * Undefined where nothing was found.
 *
 * @param indexIntervalBytes of the topic
 * @throws DiskError
 */
export function foundSegment(
  disk: Disk,
  log: PartitionLog,
  { found, query, way }: Pick<LookupReport, 'found' | 'query' | 'way'>,
  indexIntervalBytes: number,
): FoundSegment | undefined {
  const step = way.steps.findLast(({ file, scan }) => file === found?.file && scan !== undefined)
  const segment = log.segments.find(({ log: { path } }) => path === found?.file)
  if (found === undefined || step?.scan === undefined || segment === undefined) return undefined
  const { from } = step.scan
  const { offset, timestamp } = targetOf(log, query, found)
  return withSegment(disk, segment, open => ({
    bytes: segment.log.size,
    isFull: segment.baseOffset !== log.directory.segments.at(-1)?.baseOffset,
    fill: fillOf(disk, log, segment),
    indexes: indexSizes(open),
    scannedBytes: found.position - from,
    indexIntervalBytes,
    otherIntervals: otherIntervals(open, step, indexIntervalBytes, {
      position: found.position,
      offset,
      timestamp,
    }),
  }))
}

interface Target {
  /** That was looked for; with a time, where the log begins. */
  readonly offset: bigint
  /** Where a time was looked for. */
  readonly timestamp: bigint | undefined
}

/** The greatest timestamp is looked for by the offset of its record. */
function targetOf(log: PartitionLog, query: LookupQuery, { record, batch }: FoundRecord): Target {
  switch (query.kind) {
    case 'offset':
      return { offset: query.offset, timestamp: undefined }
    case 'timestamp':
      return { offset: localLogStartOffset(log), timestamp: query.timestamp }
    case 'max-timestamp':
      return { offset: record?.offset ?? batch.baseOffset, timestamp: undefined }
    default:
      return assertNever(query)
  }
}

function fillOf(disk: Disk, log: PartitionLog, segment: Segment): SegmentFill | undefined {
  for (const timed of timedSegments(disk, log)) {
    if (timed.segment === segment) return segmentFill(disk, timed)
  }
  return undefined
}

function indexSizes({ offsetIndex, timeIndex, segment }: OpenSegment): IndexSizes | undefined {
  if (offsetIndex === undefined) return undefined
  const offsetEntries = offsetIndex.usedCount
  const timeEntries = timeIndex?.usedCount ?? 0
  return {
    offsetEntries,
    timeEntries,
    bytes: offsetEntries * OFFSET_INDEX_ENTRY.size + timeEntries * TIME_INDEX_ENTRY.size,
    bytesPerEntry: offsetEntries === 0 ? undefined : segment.log.size / offsetEntries,
  }
}

interface FoundAt extends Target {
  readonly position: number
}

function otherIntervals(
  open: OpenSegment,
  { index, indexDamage }: SegmentStep,
  indexIntervalBytes: number,
  found: FoundAt,
): IntervalScan[] {
  if (index === undefined || indexDamage !== undefined) return []
  const slot = index.slot - ENTRIES_BACK
  const from = slot < 0 ? 0 : (open.offsetIndex?.entryAt(slot).position ?? 0)
  return [Math.floor(indexIntervalBytes / 2), indexIntervalBytes * 2].flatMap(interval => {
    if (interval === indexIntervalBytes) return []
    const scannedBytes = scannedUnder(open, interval, { ...found, from })
    return scannedBytes === undefined
      ? []
      : [{ indexIntervalBytes: interval, scannedBytes, isExact: from === 0 }]
  })
}

/**
 * As the index would have it, and with a time to look for, the time index before it. Undefined where the batches don't
 * lead to the one found: damage lies between, or an entry leads astray.
 */
function scannedUnder(
  open: OpenSegment,
  interval: number,
  { from, position, offset, timestamp }: FoundAt & { readonly from: number },
): number | undefined {
  const end = timestamp === undefined ? position : Infinity
  const entries = indexedAnew(open, interval, { from, position, end })
  if (entries === undefined) return undefined
  const { offsets, times } = entries
  const isEarly = (entry: TimestampOffset) =>
    timestamp !== undefined && entry.timestamp <= timestamp
  const indexed = times.findLast(isEarly)?.offset ?? offset
  const target = indexed > offset ? indexed : offset
  return position - (offsets.findLast(entry => entry.offset <= target)?.position ?? from)
}

interface EntriesAnew {
  readonly offsets: readonly OffsetPosition[]
  readonly times: readonly TimestampOffset[]
}

/**
 * The entries up to the next one behind `position`: the greatest timestamp of the batch there may stand in that. None for
 * batches behind `end`.
 */
function indexedAnew(
  { log, baseOffset }: OpenSegment,
  interval: number,
  {
    from,
    position,
    end,
  }: { readonly from: number; readonly position: number; readonly end: number },
): EntriesAnew | undefined {
  if (from < 0) return undefined
  const rule = new IndexRule(baseOffset, interval)
  const scanner = new BatchScanner(log, { from })
  const offsets: OffsetPosition[] = []
  const times: TimestampOffset[] = []
  let isMet = false
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    if (scanner.position > end) break
    isMet ||= scanner.position === position
    if (!rule.add(batch, scanner.position - from)) continue
    offsets.push({ offset: batch.lastOffset, position: scanner.position })
    if (rule.takeTime()) times.push(rule.greatest)
    if (scanner.position > position) return isMet ? { offsets, times } : undefined
  }
  if (rule.takeTime()) times.push(rule.greatest)
  return isMet ? { offsets, times } : undefined
}
