/**
 * From an offset to its batch within one segment, the way a broker goes: the offset index says where to begin, the
 * batch headers say the rest. The answer tells the way too: which index slots were looked at, how much of the log.
 *
 * An index that contradicts the log is noted and left aside: the log decides. (A broker would trust it.)
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment#translateOffset, FileRecords#searchForOffsetFromPosition
 */
import type { Damage } from '../base/errors.ts'
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from '../base/limits.ts'
import type { DiskFile } from '../disk/disk.ts'
import { MAGIC_V2, type RecordBatch } from '../record/batch.ts'
import { BatchScanner, type ScanEnd } from './batch-scanner.ts'
import { NO_SLOT, type IndexSection } from './index-search.ts'
import { misplacement } from './misplaced-batch.ts'
import type { OffsetIndex, OffsetPosition } from './offset-index.ts'

/** What is read of a segment; see OpenSegment. */
export interface SearchedSegment {
  readonly baseOffset: bigint
  readonly log: DiskFile
  readonly offsetIndex?: OffsetIndex | undefined
}

export interface IndexProbe<Entry> {
  readonly slot: number
  readonly section: IndexSection
  readonly entry: Entry
}

/** How an index was searched, and the entry found. */
export interface IndexLookup<Entry> {
  readonly probes: readonly IndexProbe<Entry>[]
  /** Of the entry found; −1 where the index has none so low, and `entry` is the segment's beginning. */
  readonly slot: number
  readonly entry: Entry
}

/** Which batches of the log were looked at. */
export interface LogScan {
  /** Position of the first. */
  readonly from: number
  readonly batchCount: number
  /** Bytes read of the log. */
  readonly bytesRead: number
  /** Why the scan ended without finding anything. */
  readonly stopped?: ScanEnd
  /** Position where it did. */
  readonly stoppedAt?: number
  /** What was wrong in the log on the way. */
  readonly damages: readonly Damage[]
}

export interface BatchLocation {
  readonly position: number
  readonly size: number
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  readonly maxTimestamp: bigint
  readonly partitionLeaderEpoch: number
}

export interface OffsetLookup {
  /** Absent where the segment has no offset index. */
  readonly index?: IndexLookup<OffsetPosition>
  /** Why the index was left aside. */
  readonly indexDamage?: Damage
  readonly scan: LogScan
  /** The first batch whose last offset is not below the target; absent where the segment ends before. */
  readonly batch?: BatchLocation
}

/** Holds a few headers; hops from batch to batch read no more. */
const INDEXED_WINDOW_SIZE = 4096
/** Where a whole log has to be walked. */
const UNINDEXED_WINDOW_SIZE = 65_536

/** @param resumeAt where to go on behind damage, the index left alone */
export function lookupOffset(
  segment: SearchedSegment,
  target: bigint,
  resumeAt?: number,
): OffsetLookup {
  const offsetIndex = resumeAt === undefined ? segment.offsetIndex : undefined
  const index = offsetIndex && searchOffsetIndex(offsetIndex, target)
  const { scanner, indexDamage } = startScan(segment, index)
  if (resumeAt !== undefined) scanner.resumeAt(resumeAt)
  const from = resumeAt ?? scanner.position
  const damages: Damage[] = []
  let batchCount = 0
  let found: BatchLocation | undefined
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    batchCount++
    const wrong = misplacement(batch, segment.baseOffset)
    if (wrong) damages.push({ file: segment.log.path, position: scanner.position, ...wrong })
    if (batch.lastOffset < target) continue
    found = locationOf(batch, scanner.position)
    break
  }
  return {
    ...(index && { index }),
    ...(indexDamage && { indexDamage }),
    scan: scanOf(scanner, { from, batchCount, damages }),
    ...(found && { batch: found }),
  }
}

