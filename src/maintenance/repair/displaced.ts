/**
 * Batches that hold, and lie where they don't belong: amid others, in the order of a program that mixed them up. The place
 * of each is free, by what all the others say of theirs.
 *
 * | found by a salvage                                          | is displaced where                        |
 * |-------------------------------------------------------------|-------------------------------------------|
 * | left out, as its base offset leaps ahead                    | no other holds the offsets that it says   |
 * | left out, as its offsets are there already, by its neighbours | the same                                |
 * | kept with another base offset, as exactly its place is free | just these are held by none, or by another displaced one |
 */
import { type DecodeLimits, MEBIBYTE } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import { headerFlaw } from '../../inspect/verify/header-check.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import type { CarriedBatch } from './carried-batches.ts'
import type { CureReport } from './cure-report.ts'
import { type FileSpan, type OffsetRange, WRONG_BASE_OFFSET } from './loss.ts'
import { readableRecords } from './readable-records.ts'

/** Of a log's batches that are kept in memory until they are put where they belong. */
const DISPLACED_BYTES_MAX = 64 * MEBIBYTE

export const TOO_MUCH_DISORDER =
  `more than ${DISPLACED_BYTES_MAX / MEBIBYTE} MiB of batches lie amid others, where they do not belong; kbroker dump ` +
  'tells what each file holds: put it in order, or a part of it aside, and repair again'

export interface DisplacedOptions {
  readonly disk: Disk
  readonly limits: DecodeLimits
  /** Of the log as it was salvaged, besides those that it tells. */
  readonly gaps: readonly OffsetRange[]
  /** Exclusive: the log reached up to there at least. */
  readonly notedEnd: bigint | undefined
  /** That were put elsewhere already. */
  readonly known: readonly CarriedBatch[]
}

/** Ascending; undefined where they, and those put elsewhere already, are more than memory is taken for. */
export function displacedIn(
  report: CureReport,
  { disk, limits, gaps, notedEnd = 0n, known }: DisplacedOptions,
): CarriedBatch[] | undefined {
  const spans = candidateSpans(report)
  if (spans.length === 0) return []
  const lost = report.lost.flatMap(({ firstOffset, lastOffset = INT64_END }) => {
    return firstOffset === undefined ? [] : [{ firstOffset, lastOffset }]
  })
  const { absent, endOffset } = report
  const behind = { firstOffset: endOffset, lastOffset: notedEnd - 1n }
  const missing = [...lost, ...absent, ...gaps, ...(notedEnd > endOffset ? [behind] : [])]
  const free = new FreeOffsets([...missing, ...spans.flatMap(({ vacates }) => vacates ?? [])])
  const isFree = (range: OffsetRange) => range.firstOffset >= endOffset || free.has(range)
  const knownPlaces = new Set(known.map(placeOf))
  const candidates: Candidate[] = []
  let bytes = known.reduce((sum, batch) => sum + batch.bytes.length, 0)
  for (const span of spans) {
    for (const candidate of candidatesIn(disk, span, { limits, isFree })) {
      if (knownPlaces.has(placeOf(candidate.batch))) continue
      candidates.push(candidate)
      bytes += candidate.batch.bytes.length
      if (bytes > DISPLACED_BYTES_MAX) return undefined
    }
  }
  candidates.sort((a, b) => (a.batch.firstOffset < b.batch.firstOffset ? -1 : 1))
  return belonging(candidates, missing, endOffset).map(({ batch }) => batch)
}

function placeOf({ path, position }: CarriedBatch): string {
  return `${position} ${path}`
}

const INT64_END = 1n << 63n

interface CandidateSpan extends FileSpan {
  /** Where it was put instead. */
  readonly vacates?: OffsetRange
}

function candidateSpans({ lost, mended }: CureReport): CandidateSpan[] {
  const leftOut = lost
    .flatMap(({ places }) => places)
    .filter(({ reason, repeated }) => {
      return repeated !== undefined || reason.startsWith(WRONG_BASE_OFFSET)
    })
  const moved = mended
    .filter(({ what }) => what === 'base offset')
    .map(({ file, position, firstOffset, lastOffset }) => {
      return { file, position, size: 1, vacates: { firstOffset, lastOffset } }
    })
  return [...leftOut, ...moved]
}

