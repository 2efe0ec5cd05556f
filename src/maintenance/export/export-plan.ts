/**
 * Which bytes of which files make a copy of a partition that stands for itself.
 *
 * | file                       | taken                                                                            |
 * |----------------------------|----------------------------------------------------------------------------------|
 * | segments                   | those that hold something of the range, byte for byte                            |
 * | the last of them           | up to the last whole batch, or the last batch of the range                       |
 * | their indexes              | where the segment is taken whole and its index can be trusted; an import builds the others anew |
 * | producer snapshots         | from the first segment up to the end                                             |
 * | leader epochs, topic's id  | as they are                                                                      |
 *
 * After a crash what lies behind the recovery point is read, as a broker's start reads it: the copy ends where the first
 * batch does not hold.
 */
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { logEnd, logStartOffset } from '../../inspect/offsets/log-bounds.ts'
import type { PartitionLog } from '../../inspect/offsets/partition-log.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { floorSegment, type PartitionFile, type Segment } from '../../log/segment.ts'

export interface ExportPlan {
  readonly logStartOffset: bigint
  readonly logEndOffset: bigint
  readonly files: readonly PlannedFile[]
  readonly notices: readonly string[]
}

export interface PlannedFile {
  readonly name: string
  readonly path: string
  /** To be copied; the file may have more. */
  readonly size: number
}

/** Half open. */
export interface PlannedRange {
  readonly from: bigint
  readonly to: bigint
}

/** @throws DiskError where a log can't be read */
export function planExport(disk: Disk, log: PartitionLog, range: PlannedRange): ExportPlan {
  const notices: string[] = []
  const { directory } = log
  const first = Math.max(0, floorSegment(log.segments, range.from))
  const begin = greaterOf(range.from, logStartOffset(log))
  const files: PlannedFile[] = []
  let end = log.segments[first]?.baseOffset ?? begin
  const firstBase = end
  let isEnded = false
  for (const segment of log.segments.slice(first)) {
    if (isEnded || segment.baseOffset >= range.to) break
    const kept = keptOf(disk, segment, log, range.to)
    if (kept.notice !== undefined) notices.push(kept.notice)
    isEnded = kept.isLast
    end = greaterOf(kept.nextOffset, segment.baseOffset)
    files.push({ ...nameOf(segment.log), size: kept.size })
    if (kept.isIndexed) files.push(...indexesOf(segment))
  }
  for (const { offset, file } of directory.snapshots) {
    if (offset >= firstBase && offset <= end) files.push({ ...nameOf(file), size: file.size })
  }
  for (const file of [directory.leaderEpochs, directory.metadata]) {
    if (file !== undefined) files.push({ ...nameOf(file), size: file.size })
  }
  return {
    logStartOffset: begin < end ? begin : end,
    logEndOffset: end,
    files: files.sort((a, b) => (a.name < b.name ? -1 : 1)),
    notices,
  }
}

interface Kept {
  /** Bytes of the log. */
  readonly size: number
  readonly nextOffset: bigint
  readonly isIndexed: boolean
  /** Whether nothing behind it is kept. */
  readonly isLast: boolean
  readonly notice?: string
}

function keptOf(disk: Disk, segment: Segment, log: PartitionLog, to: bigint): Kept {
  const next = log.segments[log.segments.indexOf(segment) + 1]
  const isTrusted = log.isClean || isBefore(next?.baseOffset, log.recoveryPointCheckpoint)
  if (!isTrusted) return readThrough(disk, segment, { to, limits: log.limits, checks: true })
  if (next !== undefined && next.baseOffset <= to) {
    const { size } = segment.log
    return { size, nextOffset: next.baseOffset, isIndexed: true, isLast: false }
  }
  if (next !== undefined) {
    return readThrough(disk, segment, { to, limits: log.limits, checks: false })
  }
  const { logEndOffset, bytesBehind } = logEnd(disk, log)
  if (logEndOffset > to || bytesBehind > 0) {
    return readThrough(disk, segment, { to, limits: log.limits, checks: false })
  }
  const { size } = segment.log
  return { size, nextOffset: logEndOffset, isIndexed: true, isLast: true }
}

interface ReadThrough {
  readonly to: bigint
  readonly limits: DecodeLimits
  /** Whether checksums are looked at. */
  readonly checks: boolean
}

function readThrough(disk: Disk, segment: Segment, { to, limits, checks }: ReadThrough): Kept {
  const file = disk.open(segment.log.path)
  try {
    const scanner = new BatchScanner(file, { limits })
    let nextOffset = segment.baseOffset
    let size = 0
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      const { lastOffset, baseOffset, size: batchSize } = batch
      if (baseOffset >= to) return { size, nextOffset, isIndexed: false, isLast: true }
      if (lastOffset < nextOffset || (checks && !scanner.isValid())) break
      nextOffset = lastOffset + 1n
      size = scanner.position + batchSize
    }
    const isWhole = size === scanner.end
    if (isWhole) return { size, nextOffset, isIndexed: false, isLast: false }
    const notice =
      `${segment.log.path}: the copy ends at byte ${size}, offset ${nextOffset}: ` +
      `what lies behind (${scanner.end - size} bytes) is no whole batch`
    return { size, nextOffset, isIndexed: false, isLast: true, notice }
  } finally {
    file.close()
  }
}

function isBefore(nextBase: bigint | undefined, recoveryPoint: bigint | undefined): boolean {
  return nextBase !== undefined && recoveryPoint !== undefined && nextBase <= recoveryPoint
}

function indexesOf({ index, timeIndex, txnIndex }: Segment): PlannedFile[] {
  return [index, timeIndex, txnIndex].flatMap(file =>
    file === undefined ? [] : [{ ...nameOf(file), size: file.size }],
  )
}

function nameOf({ name, path }: PartitionFile) {
  return { name, path }
}

function greaterOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
