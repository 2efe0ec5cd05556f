/** The statistics of logs as they are told: shares, distributions, the largest of each kind. */
import { codecById } from '../../compression/codecs.ts'
import { distributionOf, type Distribution } from './histogram.ts'
import type { Counts, LogStats } from './log-stats.ts'
import { largestShares, type Share } from './share-table.ts'

export interface StatsReport {
  /** Undefined where the report is about more than one. */
  readonly topic: string | undefined
  readonly partition: number | undefined
  readonly partitions: number
  readonly segments: number
  /** Of all the logs. */
  readonly logBytes: number
  readonly bytesRead: number
  /** Undefined where everything was read; nothing here is projected from a sample onto the whole. */
  readonly sample: { readonly sampleBytes: number; readonly places: number } | undefined
  readonly total: Share
  readonly counts: Counts
  /** Of the bytes of records: those of headers' names and values. */
  readonly headerShare: number
  readonly distributions: Distributions
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

export type ReportFacts = Pick<
  StatsReport,
  'topic' | 'partition' | 'partitions' | 'segments' | 'logBytes' | 'bytesRead' | 'sample'
>

/** @param topMax producers and batches to name */
export function reportOf(stats: LogStats, facts: ReportFacts, topMax: number): StatsReport {
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
    },
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
