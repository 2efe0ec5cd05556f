/**
 * Where a record is, by an offset, a time, or for being the latest: the file, the batch, the record. The indexes are used
 * as a broker uses them, so that no more of the log is touched than it would touch.
 *
 * Source: org.apache.kafka.storage.internals.log.LocalLog#read, UnifiedLog#fetchOffsetByTimestamp
 */
import { assertNever, CorruptDataError, LimitError } from '../../base/errors.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { withSegment, type OpenSegment } from '../../log/open-segment.ts'
import { lookupOffset, type BatchLocation } from '../../log/offset-lookup.ts'
import { floorSegment, type Segment } from '../../log/segment.ts'
import { lookupTimestamp, type TimestampTarget } from '../../log/timestamp-lookup.ts'
import { recordsOf } from '../../record/records.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { localLogStartOffset, logEnd } from '../offsets/log-bounds.ts'
import { recordOfMaxTimestamp, segmentOfMaxTimestamp } from '../offsets/max-timestamp.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import {
  largestTimestampIn,
  timedSegments,
  type TimedSegment,
} from '../offsets/segment-timestamps.ts'
import { Detours } from './detours.ts'
import type {
  FoundRecord,
  LookupOutcome,
  LookupQuery,
  LookupReport,
  SegmentStep,
} from './lookup-report.ts'
import type { ObservedDisk } from './observed-disk.ts'

/**
 * @param disk to see the way's reads by; see LookupWay
 * @throws DiskError where a file can't be read
 * @throws LimitError where a batch that has to be looked into costs more than the limits allow
 */
export function lookUp(disk: ObservedDisk, log: PartitionLog, query: LookupQuery): LookupReport {
  const lookup = new Lookup(disk, log)
  const { steps, ...rest } = lookup.answer(query)
  return {
    query,
    ...rest,
    damages: lookup.detours.damages,
    way: { segmentCount: log.segments.length, steps, reads: disk.reads() },
  }
}

interface Answer extends Pick<LookupReport, 'range' | 'found'> {
  readonly outcome: LookupOutcome
  readonly steps: readonly SegmentStep[]
}

class Lookup {
  readonly #disk: ObservedDisk
  readonly #log: PartitionLog
  readonly #steps: SegmentStep[] = []
  readonly detours: Detours

  constructor(disk: ObservedDisk, log: PartitionLog) {
    this.detours = new Detours(log)
    this.#disk = disk
    this.#log = log
  }

  answer(query: LookupQuery): Answer {
    switch (query.kind) {
      case 'offset':
        return this.#byOffset(query.offset)
      case 'timestamp':
        return this.#byTime(query.timestamp)
      case 'max-timestamp':
        return this.#byMaxTimestamp()
      default:
        return assertNever(query)
    }
  }

  #byOffset(target: bigint): Answer {
    const { segments } = this.#log
    const start = localLogStartOffset(this.#log)
    const first = target < start ? segments.length : Math.max(0, floorSegment(segments, target))
    for (let i = first; i < segments.length; i++) {
      const found = this.#offsetIn(segments[i]!, segments[i + 1], target)
      if (found !== undefined) {
        const isNext = (found.record?.offset ?? target) !== target
        return { outcome: isNext ? 'next' : 'found', found, steps: this.#steps }
      }
    }
    const { logEndOffset, endDamage } = logEnd(this.#disk, this.#log)
    if (endDamage !== undefined && target >= logEndOffset) this.detours.noteBeyond(endDamage)
    const isAtEnd = target === logEndOffset && endDamage === undefined
    return {
      outcome: isAtEnd ? 'at-end' : 'out-of-range',
      range: { logStartOffset: start, logEndOffset },
      steps: this.#steps,
    }
  }

  /** A batch may have lost its last records to compaction: then the next batch has the answer. */
  #offsetIn(segment: Segment, next: Segment | undefined, target: bigint): FoundRecord | undefined {
    return withSegment(this.#disk, segment, open => {
      for (let from = target, resumeAt: number | undefined; ;) {
        const { batch, ...way } = lookupOffset(open, from, resumeAt)
        this.#note(segment, next, way)
        this.detours.noteUnread(way.scan)
        if (batch === undefined) {
          resumeAt = this.detours.behindDamage(open, way.scan, next)
          if (resumeAt !== undefined) continue
          this.detours.noteEnd(from, next)
          return undefined
        }
        const found = this.#found(open, batch, record => record.offset >= target)
        if (found.record !== undefined || found.damage !== undefined) {
          if (found.record?.offset !== target) this.detours.noteFound(open, found, next)
          return found
        }
        from = batch.lastOffset + 1n
      }
    })
  }