export function searchOffsetIndex(
  offsetIndex: OffsetIndex,
  target: bigint,
): IndexLookup<OffsetPosition> {
  const probes: IndexProbe<OffsetPosition>[] = []
  const slot = offsetIndex.floorSlot(target, (probed, section) => {
    probes.push({ slot: probed, section, entry: offsetIndex.entryAt(probed) })
  })
  const beginning = { offset: offsetIndex.baseOffset, position: 0 }
  return { probes, slot, entry: slot === NO_SLOT ? beginning : offsetIndex.entryAt(slot) }
}

export interface StartedScan {
  /** At the position of the index entry; at the log's beginning where that is no good. */
  readonly scanner: BatchScanner
  readonly indexDamage?: Damage
}

/** Checks the entry and scans from it with one and the same read. */
export function startScan(
  { log }: SearchedSegment,
  index: IndexLookup<OffsetPosition> | undefined,
  limits: DecodeLimits = DEFAULT_DECODE_LIMITS,
): StartedScan {
  const start = startOfScan(index, undefined)
  const scanner = new BatchScanner(log, { ...start, from: Math.max(0, start.from), limits })
  if (index === undefined) return { scanner }
  const { position } = scanner
  const indexDamage = damageBefore(scanner, index)
  scanner.resumeAt(position)
  scanner.position = position
  if (indexDamage === undefined) return { scanner }
  const whole = new BatchScanner(log, { ...startOfScan(index, indexDamage), limits })
  whole.bytesRead = scanner.bytesRead
  return { scanner: whole, indexDamage }
}

export function startOfScan(
  index: IndexLookup<OffsetPosition> | undefined,
  indexDamage: Damage | undefined,
): { readonly from: number; readonly windowSize: number } {
  if (index === undefined || indexDamage !== undefined) {
    return { from: 0, windowSize: UNINDEXED_WINDOW_SIZE }
  }
  return { from: index.entry.position, windowSize: INDEXED_WINDOW_SIZE }
}

/**
 * Whether a batch begins where the entry says, and not one behind the offset that it stands for. Where a v0/v1 wrapper
 * begins, only decompression would tell.
 */
export function damageOfEntry(
  { log }: SearchedSegment,
  index: IndexLookup<OffsetPosition>,
): Damage | undefined {
  const from = Math.max(0, index.entry.position)
  return damageBefore(new BatchScanner(log, { from, windowSize: INDEXED_WINDOW_SIZE }), index)
}

function damageBefore(
  scanner: BatchScanner,
  { slot, entry }: IndexLookup<OffsetPosition>,
): Damage | undefined {
  if (slot === NO_SLOT) return undefined
  const { position, offset } = entry
  const damage = {
    file: scanner.file.path,
    position,
    reason: `the offset index leads astray with its entry ${slot}`,
    expected: `a batch at byte ${position} that begins at offset ${offset} or before`,
  }
  if (position < 0) return { ...damage, found: 'a negative position' }
  const batch = scanner.next()
  if (batch === undefined) return { ...damage, found: scanner.damage?.message ?? 'none' }
  const isWrapper = batch.magic < MAGIC_V2 && batch.codecId !== 0
  if (batch.baseOffset <= offset || isWrapper) return undefined
  return { ...damage, found: `one that begins at ${batch.baseOffset}` }
}

export function locationOf(batch: RecordBatch, position: number): BatchLocation {
  const { size, baseOffset, lastOffset, maxTimestamp, partitionLeaderEpoch } = batch
  return { position, size, baseOffset, lastOffset, maxTimestamp, partitionLeaderEpoch }
}

export function scanOf(
  scanner: BatchScanner,
  scan: Pick<LogScan, 'from' | 'batchCount' | 'damages'>,
): LogScan {
  const { stopped, damage, bytesRead, position: stoppedAt } = scanner
  const damages = damage === undefined ? scan.damages : [...scan.damages, damage.damage]
  return { ...scan, bytesRead, ...(stopped && { stopped, stoppedAt }), damages }
}
