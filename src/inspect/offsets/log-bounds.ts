/**
 * Where the log of a partition begins and ends, at the cost of a few headers: the last segment's offset index tells
 * where its last batches are, and from there on they are walked.
 *
 * | the log.dir was | the end of the log is behind                                                            |
 * |-----------------|-----------------------------------------------------------------------------------------|
 * | closed cleanly  | the last whole batch                                                                    |
 * | not             | the last whole batch whose checksum holds, as a broker truncates it at its next start   |
 *
 * Damage further up, that a broker would truncate at as well, is not looked for, as that takes reading everything:
 * `verify` does that.
 *
 * Source: org.apache.kafka.storage.internals.log.LogLoader#load, LogSegment#readNextOffset
 */
import type { Damage } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import { INT64_MAX } from '../../binary/big-endian.ts'
import type { Disk } from '../../disk/disk.ts'
import type { BatchScanner } from '../../log/batch-scanner.ts'
import { NO_SLOT } from '../../log/index-search.ts'
import {
  OFFSET_INDEX_ENTRY,
  type OffsetIndex,
  type OffsetPosition,
} from '../../log/offset-index.ts'
import { searchOffsetIndex, startScan, type IndexLookup } from '../../log/offset-lookup.ts'
import { isTorn, isZeroFrom } from '../../log/open-end.ts'
import { withSegment, type OpenSegment } from '../../log/open-segment.ts'
import type { Segment } from '../../log/segment.ts'

export interface LogBounds {
  readonly logStartOffset: bigint
  /** Exclusive; never below the beginning. */
  readonly logEndOffset: bigint
}

export interface LogEnd {
  readonly logEndOffset: bigint
  /** Of the last segment: what is no batch, or none that counts. */
  readonly bytesBehind: number
  /** Why the log ends there, though its file goes on with more than a broker that died leaves. */
  readonly endDamage?: Damage
}

export interface BoundedLog {
  /** Ascending. */
  readonly segments: readonly Segment[]
  /** What the checkpoint in the log.dir says. */
  readonly logStartCheckpoint: bigint | undefined
  /** Whether its broker had time to close it. */
  readonly isClean: boolean
  /** Whether the log begins in a remote storage, below its first segment here. */
  readonly isTiered: boolean
  readonly limits: DecodeLimits
}

export function logStartOffset(log: BoundedLog): bigint {
  return log.isTiered ? (log.logStartCheckpoint ?? 0n) : localLogStartOffset(log)
}

/** Where what lies on this disk begins. */
export function localLogStartOffset({ segments, logStartCheckpoint }: BoundedLog): bigint {
  return greaterOf(segments[0]?.baseOffset ?? 0n, logStartCheckpoint ?? 0n)
}

/** @throws DiskError where the last segment can't be read */
export function logEndOffset(disk: Disk, log: BoundedLog): bigint {
  return logEnd(disk, log).logEndOffset
}

/** @throws DiskError where the last segment can't be read */
export function logBounds(disk: Disk, log: BoundedLog): LogBounds {
  return { logStartOffset: logStartOffset(log), logEndOffset: logEndOffset(disk, log) }
}

/** @throws DiskError where the last segment can't be read */
export function logEnd(disk: Disk, log: BoundedLog): LogEnd {
  const last = log.segments.at(-1)
  const start = localLogStartOffset(log)
  if (last === undefined) return { logEndOffset: start, bytesBehind: 0 }
  const end = withSegment(disk, last, open => endOf(open, log))
  return { ...end, logEndOffset: greaterOf(start, end.logEndOffset) }
}

/**
 * Behind the last batch of an open segment; its base offset where it has none. Where not even the batch of the last index
 * entry counts, the scan begins at the entry before, and so on.
 */
function endOf(open: OpenSegment, log: BoundedLog): LogEnd {
  const { offsetIndex } = open
  const last = offsetIndex && searchOffsetIndex(offsetIndex, INT64_MAX)
  for (let index = last; index !== undefined; index = indexBefore(index, offsetIndex)) {
    const { scanner, indexDamage } = startScan(open, index, log.limits)
    const end = endFrom(scanner, open, log)
    const isFromBeginning = index.slot === NO_SLOT || indexDamage !== undefined
    if (!isFromBeginning && end.logEndOffset === open.baseOffset) continue
    const endDamage = end.endDamage ?? indexDamage ?? damageBeyond(end, index, open)
    return log.isClean && endDamage !== undefined ? { ...end, endDamage } : end
  }
  return endFrom(startScan(open, undefined, log.limits).scanner, open, log)
}

/** By such an entry a broker finds nothing, and takes the beginning of the segment for the end of the log. */
function damageBeyond(
  { logEndOffset }: LogEnd,
  { slot, entry }: IndexLookup<OffsetPosition>,
  { log }: OpenSegment,
): Damage | undefined {
  if (slot === NO_SLOT || entry.offset < logEndOffset) return undefined
  return {
    file: log.path.replace(/\.log$/, '.index'),
    position: slot * OFFSET_INDEX_ENTRY.size,
    reason: 'the last entry lies behind the end of the log, so that a broker takes an earlier end',
    found: `offset ${entry.offset}`,
    expected: `less than ${logEndOffset}`,
  }
}

function indexBefore(
  { slot }: IndexLookup<OffsetPosition>,
  offsetIndex: OffsetIndex | undefined,
): IndexLookup<OffsetPosition> | undefined {
  if (slot === 0 || offsetIndex === undefined) return undefined
  return { probes: [], slot: slot - 1, entry: offsetIndex.entryAt(slot - 1) }
}

function endFrom(
  scanner: BatchScanner,
  { baseOffset, offsetIndex }: OpenSegment,
  { isClean }: BoundedLog,
): LogEnd {
  const isReindexed = isClean && offsetIndex === undefined
  let logEndOffset = baseOffset
  let cut: Damage | undefined
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    const { lastOffset } = batch
    if (lastOffset < logEndOffset || (!isClean && !scanner.isValid())) break
    if (isReindexed && cut === undefined && !scanner.isValid()) cut = cutAt(scanner)
    logEndOffset = lastOffset + 1n
  }
  const isSound = isClean ? isAtEnd(scanner) : isOpenEnd(scanner, baseOffset)
  const bytesBehind = scanner.end - scanner.position
  const endDamage = cut ?? (isSound ? undefined : damageAt(scanner))
  return { logEndOffset, bytesBehind, ...(endDamage && { endDamage }) }
}

function cutAt({ file, position }: BatchScanner): Damage {
  return {
    file: file.path,
    position,
    reason: 'a broker reads the segment for want of its index, and cuts it here',
    found: 'a batch whose checksum is wrong',
    expected: 'one that holds',
  }
}

function isAtEnd({ stopped, position, end }: BatchScanner): boolean {
  return stopped !== undefined && position === end
}

function isOpenEnd({ file, stopped, position, end }: BatchScanner, baseOffset: bigint): boolean {
  if (stopped === undefined) return true
  return isZeroFrom(file, position, end) || isTorn(file, { position, stopped, baseOffset })
}

function damageAt({ file, position, end, stopped, damage }: BatchScanner): Damage {
  return {
    file: file.path,
    position,
    reason: `bytes ${position} to ${end - 1} are left out of account`,
    found:
      damage?.damage.reason ??
      (stopped === undefined ? 'a batch below the one before it' : 'no whole batch'),
    expected: 'batches up to the end',
  }
}

function greaterOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
