/** How much of a segment's log is in the page cache, and where; in memory that does not grow with the segment. */
import type { PageRun } from '../../disk/page-cache.ts'

export interface SegmentResidency {
  readonly baseOffset: bigint
  readonly path: string
  readonly size: number
  readonly residentBytes: number
  /** Of each of its parts, all as large, the share that is resident; fewer where the file is small. */
  readonly parts: readonly number[]
}

const PARTS_MAX = 32
/** What the kernel counts in, on most machines. */
const PART_BYTES_MIN = 4096

/** @param runs of all of the file */
export function segmentResidency(
  { baseOffset, path, size }: Pick<SegmentResidency, 'baseOffset' | 'path' | 'size'>,
  runs: readonly PageRun[],
): SegmentResidency {
  const count = Math.min(PARTS_MAX, Math.ceil(size / PART_BYTES_MIN))
  const partBytes = size / count
  const bytes = Array<number>(count).fill(0)
  let residentBytes = 0
  for (const run of runs) {
    if (!run.resident) continue
    residentBytes += run.size
    const end = run.position + run.size
    for (let part = Math.floor(run.position / partBytes); part < count; part++) {
      const from = Math.max(run.position, part * partBytes)
      const to = Math.min(end, (part + 1) * partBytes)
      if (from >= to) break
      bytes[part]! += to - from
    }
  }
  const parts = bytes.map(value => value / partBytes)
  return { baseOffset, path, size, residentBytes, parts }
}

/** Where what is resident down from `end` begins; `end` where its last byte is not. */
export function residentTail(runs: readonly PageRun[], end: number): number {
  let position = end
  for (const run of runs.toReversed()) {
    if (run.position >= position) continue
    if (!run.resident) break
    position = run.position
  }
  return position
}
