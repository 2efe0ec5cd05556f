/** The cure of a broker's recovery for one segment: all up to the first batch that does not hold. */
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { shrunkenFile } from '../../disk/shrunken-file.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import type { Segment } from '../../log/segment.ts'
import type { SegmentLearning } from './segment-learning.ts'
import type { SegmentOutcome } from './segment-outcome.ts'

export interface CutOptions {
  readonly disk: Disk
  readonly limits: DecodeLimits
  readonly learning: SegmentLearning
  /** Of the whole log, exclusive: what is lost reaches up to there. */
  readonly logEnd: bigint
  readonly onProgress: (bytes: number) => void
}

export function cutSegment(segment: Segment, options: CutOptions): SegmentOutcome {
  const { log, baseOffset } = segment
  const file = options.disk.open(log.path)
  try {
    const [size, sizeBefore] = [file.size(), log.size]
    if (size < sizeBefore) throw shrunkenFile({ file: log.path, position: 0, size, sizeBefore })
    const scanner = new BatchScanner(file, { limits: options.limits })
    let nextOffset = baseOffset
    let reason: string | undefined
    let batches = 0
    let records = 0
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      reason = refusalOf(scanner, options.learning)
      if (reason !== undefined) break
      const taken = scanner.header()
      nextOffset = taken.lastOffset + 1n
      records += taken.recordCount ?? 1
      batches++
    }
    const { position, end } = scanner
    options.onProgress(end)
    const why = reason ?? scanner.damage?.damage.reason ?? 'the last batch is not whole'
    const places = [{ file: log.path, position, size: end - position, reason: why }]
    const lastOffset = options.logEnd > nextOffset ? options.logEnd - 1n : undefined
    const pieces = position === 0 ? [] : [{ path: log.path, from: 0, to: position }]
    const range = { firstOffset: nextOffset, ...(lastOffset !== undefined && { lastOffset }) }
    return {
      segment,
      joined: [],
      change: position < end ? 'rewritten' : 'kept',
      logs: [
        { baseOffset, pieces, size: position, nextOffset, indexes: options.learning.finish() },
      ],
      batches,
      records,
      nextOffset,
      lost: position < end ? [{ ...range, places }] : [],
      absent: [],
      mended: [],
      unfinishedBytes: 0,
      handsOn: false,
      isOverfull: false,
    }
  } finally {
    file.close()
  }
}

function refusalOf(scanner: BatchScanner, learning: SegmentLearning): string | undefined {
  if (!scanner.isValid()) return 'the checksum does not hold'
  const header = scanner.header()
  const { lastOffset, isControl } = header
  if (lastOffset > learning.offsetMax)
    return `no index of the segment can hold offset ${lastOffset}`
  return learning.take(isControl ? scanner.body() : header, scanner.position)
}

/** One behind a segment that is cut. */
export function droppedSegment(segment: Segment): SegmentOutcome {
  const { log, baseOffset: nextOffset } = segment
  const reason = 'a segment before it is cut'
  const places = [{ file: log.path, position: 0, size: log.size, reason }]
  return {
    segment,
    joined: [],
    change: 'dropped',
    logs: [],
    batches: 0,
    records: 0,
    nextOffset,
    lost: [{ places }],
    absent: [],
    mended: [],
    unfinishedBytes: 0,
    handsOn: false,
    isOverfull: false,
  }
}
