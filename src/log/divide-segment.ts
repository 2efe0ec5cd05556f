/**
 * Divides a segment whose offsets lie too far apart for its indexes (KAFKA-6264) into several that each can hold theirs,
 * named after their first offsets. They get no indexes: whoever finds them recovers them. They are written as `.cleaned`,
 * which a start removes where it was interrupted, and then take the segment's place: see swap-segments.ts.
 *
 * What is behind the last whole batch goes into the last part, whose recovery cuts it.
 *
 * Source: org.apache.kafka.storage.internals.log.LocalLog#splitOverflowedSegment
 */
import { join } from 'node:path'
import { DEFAULT_DECODE_LIMITS } from '../base/limits.ts'
import type { DiskFile } from '../disk/disk.ts'
import { BatchV2 } from '../record/batch-v2.ts'
import { recordsOf } from '../record/records.ts'
import { BatchScanner } from './batch-scanner.ts'
import { segmentFileName } from './file-names.ts'
import type { LogSegment, SegmentOptions } from './log-segment.ts'
import type { PartitionFolder } from './partition-folder.ts'
import { RELATIVE_OFFSET_MAX } from './roll-policy.ts'
import { CLEANED_SUFFIX, swapSegments } from './swap-segments.ts'

export interface DividedSegment {
  /** Ascending. */
  readonly parts: readonly LogSegment[]
  /** Paths of the segment's files, renamed, to be removed after a while. */
  readonly condemned: readonly string[]
}

/**
 * @throws DiskError
 * @throws CorruptDataError where messages of old can't be decompressed, whose first offset would tell a part's name
 */
export function divideSegment(
  folder: PartitionFolder,
  segment: LogSegment,
  options: SegmentOptions,
): DividedSegment {
  const paths = writeParts(folder, segment)
  folder.files.disk.syncDirectory(folder.path)
  const bases = paths.map(({ baseOffset }) => baseOffset)
  const { segments, condemned } = swapSegments(folder, bases, [segment], options)
  return { parts: segments, condemned }
}

interface Part {
  readonly baseOffset: bigint
  /** Of its log. */
  readonly path: string
}

function writeParts({ files, path }: PartitionFolder, { logPath }: LogSegment): Part[] {
  const source = files.disk.open(logPath)
  try {
    const ranges = partsOf(source)
    return ranges.map(({ baseOffset, position }, index) => {
      const part = { baseOffset, path: join(path, segmentFileName('log', baseOffset)) }
      const target = files.create(part.path + CLEANED_SUFFIX)
      const end = ranges[index + 1]?.position ?? source.size()
      const window = Buffer.allocUnsafe(Math.min(WINDOW_SIZE, end - position))
      for (let at = position; at < end; at += window.length) {
        const size = source.read(window.subarray(0, Math.min(window.length, end - at)), at)
        target.append(window.subarray(0, size))
      }
      target.sync()
      files.close(target.path)
      return part
    })
  } finally {
    source.close()
  }
}

const WINDOW_SIZE = 262_144

interface Range {
  readonly baseOffset: bigint
  /** Of its first batch. */
  readonly position: number
}

function partsOf(source: DiskFile): Range[] {
  const ranges: Range[] = []
  const scanner = new BatchScanner(source)
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    const base = ranges.at(-1)?.baseOffset
    if (base !== undefined && batch.lastOffset - base <= RELATIVE_OFFSET_MAX) continue
    ranges.push({ baseOffset: firstOffsetOf(scanner), position: scanner.position })
  }
  return ranges
}

/** The header of a message of old that holds others says the last of their offsets. */
function firstOffsetOf(scanner: BatchScanner): bigint {
  const batch = scanner.header()
  if (batch instanceof BatchV2 || batch.codecId === 0) return batch.baseOffset
  const cursor = recordsOf(scanner.body(), DEFAULT_DECODE_LIMITS)
  return cursor.next() ? cursor.offset : batch.lastOffset
}
