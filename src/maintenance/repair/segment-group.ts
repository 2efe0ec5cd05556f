/** Segments that are put in order together, as their offsets reach into one another. */
import type { Disk } from '../../disk/disk.ts'
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import type { Segment } from '../../log/segment.ts'
import { BATCH_OVERHEAD } from '../../record/batch-v2.ts'
import type { CarriedBatch } from './carried-batches.ts'

/** What a salvage puts in order besides what lies in order. */
export interface SegmentOrder {
  /** Base offsets of the segments that are put in order together with the one before them. */
  readonly joined: ReadonlySet<bigint>
  /** Batches that lie where they don't belong; ascending. */
  readonly displaced: readonly CarriedBatch[]
}

export const IN_ORDER: SegmentOrder = { joined: new Set(), displaced: [] }

export interface SegmentGroup {
  /** What is put in order begins with its name. */
  readonly segment: Segment
  /** Ascending by base offset; most often none. */
  readonly joined: readonly Segment[]
}

/** @param joined base offsets of the segments that go into the one before them */
export function groupSegments(
  segments: readonly Segment[],
  joined: ReadonlySet<bigint>,
): SegmentGroup[] {
  const groups: { segment: Segment; joined: Segment[] }[] = []
  for (const segment of segments) {
    const last = joined.has(segment.baseOffset) ? groups.at(-1) : undefined
    if (last === undefined) groups.push({ segment, joined: [] })
    else last.joined.push(segment)
  }
  return groups
}

export interface ReadSegment {
  readonly segment: Segment
  /** The header of its first batch, as far as it can be read. */
  readonly first: Batch | undefined
}

/** By the offsets they begin with: those are not what their names say where files were mixed up. */
export function inOrderOfOffsets(disk: Disk, { segment, joined }: SegmentGroup): ReadSegment[] {
  const found = [segment, ...joined].map(each => ({
    segment: each,
    first: firstHeader(disk, each),
  }))
  const begin = (each: ReadSegment) => each.first?.baseOffset ?? each.segment.baseOffset
  return found.sort((a, b) => (begin(a) < begin(b) ? -1 : begin(a) > begin(b) ? 1 : 0))
}

export function firstHeader(disk: Disk, { log }: Segment): Batch | undefined {
  const file = disk.open(log.path)
  try {
    return new BatchScanner(file, { windowSize: BATCH_OVERHEAD }).next()
  } finally {
    file.close()
  }
}