  /** A broker looks no further than into one segment; behind damage the next ones have to do. */
  #byTime(timestamp: bigint): Answer {
    const target = { timestamp, logStartOffset: localLogStartOffset(this.#log) }
    for (const timed of timedSegments(this.#disk, this.#log)) {
      const largestTimestamp = largestTimestampIn(this.#disk, timed)
      if (largestTimestamp < timestamp) {
        this.#note(timed.segment, undefined, { largestTimestamp })
        continue
      }
      const found = this.#timeIn(timed, target, largestTimestamp)
      if (found !== undefined) return { outcome: 'found', found, steps: this.#steps }
      if (this.detours.damages.length === 0) break
    }
    return { outcome: 'none', steps: this.#steps }
  }

  #timeIn(
    { segment, openEnd }: TimedSegment,
    target: TimestampTarget,
    largestTimestamp: bigint,
  ): FoundRecord | undefined {
    const { segments, limits } = this.#log
    const next = segments[segments.indexOf(segment) + 1]
    return withSegment(this.#disk, segment, open => {
      for (let resumeAt: number | undefined; ;) {
        const { batch, record, ...way } = lookupTimestamp(open, target, limits, resumeAt)
        this.#note(segment, undefined, { largestTimestamp, ...way })
        this.detours.noteUnread(way.scan)
        if (batch !== undefined && record !== undefined) {
          if (openEnd !== undefined && record.offset >= openEnd) return undefined
          return this.#found(open, batch, ({ offset }) => offset === record.offset)
        }
        // The end of a log that was not closed is no damage.
        if (openEnd !== undefined) return undefined
        resumeAt = this.detours.behindDamage(open, way.scan, next)
        if (resumeAt === undefined) return undefined
      }
    })
  }

  #byMaxTimestamp(): Answer {
    const latest = segmentOfMaxTimestamp(this.#disk, this.#log)
    if (latest === undefined) return { outcome: 'none', steps: this.#steps }
    const { segment, max } = latest
    const { segments } = this.#log
    const record = recordOfMaxTimestamp(this.#disk, this.#log)
    const next = segments[segments.indexOf(segment) + 1]
    const inBatch = this.#offsetIn(segment, next, record?.offset ?? max.offset)
    // Where compaction left nothing of its batch but the header, a broker finds none; where it can't be read, say so.
    const found = record === undefined && inBatch?.damage === undefined ? undefined : inBatch
    const steps = this.#steps.map(step => ({ ...step, largestTimestamp: max.timestamp }))
    return { outcome: found ? 'found' : 'none', ...(found && { found }), steps }
  }

  #note(
    { baseOffset, log }: Segment,
    next: Segment | undefined,
    facts: Omit<SegmentStep, 'baseOffset' | 'file'>,
  ): void {
    const nextBaseOffset = next?.baseOffset
    const behind = nextBaseOffset === undefined ? {} : { nextBaseOffset }
    this.#steps.push({ baseOffset, file: log.path, ...behind, ...facts })
  }

  /** The batch with its body in memory, and the first of its records that is wanted. */
  #found(
    open: OpenSegment,
    { position, size }: BatchLocation,
    isWanted: (record: RecordCursor) => boolean,
  ): FoundRecord {
    const { limits } = this.#log
    const file = open.log.path
    const windowSize = Math.min(size, limits.batchBytesMax)
    const scanner = new BatchScanner(open.log, {
      from: position,
      end: position + size,
      windowSize,
      limits,
    })
    const header = scanner.next()
    if (header === undefined) throw new CorruptDataError(goneFrom(file, position))
    const batch = scanner.body()
    const isValid = batch.isValid()
    try {
      const record = recordsOf(batch, limits)
      while (record.next()) {
        if (isWanted(record)) return { file, position, batch, isValid, record }
      }
      return { file, position, batch, isValid }
    } catch (error) {
      if (error instanceof CorruptDataError) {
        return { file, position, batch, isValid, damage: error.in(file, position) }
      }
      if (error instanceof LimitError) return { file, position, batch, isValid, damage: error }
      throw error
    }
  }
}

function goneFrom(file: string, position: number) {
  const reason = 'a batch that was there is gone'
  return { file, position, reason, found: 'another one, or none', expected: 'the same batch again' }
}
