/**
 * Reads a log from an offset: the answer is where the bytes lie, whole batches of one segment, the first of which may
 * begin before the offset.
 *
 * Source: org.apache.kafka.storage.internals.log.LocalLog#read, LogSegment#read
 */
import { assertNever, RefusedError } from '../base/errors.ts'
import type { FileRegion } from '../disk/file-region.ts'
import { BatchScanner } from './batch-scanner.ts'
import { firstSlotWhere } from './index-search.ts'
import type { LogSegment } from './log-segment.ts'
import type { BatchLocation } from './offset-lookup.ts'
import { floorSegment } from './segment.ts'
import type { AbortedTransaction } from './transaction-index.ts'

export type Isolation = 'log-end' | 'high-watermark' | 'committed'

export interface ReadOptions {
  readonly isolation: Isolation
  /** Bytes at most. */
  readonly bytesMax: number
  /** Whether a first batch larger than that is read all the same, so that a reader gets on. */
  readonly atLeastOneBatch?: boolean
}

export interface LogRead {
  /** Absent where there is nothing to read. */
  readonly region?: FileRegion
  /** Of the first batch; the offset asked for where there is none. */
  readonly baseOffset: bigint
  /** For readers of committed data: whose records in the region they skip. */
  readonly aborted: readonly AbortedTransaction[]
}

export interface ReadableLog {
  readonly name: string
  readonly segments: readonly LogSegment[]
  /** Of what is here, and not in a remote storage. */
  readonly logStartOffset: bigint
  readonly endOffset: bigint
  readonly highWatermark: bigint
  readonly lastStableOffset: bigint
}

/** @throws RefusedError OFFSET_OUT_OF_RANGE */
export function readLog(log: ReadableLog, offset: bigint, options: ReadOptions): LogRead {
  checkRange(log, offset)
  const nothing: LogRead = { baseOffset: offset, aborted: [] }
  const bound = boundOf(log, options.isolation)
  if (offset >= bound) return nothing
  const { segments } = log
  for (let slot = floorSegment(segments, offset); slot < segments.length; slot++) {
    const segment = segments[slot]!
    const first = segment.find(offset)
    if (first === undefined) continue
    const end = endPosition(segments, slot, bound, log.endOffset)
    const size = wholeBatches(segment, first, end, options)
    if (size === 0) return nothing
    const region = { path: segment.logPath, position: first.position, size }
    const { baseOffset } = first
    if (options.isolation !== 'committed') return { region, baseOffset, aborted: [] }
    return { region, baseOffset, aborted: abortedIn(log, slot, offset, region) }
  }
  return nothing
}

function checkRange({ name, logStartOffset, endOffset }: ReadableLog, offset: bigint): void {
  if (offset >= logStartOffset && offset <= endOffset) return
  const request = `Received request for offset ${offset} for partition ${name}`
  const range =
    offset < logStartOffset ? `starting from offset: ${logStartOffset}` : `upto ${endOffset}`
  const text = `${request}, but we only have log segments ${range}.`
  throw new RefusedError('OFFSET_OUT_OF_RANGE', text)
}

function boundOf(log: ReadableLog, isolation: Isolation): bigint {
  switch (isolation) {
    case 'log-end':
      return log.endOffset
    case 'high-watermark':
      return log.highWatermark
    case 'committed':
      return log.lastStableOffset
    default:
      return assertNever(isolation)
  }
}

/** Of what may be read of the segment. */
function endPosition(
  segments: readonly LogSegment[],
  slot: number,
  bound: bigint,
  endOffset: bigint,
): number {
  const segment = segments[slot]!
  const next = segments[slot + 1]
  if (bound === endOffset || (next !== undefined && next.baseOffset <= bound)) return segment.size
  return segment.find(bound)?.position ?? segment.size
}

/** Header by header, as a reader can't use a part of a batch. */
function wholeBatches(
  segment: LogSegment,
  first: BatchLocation,
  end: number,
  { bytesMax, atLeastOneBatch = false }: ReadOptions,
): number {
  const { position } = first
  if (position >= end) return 0
  if (end - position <= bytesMax) return end - position
  const limit = Math.min(end, position + bytesMax)
  const size = wholeBatchesUpTo(segment, position, limit)
  return size === 0 && atLeastOneBatch ? first.size : size
}

const HEADERS_WINDOW_SIZE = 4096

function wholeBatchesUpTo(segment: LogSegment, position: number, limit: number): number {
  const near = segment.offsetIndex
  const from = near === undefined ? position : Math.max(position, lastIndexedBefore(near, limit))
  const windowSize = HEADERS_WINDOW_SIZE
  const scanner = new BatchScanner(segment.log, { from, end: limit, windowSize })
  while (scanner.next() !== undefined) continue
  return scanner.position - position
}

interface Positions {
  readonly usedCount: number
  entryAt(slot: number): { readonly position: number }
}

/** Where a batch begins not far before `limit`; 0 where the index knows none. */
function lastIndexedBefore(index: Positions, limit: number): number {
  const behind = firstSlotWhere(0, index.usedCount, slot => index.entryAt(slot).position > limit)
  return behind === 0 ? 0 : index.entryAt(behind - 1).position
}

/** Up to the first offset behind the region that the index knows. */
function abortedIn(
  log: ReadableLog,
  slot: number,
  fetchOffset: bigint,
  region: FileRegion,
): AbortedTransaction[] {
  const { segments } = log
  const upperBound = offsetBehind(log, slot, region.position + region.size)
  const found: AbortedTransaction[] = []
  for (const segment of segments.slice(slot)) {
    const { transactions, complete } = segment.aborted({ fetchOffset, upperBound })
    found.push(...transactions)
    if (complete) break
  }
  return found
}

function offsetBehind(log: ReadableLog, slot: number, position: number): bigint {
  const index = log.segments[slot]!.offsetIndex
  if (index !== undefined) {
    const { usedCount } = index
    const next = firstSlotWhere(0, usedCount, at => index.entryAt(at).position >= position)
    if (next < usedCount) return index.entryAt(next).offset
  }
  return log.segments[slot + 1]?.baseOffset ?? log.endOffset
}
