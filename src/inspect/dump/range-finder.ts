/** From a range as it was asked for to the segments that hold it, and where in each to begin. */
import { dirname } from 'node:path'
import { DiskError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { withSegment } from '../../log/open-segment.ts'
import { floorSegment, type Segment } from '../../log/segment.ts'
import type { OffsetRange } from '../offsets/offset-point.ts'
import { PartitionLogReader, type PartitionLog } from '../offsets/partition-log.ts'
import { rangeInLog } from '../offsets/range-in-log.ts'
import { startPosition } from '../search/start-position.ts'
import type { FileToDump } from './dump-files.ts'
import type { DumpRange } from './dump-range.ts'

/** As it was asked for, before a partition is known. */
export interface WantedRange {
  readonly offsets: OffsetRange | undefined
  readonly timestamps: DumpRange['timestamps']
}

export interface RangeFinderOptions {
  readonly limits: DecodeLimits
  readonly wanted: WantedRange
  /** Takes what is good to know, perhaps several times the same. */
  readonly notice: (message: string) => void
}

export class RangeFinder {
  readonly #disk: Disk
  readonly #wanted: WantedRange
  readonly #notice: (message: string) => void
  readonly #reader: PartitionLogReader

  constructor(disk: Disk, { limits, wanted, notice }: RangeFinderOptions) {
    this.#disk = disk
    this.#wanted = wanted
    this.#notice = notice
    this.#reader = new PartitionLogReader(disk, limits)
  }

  /** The segments of a partition that can hold something of the range. */
  segmentsIn(folder: string): Segment[] {
    const log = this.#reader.read(folder)
    const { offsets } = this.#rangeIn(log, folder)
    if (offsets === undefined) return [...log.segments]
    const first = Math.max(0, floorSegment(log.segments, offsets.from))
    return log.segments.slice(first).filter(({ baseOffset }) => baseOffset < offsets.to)
  }

  /** Only batches have a range: other files are dumped as a whole. What can't be read is left to the dump to tell. */
  narrowed(file: FileToDump): FileToDump {
    const { offsets, timestamps } = this.#wanted
    if (offsets === undefined && timestamps === undefined) return file
    try {
      return this.#narrowed(file)
    } catch (error) {
      if (error instanceof DiskError) return { ...file, refusal: error }
      throw error
    }
  }

  #narrowed(file: FileToDump): FileToDump {
    const log = this.#reader.read(dirname(file.absolutePath))
    const segment = log.segments.find(candidate => candidate.log.path === file.absolutePath)
    const range = this.#rangeIn(log, dirname(file.path))
    if (segment === undefined) return { ...file, range }
    return { ...file, range, from: this.#beginningIn(segment, range) }
  }

  /** @param folder as it is named in a notice, the same for all its files */
  #rangeIn(log: PartitionLog, folder: string): DumpRange {
    const { offsets, timestamps } = this.#wanted
    if (offsets === undefined) return { offsets, timestamps }
    const { notice, ...resolved } = rangeInLog(this.#disk, log, offsets, folder)
    if (notice !== undefined) this.#notice(notice)
    return { offsets: resolved, timestamps }
  }

  #beginningIn(segment: Segment, { offsets, timestamps }: DumpRange): number {
    const beginning = { fromOffset: offsets?.from ?? 0n, fromTimestamp: timestamps?.from }
    return withSegment(this.#disk, segment, open => startPosition(open, beginning).position)
  }
}
