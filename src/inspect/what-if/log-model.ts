/**
 * The log that a broker would write of some batches under a config, without its bytes: where its segments end, what its
 * indexes hold, how far lookups go. Each batch is an append of its own, and time is that of the batches, as the roll
 * policy has it; a batch without a timestamp rolls nothing.
 */
import type { LogConfig } from '../../log/log-config.ts'
import { IndexRule } from '../../log/index-rule.ts'
import { OFFSET_INDEX_ENTRY, type OffsetIndex } from '../../log/offset-index.ts'
import { rollReasonOf } from '../../log/roll-policy.ts'
import { TIME_INDEX_ENTRY, type TimeIndex } from '../../log/time-index.ts'
import { IndexCursor, noteScan } from '../stats/index-scan.ts'
import { emptyHistogram, mergeHistogram, record, type Histogram } from '../stats/histogram.ts'

export type ModelledConfig = Pick<
  LogConfig,
  'segmentBytes' | 'segmentMs' | 'segmentIndexBytes' | 'indexIntervalBytes'
>

export interface ModelledBatch {
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  readonly maxTimestamp: bigint
  readonly size: number
  readonly records: number
}

/**
 * | origin    | segments begin                                         |
 * |-----------|--------------------------------------------------------|
 * | by-config | where the config rolls them                            |
 * | told      | where `begin` is called, whatever the config says      |
 */
export type SegmentOrigin = 'by-config' | 'told'

/** Plain data, of one log or several. */
export interface LogFigures {
  /** Of batches. */
  bytes: number
  segments: number
  offsetEntries: number
  timeEntries: number
  /** Of the indexes' files, in whole pages: what they take in memory once all of them was looked at. */
  indexPageBytes: number
  /** Of segments that others follow: milliseconds from the first to the last timestamp. */
  readonly fillMs: Histogram
  /** The longest time over which a log's last segment did not fill. */
  unfilledMs: number
  /** For each record; see index-scan. */
  readonly scanBytes: Histogram
}

export function emptyLogFigures(): LogFigures {
  return {
    bytes: 0,
    segments: 0,
    offsetEntries: 0,
    timeEntries: 0,
    indexPageBytes: 0,
    fillMs: emptyHistogram(),
    unfilledMs: 0,
    scanBytes: emptyHistogram(),
  }
}

export function mergeLogFigures(into: LogFigures, from: LogFigures): void {
  into.bytes += from.bytes
  into.segments += from.segments
  into.offsetEntries += from.offsetEntries
  into.timeEntries += from.timeEntries
  into.indexPageBytes += from.indexPageBytes
  into.unfilledMs = Math.max(into.unfilledMs, from.unfilledMs)
  mergeHistogram(into.fillMs, from.fillMs)
  mergeHistogram(into.scanBytes, from.scanBytes)
}

const PAGE_SIZE = 4096

/** Of a segment that is there. */
export interface LyingIndexes {
  readonly offsetIndex?: OffsetIndex | undefined
  readonly timeIndex?: TimeIndex | undefined
}

interface ModelledSegment {
  readonly baseOffset: bigint
  readonly rule: IndexRule
  /** Of the index that lies there: its entries count, not those of the rule. */
  readonly cursor: IndexCursor | undefined
  readonly lying: { readonly offsetEntries: number; readonly timeEntries: number } | undefined
  firstTimestamp: bigint | undefined
  size: number
  /** Position of the batch that has the last entry. */
  indexedAt: number
  offsetEntries: number
  timeEntries: number
}

export class LogModel {
  readonly figures = emptyLogFigures()
  readonly #config: ModelledConfig
  readonly #origin: SegmentOrigin
  #active: ModelledSegment | undefined

  constructor(config: ModelledConfig, origin: SegmentOrigin) {
    this.#config = config
    this.#origin = origin
  }

