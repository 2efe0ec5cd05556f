/** The entries of the indexes of a segment, each held against the log beside it. */
import { CorruptDataError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { DiskFile } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import {
  OFFSET_INDEX_ENTRY,
  type OffsetIndex,
  type OffsetPosition,
} from '../../log/offset-index.ts'
import type { TimeIndex, TimestampOffset } from '../../log/time-index.ts'
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
  const { sink, summary, log, absolutePath } = context
  const logSize = log.size()
  let firstUntold = 0
  let astray = 0
  for (let slot = 0; slot < index.count; slot++) {
    const entry = index.entryAt(slot)
    if (isPreallocated(entry, slot, index)) break
    const { offset, position } = entry
    const isWithin = position >= 0 && position < logSize
    const end = position + context.messageSizeMax
    const batch = isWithin ? scan(context, position, end).next() : undefined
    if (batch === undefined) {
      if (astray < ASTRAY_TOLD) failAstray(entry, slot, logSize, context)
      else if (astray === ASTRAY_TOLD) firstUntold = slot
      astray++
    } else if (batch.lastOffset !== offset) {
      summary.pairsOf(summary.indexMismatches, absolutePath).add(offset, batch.lastOffset)
    }
    sink.indexEntry(entry)
  }
  const untold = astray - ASTRAY_TOLD
  if (untold > 0) failOthersAstray({ firstSlot: firstUntold, count: untold }, context)
}

export function dumpTimeIndex(
  timeIndex: TimeIndex,
  index: OffsetIndex,
  context: IndexDumpContext,
): void {
  const comparison = new TimeIndexComparison(index, context)
  for (let slot = 0; slot < timeIndex.count; slot++) {
    const entry = timeIndex.entryAt(slot)
    if (isPreallocated(entry, slot, timeIndex)) return
    comparison.compare(entry)
    context.sink.timeIndexEntry(entry)
  }
}

class TimeIndexComparison {
  readonly #index: OffsetIndex
  readonly #context: IndexDumpContext
  #previousTimestamp = -1n
  #misses = 0
  /** Asked once many entries were not found: a garbage index must not cost a walk through the log for each. */
  #lastOffsetMax: bigint | undefined

  constructor(index: OffsetIndex, context: IndexDumpContext) {
    this.#index = index
    this.#context = context
  }

  compare(entry: TimestampOffset): void {
    const { summary, absolutePath } = this.#context
    const scanner = this.#find(entry.offset)
    const found = scanner?.header().lastOffset ?? -1n
    if (scanner === undefined || found !== entry.offset) {
      summary.listOf(summary.offsetsNotFound, absolutePath).push({ indexed: entry.offset, found })
    } else {
      this.#compareTimestamps(entry, scanner)
    }
    this.#previousTimestamp = entry.timestamp
  }

  /** At the first batch, from where the offset index leads to, that reaches the offset. */
  #find(offset: bigint): BatchScanner | undefined {
    if (this.#lastOffsetMax !== undefined && offset > this.#lastOffsetMax) return undefined
    const from = Math.max(0, this.#index.floor(offset).position)
    const scanner = scan(this.#context, from, Infinity)
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      if (batch.lastOffset >= offset) return scanner
    }
    this.#misses++
    if (this.#misses === WALKED_IN_VAIN) {
      this.#lastOffsetMax = greatestLastOffset(scan(this.#context, 0, Infinity))
    }
    return undefined
  }

  #compareTimestamps(entry: TimestampOffset, scanner: BatchScanner): void {
    const { summary, absolutePath, path, sink, limits, log } = this.#context
    try {
      const greatest = greatestTimestamp(scanner, limits)
      if (greatest !== entry.timestamp) {
        const pair = { indexed: entry.timestamp, other: greatest }
        summary.listOf(summary.timestampMismatches, absolutePath).push(pair)
      }
    } catch (error) {
      if (!(error instanceof CorruptDataError)) throw error
      const { position } = scanner
      sink.failure({ path, position, error: error.in(log.path, position) })
    }
    if (this.#previousTimestamp >= entry.timestamp) {
      const pair = { indexed: entry.timestamp, other: this.#previousTimestamp }
      summary.listOf(summary.outOfOrderTimestamps, absolutePath).push(pair)
    }
  }
}

/** Where damage hides what lies behind it, each walk may find something else: these many are made in any case. */
const WALKED_IN_VAIN = 1000

function greatestLastOffset(scanner: BatchScanner): bigint {
  let greatest = -1n
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    if (batch.lastOffset > greatest) greatest = batch.lastOffset
  }
  return greatest
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

/** Of a file that is no index at all, a hundred complaints are enough. */
const ASTRAY_TOLD = 100

function failAstray(
  entry: OffsetPosition,
  slot: number,
  logSize: number,
  { path, sink }: IndexDumpContext,
): void {
  const position = slot * OFFSET_INDEX_ENTRY.size
  const error = new CorruptDataError({
    file: path,
    position,
    reason: 'the index entry leads to no whole batch',
    found: `position ${entry.position}`,
    expected: `the beginning of a batch in a log of ${logSize} bytes`,
  })
  sink.failure({ path, position, error })
}

function failOthersAstray(
  { firstSlot, count }: { readonly firstSlot: number; readonly count: number },
  { path, sink }: IndexDumpContext,
): void {
  const position = firstSlot * OFFSET_INDEX_ENTRY.size
  const error = new CorruptDataError({
    file: path,
    position,
    reason: 'more index entries that lead to no whole batch',
    found: `${count} from here on`,
    expected: 'none',
  })
  sink.failure({ path, position, error })
}