interface Candidate {
  readonly batch: CarriedBatch
  readonly vacates: OffsetRange | undefined
}

interface CandidateOptions {
  readonly limits: DecodeLimits
  /** Whether no other holds them, as far as that is known before. */
  readonly isFree: (range: OffsetRange) => boolean
}

function* candidatesIn(
  disk: Disk,
  { file: path, position: from, size, vacates }: CandidateSpan,
  { limits, isFree }: CandidateOptions,
): Generator<Candidate> {
  const file = disk.open(path)
  try {
    const scanner = new BatchScanner(file, { from, limits })
    while (scanner.next() !== undefined && scanner.position < from + size) {
      const header = scanner.header()
      const isTold = header instanceof BatchV2 || header.codecId === 0
      if (!isTold || !isFree(rangeOf(header)) || header.size > limits.batchBytesMax) continue
      const batch = scanner.body()
      if (!batch.isValid() || headerFlaw(batch) !== undefined) continue
      const records = readableRecords(batch, limits)
      if ('flaw' in records) continue
      const { buffer, start } = batch
      const bytes = Buffer.from(buffer.subarray(start, start + batch.size))
      const place = { path, position: scanner.position, ...rangeOf(batch) }
      yield { batch: { ...place, records: records.count, bytes }, vacates }
    }
  } finally {
    file.close()
  }
}

function rangeOf({ baseOffset: firstOffset, lastOffset }: Batch): OffsetRange {
  return { firstOffset, lastOffset }
}

/** Where one does not belong, what it would have vacated is taken: then others may not, either. */
function belonging(
  candidates: readonly Candidate[],
  missing: readonly OffsetRange[],
  endOffset: bigint,
): readonly Candidate[] {
  const exactly = new Set(missing.map(textOf))
  let left = candidates
  for (;;) {
    const vacated = new FreeOffsets(left.flatMap(({ vacates }) => vacates ?? []))
    const free = new FreeOffsets([...missing, ...left.flatMap(({ vacates }) => vacates ?? [])])
    const isFree = ({ batch, vacates }: Candidate) => {
      if (vacates === undefined) return free.has(batch)
      return vacated.has(batch) || exactly.has(textOf(batch))
    }
    let end = endOffset
    let taken = -1n
    const fitting = left.filter(candidate => {
      const { firstOffset, lastOffset } = candidate.batch
      if (firstOffset <= taken) return false
      const isNext = firstOffset === end
      if (!isNext && !isFree(candidate)) return false
      if (isNext) end = lastOffset + 1n
      taken = lastOffset
      return true
    })
    if (fitting.length === left.length) return fitting
    left = fitting
  }
}

function textOf({ firstOffset, lastOffset }: OffsetRange): string {
  return `${firstOffset} to ${lastOffset}`
}

class FreeOffsets {
  /** Ascending, with something in between. */
  readonly #ranges: OffsetRange[] = []

  constructor(ranges: readonly OffsetRange[]) {
    const sorted = ranges.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
    for (const { firstOffset, lastOffset } of sorted) {
      const last = this.#ranges.at(-1)
      if (last === undefined || firstOffset > last.lastOffset + 1n) {
        this.#ranges.push({ firstOffset, lastOffset })
      } else if (lastOffset > last.lastOffset) {
        this.#ranges[this.#ranges.length - 1] = { firstOffset: last.firstOffset, lastOffset }
      }
    }
  }

  has({ firstOffset, lastOffset }: OffsetRange): boolean {
    let [low, high] = [0, this.#ranges.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#ranges[middle]!.firstOffset <= firstOffset) low = middle + 1
      else high = middle
    }
    const found = this.#ranges[low - 1]
    return found !== undefined && lastOffset <= found.lastOffset
  }
}