  /**
   * A segment, behind the one before.
   *
   * @param indexes where they are given, what they hold counts; they are read while batches are added
   */
  begin(baseOffset: bigint, { offsetIndex, timeIndex }: LyingIndexes = {}): void {
    this.#leave('full')
    this.#active = {
      baseOffset,
      rule: new IndexRule(baseOffset, this.#config.indexIntervalBytes),
      cursor: offsetIndex && new IndexCursor(offsetIndex),
      lying: offsetIndex && {
        offsetEntries: offsetIndex.usedCount,
        timeEntries: timeIndex?.usedCount ?? 0,
      },
      firstTimestamp: undefined,
      size: 0,
      indexedAt: 0,
      offsetEntries: 0,
      timeEntries: 0,
    }
  }

  /** @param lyingAt its position on disk, in a segment that is there */
  add(batch: ModelledBatch, lyingAt?: number): void {
    const { figures } = this
    if (this.#active === undefined || this.#isRolledBefore(this.#active, batch)) {
      this.begin(batch.baseOffset)
    }
    const segment = this.#active!
    const { size: position, indexedAt } = segment
    const isIndexed = segment.rule.add(batch, position)
    const distance = segment.cursor?.distanceTo(lyingAt ?? position)
    const modelled = { bytes: position - indexedAt, isIndexed }
    noteScan(figures.scanBytes, distance ?? modelled, batch.records)
    if (isIndexed) {
      segment.indexedAt = position
      segment.offsetEntries++
      if (segment.rule.takeTime()) segment.timeEntries++
    }
    if (segment.firstTimestamp === undefined && batch.maxTimestamp >= 0n) {
      segment.firstTimestamp = batch.maxTimestamp
    }
    segment.size += batch.size
    figures.bytes += batch.size
  }

  /** Nothing more comes. A log without batches has a segment as well. */
  finish(): LogFigures {
    this.#leave('unfilled')
    if (this.figures.segments === 0) this.figures.segments = 1
    return this.figures
  }

  #isRolledBefore(segment: ModelledSegment, batch: ModelledBatch): boolean {
    if (this.#origin === 'told') return false
    const state = {
      ...segment,
      openedMs: 0,
      rollJitterMs: 0,
      isIndexFull: this.#isIndexFull(segment),
    }
    const { size: bytes, lastOffset, maxTimestamp } = batch
    const request = { bytes, lastOffset, maxTimestamp, nowMs: 0 }
    return rollReasonOf(state, this.#config, request) !== undefined
  }

  /** The last place of the time index is kept for the entry at its end. */
  #isIndexFull({ offsetEntries, timeEntries }: ModelledSegment): boolean {
    const { segmentIndexBytes: sizeMax } = this.#config
    const offsetEntriesMax = Math.floor(sizeMax / OFFSET_INDEX_ENTRY.size)
    const timeEntriesMax = Math.floor(sizeMax / TIME_INDEX_ENTRY.size) - 1
    return offsetEntries >= offsetEntriesMax || timeEntries >= timeEntriesMax
  }

  #leave(state: 'full' | 'unfilled'): void {
    const { figures } = this
    const segment = this.#active
    if (segment === undefined) return
    this.#active = undefined
    const lastTime = segment.rule.takeTime() ? 1 : 0
    const { offsetEntries, timeEntries } = segment.lying ?? {
      offsetEntries: segment.offsetEntries,
      timeEntries: segment.timeEntries + lastTime,
    }
    figures.segments++
    figures.offsetEntries += offsetEntries
    figures.timeEntries += timeEntries
    figures.indexPageBytes +=
      wholePages(offsetEntries * OFFSET_INDEX_ENTRY.size) +
      wholePages(timeEntries * TIME_INDEX_ENTRY.size)
    if (segment.firstTimestamp === undefined) return
    const tookMs = Number(segment.rule.greatest.timestamp - segment.firstTimestamp)
    if (state === 'full') record(figures.fillMs, tookMs)
    else figures.unfilledMs = Math.max(figures.unfilledMs, tookMs)
  }
}

function wholePages(bytes: number): number {
  return Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE
}
