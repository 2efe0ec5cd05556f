/** The statistics of logs as they are told: shares, distributions, the largest of each kind. */
import { codecById } from '../../compression/codecs.ts'
import { OFFSET_INDEX_ENTRY } from '../../log/offset-index.ts'
import { TIME_INDEX_ENTRY } from '../../log/time-index.ts'
import type { CountedFacts } from './counted-logs.ts'
import { distributionOf, type Distribution } from './histogram.ts'
import type { Counts, IndexCounts, LogStats } from './log-stats.ts'
import { largestShares, type Share } from './share-table.ts'

export interface StatsReport extends CountedFacts {
  readonly total: Share
  readonly counts: Counts
  /** Of the bytes of records: those of headers' names and values. */
  readonly headerShare: number
  readonly distributions: Distributions
  /** Undefined where no segment has an index. */
  readonly indexes: IndexCost | undefined
  readonly codecs: readonly CodecRow[]
  readonly formats: readonly (Share & { readonly magic: number })[]
  readonly producers: LargestRows<bigint>
  /** Ascending; hours since 1970. */
  readonly hours: LargestRows<number>
  readonly largest: readonly LargeBatchRow[]
}

export interface Distributions {
  readonly batchSize: Distribution
  readonly recordsPerBatch: Distribution
  readonly recordSize: Distribution
  readonly keySize: Distribution
  readonly valueSize: Distribution
  readonly batchGapMs: Distribution
  readonly latenessMs: Distribution
  readonly segmentFillMs: Distribution
  readonly indexScanBytes: Distribution
}

/** What `index.interval.bytes` costs; what it saves, `indexScanBytes` tells. */
export interface IndexCost {
  readonly offsetIndexBytes: number
  readonly timeIndexBytes: number
  /** Of both, for each byte of log. */
  readonly share: number
  /** Of log, for each entry of the offset index; undefined where there is none. */
  readonly bytesPerEntry: number | undefined
}

export interface LargestRows<Key> {
  readonly rows: readonly (Share & { readonly key: Key })[]
  readonly others: Share
  /** False where there were so many that some were given up on the way: rows may be too low then. */
  readonly isExact: boolean
}

export interface CodecRow extends Share {
  readonly codec: string
  readonly storedBytes: number
  readonly plainBytes: number
  /** Plain to stored: 3 means that three bytes became one. Undefined where nothing was stored. */
  readonly ratio: number | undefined
}

export interface LargeBatchRow {
  readonly path: string
  readonly position: number
  readonly baseOffset: bigint
  readonly size: number
  readonly records: number
  readonly codec: string
}

/** @param topMax producers and batches to name */
export function reportOf(stats: LogStats, facts: CountedFacts, topMax: number): StatsReport {
  const { counts } = stats
  const hours = largestShares(stats.hours, Infinity)
  return {
    ...facts,
    total: stats.total,
    counts,
    headerShare: counts.recordBytes === 0 ? 0 : counts.headerBytes / counts.recordBytes,
    distributions: {
      batchSize: distributionOf(stats.batchSize),
      recordsPerBatch: distributionOf(stats.recordsPerBatch),
      recordSize: distributionOf(stats.recordSize),
      keySize: distributionOf(stats.keySize),
      valueSize: distributionOf(stats.valueSize),
      batchGapMs: distributionOf(stats.batchGap),
      latenessMs: distributionOf(stats.lateness),
      segmentFillMs: distributionOf(stats.segmentFill),
      indexScanBytes: distributionOf(stats.indexScan),
    },
    indexes: indexCost(stats.indexes),
    codecs: codecRows(stats),
    formats: [...stats.formats]
      .map(([magic, share]) => ({ magic, ...share }))
      .sort((a, b) => a.magic - b.magic),
    producers: largestShares(stats.producers, topMax),
    hours: { ...hours, rows: [...hours.rows].sort((a, b) => a.key - b.key) },
    largest: stats.largest
      .slice(0, topMax)
      .map(({ codecId, ...batch }) => ({ ...batch, codec: codecName(codecId) })),
  }
}

function indexCost({ logBytes, offsetEntries, timeEntries }: IndexCounts): IndexCost | undefined {
  if (logBytes === 0) return undefined
  const offsetIndexBytes = offsetEntries * OFFSET_INDEX_ENTRY.size
  const timeIndexBytes = timeEntries * TIME_INDEX_ENTRY.size
  return {
    offsetIndexBytes,
    timeIndexBytes,
    share: (offsetIndexBytes + timeIndexBytes) / logBytes,
    bytesPerEntry: offsetEntries === 0 ? undefined : logBytes / offsetEntries,
  }
}

function codecRows({ codecs }: LogStats): CodecRow[] {
  return [...codecs]
    .sort(([a], [b]) => a - b)
    .map(([codecId, share]) => {
      const { storedBytes, plainBytes } = share
      const ratio = storedBytes === 0 ? undefined : plainBytes / storedBytes
      return { codec: codecName(codecId), ...share, ratio }
    })
}

function codecName(codecId: number): string {
  return codecById(codecId)?.name ?? `unknown(${codecId})`
}
