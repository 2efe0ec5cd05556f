/** What is counted of logs: plain data that grows no further, and can be added up partition by partition. */
import type { Histogram } from './histogram.ts'
import { emptyHistogram, mergeHistogram } from './histogram.ts'
import {
  add,
  emptyShareTable,
  mergeShareTable,
  noShare,
  type Share,
  type ShareTable,
} from './share-table.ts'

export interface LogStats {
  /** Control batches, damaged ones and those too large are only in the counts of their own. */
  readonly total: Share
  readonly counts: Counts
  readonly batchSize: Histogram
  readonly recordsPerBatch: Histogram
  /** Decompressed, its own overhead included. */
  readonly recordSize: Histogram
  /** Of keys and values that are not null. */
  readonly keySize: Histogram
  readonly valueSize: Histogram
  /** Milliseconds from the greatest timestamp of one batch to that of the next. */
  readonly batchGap: Histogram
  /** Of records that are older than one before them: by how many milliseconds. */
  readonly lateness: Histogram
  /** Milliseconds from the first to the last timestamp of each segment that is full. */
  readonly segmentFill: Histogram
  /** Bytes of log that a lookup goes through from the index entry on, for each record; see index-scan. */
  readonly indexScan: Histogram
  readonly indexes: IndexCounts
  readonly codecs: Map<number, CodecShare>
  readonly formats: Map<number, Share>
  /** By producer id; −1 for none. */
  readonly producers: ShareTable<bigint>
  /** By hours since 1970, −1 for none: a record in that of its timestamp, a batch in that of its greatest. */
  readonly hours: ShareTable<number>
  /** Descending by size. */
  largest: LargeBatch[]
}

export interface Counts {
  controlBatches: number
  transactionalBatches: number
  /** Whose records were all compacted away. */
  emptyBatches: number
  /** Not counted otherwise: their checksum or their records are wrong. */
  damagedBatches: number
  /** Not counted otherwise: they exceed a limit. */
  tooLargeBatches: number
  /** Whose greatest timestamp is below that of the batch before. */
  backwardBatches: number
  nullKeys: number
  /** Null values. */
  tombstones: number
  emptyValues: number
  recordsWithHeaders: number
  headers: number
  /** Of names and values. */
  headerBytes: number
  recordBytes: number
}

/** Of the segments that have an offset index. */
export interface IndexCounts {
  logBytes: number
  offsetEntries: number
  timeEntries: number
}

export interface CodecShare extends Share {
  /** Of the records as stored, and decompressed. */
  storedBytes: number
  plainBytes: number
}

export interface LargeBatch {
  readonly path: string
  readonly position: number
  readonly baseOffset: bigint
  readonly size: number
  readonly records: number
  readonly codecId: number
}

const PRODUCERS_MAX = 4096
/** More than a year of them. */
const HOURS_MAX = 10_000

export function emptyStats(): LogStats {
  return {
    total: noShare(),
    counts: {
      controlBatches: 0,
      transactionalBatches: 0,
      emptyBatches: 0,
      damagedBatches: 0,
      tooLargeBatches: 0,
      backwardBatches: 0,
      nullKeys: 0,
      tombstones: 0,
      emptyValues: 0,
      recordsWithHeaders: 0,
      headers: 0,
      headerBytes: 0,
      recordBytes: 0,
    },
    batchSize: emptyHistogram(),
    recordsPerBatch: emptyHistogram(),
    recordSize: emptyHistogram(),
    keySize: emptyHistogram(),
    valueSize: emptyHistogram(),
    batchGap: emptyHistogram(),
    lateness: emptyHistogram(),
    segmentFill: emptyHistogram(),
    indexScan: emptyHistogram(),
    indexes: { logBytes: 0, offsetEntries: 0, timeEntries: 0 },
    codecs: new Map(),
    formats: new Map(),
    producers: emptyShareTable(PRODUCERS_MAX),
    hours: emptyShareTable(HOURS_MAX),
    largest: [],
  }
}

/** @param largestMax batches to keep */
export function mergeStats(into: LogStats, from: LogStats, largestMax: number): void {
  add(into.total, from.total)
  for (const name of Object.keys(into.counts) as (keyof Counts)[]) {
    into.counts[name] += from.counts[name]
  }
  into.indexes.logBytes += from.indexes.logBytes
  into.indexes.offsetEntries += from.indexes.offsetEntries
  into.indexes.timeEntries += from.indexes.timeEntries
  for (const name of HISTOGRAMS) mergeHistogram(into[name], from[name])
  for (const [codecId, share] of from.codecs) addCodecShare(into, codecId, share)
  for (const [magic, share] of from.formats) addFormatShare(into, magic, share)
  mergeShareTable(into.producers, from.producers)
  mergeShareTable(into.hours, from.hours)
  into.largest = [...into.largest, ...from.largest].sort(bySize).slice(0, largestMax)
}

const HISTOGRAMS = [
  'batchSize',
  'recordsPerBatch',
  'recordSize',
  'keySize',
  'valueSize',
  'batchGap',
  'lateness',
  'segmentFill',
  'indexScan',
] as const

export function addCodecShare(stats: LogStats, codecId: number, share: CodecShare): void {
  const row = stats.codecs.get(codecId)
  if (row === undefined) {
    stats.codecs.set(codecId, { ...share })
    return
  }
  add(row, share)
  row.storedBytes += share.storedBytes
  row.plainBytes += share.plainBytes
}

export function addFormatShare(stats: LogStats, magic: number, share: Share): void {
  const row = stats.formats.get(magic)
  if (row === undefined) stats.formats.set(magic, { ...share })
  else add(row, share)
}

export function noteLargest(stats: LogStats, batch: LargeBatch, largestMax: number): void {
  const { largest } = stats
  if (largest.length >= largestMax && batch.size <= (largest.at(-1)?.size ?? 0)) return
  const at = largest.findIndex(({ size }) => size < batch.size)
  largest.splice(at === -1 ? largest.length : at, 0, batch)
  if (largest.length > largestMax) largest.pop()
}

function bySize(a: LargeBatch, b: LargeBatch): number {
  return b.size - a.size
}
