/** The entries of the indexes of a segment, each held against the log beside it. */
import { CorruptDataError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { DiskFile } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import type { OffsetIndex } from '../../log/offset-index.ts'
import type { TimeIndex, TimestampOffset } from '../../log/time-index.ts'
import { BATCH_OVERHEAD } from '../../record/batch-v2.ts'
import { eachRecord } from '../../record/records.ts'
import type { DumpSink } from './dump-sink.ts'
import type { DumpSummary } from './dump-summary.ts'

export interface IndexDumpContext {
  readonly sink: DumpSink
  readonly summary: DumpSummary
  readonly limits: DecodeLimits
  /** The index file as named, and in the summary. */
  readonly path: string
  readonly absolutePath: string
  readonly log: DiskFile
  /** The largest batch that an offset index entry may lead to. */
  readonly messageSizeMax: number
}

/** A look at a header or two; bodies are loaded only where timestamps have to be compared. */
const LOOK_SIZE = 4096

export function dumpOffsetIndex(index: OffsetIndex, context: IndexDumpContext): void {
  const { sink, summary, log, path, absolutePath } = context
  for (let slot = 0; slot < index.count; slot++) {
    const entry = index.entryAt(slot)
    if (isPreallocated(entry, slot, index)) return
    const scanner = scan(context, entry.position, entry.position + context.messageSizeMax)
    const batch = entry.position < 0 ? undefined : scanner.next()
    if (batch === undefined) {
      const error = pointsNowhere(path, slot, entry.position, log.size())
      sink.failure({ path, position: error.damage.position, error })
    } else if (batch.lastOffset !== entry.offset) {
      summary.pairsOf(summary.indexMismatches, absolutePath).add(entry.offset, batch.lastOffset)
    }
    sink.indexEntry(entry)
  }
}

export function dumpTimeIndex(
  timeIndex: TimeIndex,
  index: OffsetIndex,
  context: IndexDumpContext,
): void {
  let previousTimestamp = -1n
  for (let slot = 0; slot < timeIndex.count; slot++) {
    const entry = timeIndex.entryAt(slot)
    if (isPreallocated(entry, slot, timeIndex)) return
    compareWithLog(entry, previousTimestamp, index, context)
    context.sink.timeIndexEntry(entry)
    previousTimestamp = entry.timestamp
  }
}

function compareWithLog(
  entry: TimestampOffset,
  previousTimestamp: bigint,
  index: OffsetIndex,
  context: IndexDumpContext,
): void {
  const { summary, absolutePath, path, sink } = context
  const scanner = scan(context, Math.max(0, index.floor(entry.offset).position), Infinity)
  let batch = scanner.next()
  while (batch !== undefined && batch.lastOffset < entry.offset) batch = scanner.next()
  if (batch === undefined || batch.lastOffset !== entry.offset) {
    const notFound = { indexed: entry.offset, found: batch?.lastOffset ?? -1n }
    summary.listOf(summary.offsetsNotFound, absolutePath).push(notFound)
    return
  }
  try {
    const greatest = greatestTimestamp(scanner, context.limits)
    if (greatest !== entry.timestamp) {
      const pair = { indexed: entry.timestamp, other: greatest }
      summary.listOf(summary.timestampMismatches, absolutePath).push(pair)
    }
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error
    const placed = error.in(context.log.path, scanner.position)
    sink.failure({ path, position: scanner.position, error: placed })
  }
  if (previousTimestamp >= entry.timestamp) {
    const pair = { indexed: entry.timestamp, other: previousTimestamp }
    summary.listOf(summary.outOfOrderTimestamps, absolutePath).push(pair)
  }
}

function greatestTimestamp(scanner: BatchScanner, limits: DecodeLimits): bigint {
  let greatest = -1n
  for (const record of eachRecord(scanner.body(), limits)) {
    if (record.timestamp > greatest) greatest = record.timestamp
  }
  return greatest
}

/** An entry at the base offset, unless it is the first, was preallocated and never written. */
function isPreallocated(
  entry: { readonly offset: bigint },
  slot: number,
  index: { readonly baseOffset: bigint },
): boolean {
  return slot > 0 && entry.offset === index.baseOffset
}

function scan({ log, limits }: IndexDumpContext, from: number, end: number): BatchScanner {
  return new BatchScanner(log, { from, end, limits, windowSize: LOOK_SIZE })
}

function pointsNowhere(
  path: string,
  slot: number,
  position: number,
  logSize: number,
): CorruptDataError {
  return new CorruptDataError({
    file: path,
    position: slot * 8,
    reason: 'the index entry leads to no whole batch',
    found: `position ${position}`,
    expected: `the beginning of a batch, 0 to ${logSize - BATCH_OVERHEAD}`,
  })
}
