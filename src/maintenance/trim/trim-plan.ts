/**
 * What shortening a log takes away: its end, or its beginning.
 *
 * | at the end (`truncate`)                                                                                    |
 * |------------------------------------------------------------------------------------------------------------|
 * | the batch that holds the offset goes as a whole, and all behind it                                         |
 * | the log ends behind the last batch that is kept, where a broker finds its end when it starts               |
 * | never before its start, though: a segment begins there then, and offsets of deleted records are not reused |
 * | where the log ends before the offset nothing goes: that may be within a batch that went before              |
 *
 * | at the beginning (`delete-records`)                                                                        |
 * |------------------------------------------------------------------------------------------------------------|
 * | the log start offset goes up, in the middle of a batch if need be                                          |
 * | segments that hold nothing else go; the active one stays                                                   |
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#truncateTo, #maybeIncrementLogStartOffset
 */
import { basename } from 'node:path'
import { RefusedError } from '../../base/errors.ts'
import { DEFAULT_DECODE_LIMITS } from '../../base/limits.ts'
import type { LogSegment } from '../../log/log-segment.ts'
import { searchOffsetIndex, startScan } from '../../log/offset-lookup.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import { floorSegment } from '../../log/segment.ts'
import { countRecords, type RecordCounts, type SegmentPart } from './record-counts.ts'

export type TrimAction = 'truncate' | 'delete-records'

export interface TrimPlan extends RecordCounts {
  readonly action: TrimAction
  /** That was asked for. */
  readonly offset: bigint
  readonly before: LogRange
  readonly after: LogRange
  /** Whether what is kept lies below the start of the log, so that a segment has to begin there. */
  readonly needsRoll: boolean
  /** Of batches, on the disk. */
  readonly bytes: number
  /** What goes of the log's files: the whole of each, but for the one that is cut. */
  readonly parts: readonly TrimmedPart[]
  /** Where the active segment begins afterwards. */
  readonly activeBase: bigint
}

export interface LogRange {
  readonly logStartOffset: bigint
  readonly logEndOffset: bigint
}

export interface TrimmedPart extends SegmentPart {
  readonly file: string
  /** Of its first batch: what a file of its own would be named by. */
  readonly baseOffset: bigint
  readonly bytes: number
  /** Whether the segment stays, up to `position`. */
  readonly isCut: boolean
}

/** @throws RefusedError OFFSET_OUT_OF_RANGE */
export function planTrim(log: PartitionLog, action: TrimAction, offset: bigint): TrimPlan {
  const { name, logStartOffset, localLogStartOffset, endOffset } = log
  if (offset < logStartOffset && action === 'truncate') {
    throw outOfRange(`${name} can't be truncated to ${offset}: it begins at ${logStartOffset}`)
  }
  if (offset < localLogStartOffset && action === 'truncate') {
    const where = `what lies before ${localLogStartOffset} is in its remote storage`
    throw outOfRange(`${name} can't be truncated to ${offset}: ${where}`)
  }
  if (offset > endOffset && action === 'delete-records') {
    throw outOfRange(`${name} has no offset ${offset}: it ends at ${endOffset}`)
  }
  return action === 'truncate' ? planTruncation(log, offset) : planDeletion(log, offset)
}

function planTruncation(log: PartitionLog, offset: bigint): TrimPlan {
  const { segments, logStartOffset, endOffset } = log
  const before = { logStartOffset, logEndOffset: endOffset }
  if (offset >= endOffset) return unchanged(log, 'truncate', offset)
  const at = floorSegment(segments, offset)
  const cut = cutOf(segments[at]!, offset)
  const needsRoll = cut.nextOffset < logStartOffset
  const logEndOffset = needsRoll ? logStartOffset : cut.nextOffset
  return {
    action: 'truncate',
    offset,
    before,
    after: { logStartOffset, logEndOffset },
    needsRoll,
    activeBase: segments[at]!.baseOffset,
    ...taken([cut.part, ...segments.slice(at + 1).map(wholePart)], {
      from: logEndOffset,
      to: endOffset,
    }),
  }
}

function planDeletion(log: PartitionLog, offset: bigint): TrimPlan {
  const { segments, logStartOffset, endOffset } = log
  if (offset <= logStartOffset) return unchanged(log, 'delete-records', offset)
  const first = Math.max(0, floorSegment(segments, offset))
  const parts = segments.slice(0, first).map(wholePart)
  const range = { from: logStartOffset, to: offset }
  const touched = segments.slice(0, first + 1).map(segment => ({ segment, position: 0 }))
  return {
    action: 'delete-records',
    offset,
    before: { logStartOffset, logEndOffset: endOffset },
    after: { logStartOffset: offset, logEndOffset: endOffset },
    needsRoll: false,
    activeBase: segments.at(-1)!.baseOffset,
    ...taken(parts, range, touched),
  }
}

/** Of a log from which nothing is to be taken. */
function unchanged(log: PartitionLog, action: TrimAction, offset: bigint): TrimPlan {
  const { logStartOffset, endOffset, segments } = log
  const range = { logStartOffset, logEndOffset: endOffset }
  const activeBase = segments.at(-1)!.baseOffset
  const nothing = taken([], { from: 0n, to: 0n })
  return { action, offset, before: range, after: range, needsRoll: false, activeBase, ...nothing }
}

/** @param counted in which records are counted, where that is more than what goes from the disk */
function taken(
  parts: readonly TrimmedPart[],
  range: { readonly from: bigint; readonly to: bigint },
  counted: readonly SegmentPart[] = parts,
) {
  const withBytes = parts.filter(({ bytes, isCut }) => bytes > 0 || !isCut)
  const bytes = withBytes.reduce((sum, part) => sum + part.bytes, 0)
  return { parts: withBytes, bytes, ...countRecords(counted, range, DEFAULT_DECODE_LIMITS) }
}

/** @returns also the offset behind the last batch that is kept */
function cutOf(segment: LogSegment, offset: bigint) {
  const { baseOffset, size, offsetIndex } = segment
  const position = segment.find(offset)?.position ?? size
  const index = offsetIndex && searchOffsetIndex(offsetIndex, offset - 1n)
  const { scanner } = startScan(segment, index)
  let nextOffset = baseOffset
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    if (scanner.position >= position) break
    nextOffset = batch.lastOffset + 1n
  }
  const part = { segment, file: fileOf(segment), position, bytes: size - position, isCut: true }
  return { nextOffset, part: { ...part, baseOffset: nextOffset } }
}

function wholePart(segment: LogSegment): TrimmedPart {
  const { baseOffset, size: bytes } = segment
  return { segment, file: fileOf(segment), position: 0, baseOffset, bytes, isCut: false }
}

function fileOf({ logPath }: LogSegment): string {
  return basename(logPath)
}

function outOfRange(message: string): RefusedError {
  return new RefusedError('OFFSET_OUT_OF_RANGE', message)
}
