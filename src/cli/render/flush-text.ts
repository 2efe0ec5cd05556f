/** What a flush policy means for the logs here, as tables. */
import type {
  FlushConfig,
  FlushConfigSource,
  TopicFlushPolicy,
} from '../../inspect/flush/flush-policy.ts'
import type { PartitionRisk } from '../../inspect/flush/partition-risk.ts'
import type { ReplayReport } from '../../inspect/flush/replay.ts'
import type { RiskFigures } from '../../inspect/flush/risk-figures.ts'
import { averages } from '../../inspect/flush/risk-series.ts'
import type { SyncLatency } from '../../inspect/flush/sync-latency.ts'
import { distributionOf, type Histogram } from '../../inspect/stats/histogram.ts'
import type { Colour } from '../colour.ts'
import { byteCount } from './byte-count.ts'
import { durationText } from './duration-text.ts'
import { sparkline } from './sparkline.ts'
import { tableLines, type Column } from './table.ts'
import { timeText } from './time-text.ts'

export interface RiskRow {
  readonly topic: string
  readonly partition: number
  readonly logDir: string
  readonly risk: PartitionRisk
}

export interface PolicyRow {
  readonly topic: string
  /** Undefined for the metadata log. */
  readonly policy: TopicFlushPolicy | undefined
}

export function riskLines(rows: readonly RiskRow[], colour: Colour): string[] {
  return tableLines<RiskRow>(
    [
      { name: 'PARTITION', cell: ({ topic, partition }) => `${topic}-${partition}` },
      { name: 'LOG.DIR', cell: ({ logDir }) => logDir },
      { name: 'RECOVERY POINT', align: 'right', cell: ({ risk }) => risk.recoveryPoint },
      { name: 'LOG END', align: 'right', cell: ({ risk }) => risk.logEndOffset },
      { name: 'AT RISK', align: 'right', cell: ({ risk }) => byteCount(risk.bytes) },
      { name: 'RECORDS', align: 'right', cell: ({ risk }) => risk.records },
      {
        name: 'DIRTY',
        align: 'right',
        cell: ({ risk: { unwritten } }) => unwritten && byteCount(unwritten.dirtyBytes),
      },
      {
        name: 'BEING WRITTEN',
        align: 'right',
        cell: ({ risk: { unwritten } }) => unwritten && byteCount(unwritten.writingBytes),
      },
      {
        name: 'OLDEST AT RISK',
        cell: ({ risk: { oldestTimestamp: oldest } }) =>
          oldest === undefined || oldest < 0n ? undefined : timeText(oldest),
      },
    ],
    rows,
    colour,
  )
}

export function policyLines(rows: readonly PolicyRow[], colour: Colour): string[] {
  const column = (name: string, config: (policy: TopicFlushPolicy) => FlushConfig) => ({
    name,
    cell: ({ policy }: PolicyRow) => (policy ? configText(config(policy)) : 'by KRaft'),
  })
  return tableLines<PolicyRow>(
    [
      { name: 'TOPIC', cell: ({ topic }) => topic },
      column('FLUSH.MESSAGES', ({ flushMessages }) => flushMessages),
      column('FLUSH.MS', ({ flushMs }) => flushMs),
      column('LOOKED AT EACH MS', ({ scheduler }) => scheduler),
    ],
    rows,
    colour,
  )
}

const SOURCES: Readonly<Record<FlushConfigSource, string>> = {
  topic: 'topic',
  broker: 'broker',
  'all-brokers': 'all brokers',
  file: 'server.properties',
  default: 'default',
}

function configText({ value, source }: FlushConfig): string {
  return `${value === Infinity ? 'never' : value} (${SOURCES[source]})`
}

export function latencyLines(rows: readonly SyncLatency[], colour: Colour): string[] {
  const column = (name: string, value: (row: SyncLatency) => number): Column<SyncLatency> => ({
    name,
    align: 'right',
    cell: row => `${value(row).toFixed(2)} ms`,
  })
  return tableLines<SyncLatency>(
    [
      { name: 'FSYNC IN', cell: ({ dir }) => dir },
      { name: 'TIMES', align: 'right', cell: ({ syncs }) => syncs },
      column('MEAN', ({ meanMs }) => meanMs),
      column('P50', ({ p50Ms }) => p50Ms),
      column('P99', ({ p99Ms }) => p99Ms),
      column('WORST', ({ maxMs }) => maxMs),
    ],
    rows,
    colour,
  )
}

export interface PolicyFigures {
  readonly name: string
  readonly figures: RiskFigures
  /** Undefined where all batches came at once. */
  readonly flushesPerSecond: number | undefined
  /** Of one thread's time; undefined where nobody measured. */
  readonly syncShare: number | undefined
}

export function replayLines(
  report: ReplayReport,
  rows: readonly PolicyFigures[],
  colour: Colour,
): string[] {
  return [titleOf(report), '', ...figureLines(rows, colour), '', ...seriesLines(rows, colour)]
}

function titleOf(report: ReplayReport): string {
  const { topic, partition, partitions, batches, records, bytes, firstMs, lastMs } = report
  const name = topic === undefined ? 'all topics' : [topic, partition].filter(isSaid).join('-')
  const many = partitions === 1 ? '1 partition' : `${partitions} partitions`
  const time =
    firstMs === undefined || lastMs === undefined
      ? 'without timestamps'
      : `from ${timeText(BigInt(firstMs))} on for ${durationText(BigInt(lastMs - firstMs))}`
  return `${name}: ${many}, ${batches} batches, ${records} records, ${byteCount(bytes)} ${time}`
}

function isSaid(value: unknown): boolean {
  return value !== undefined
}

function figureLines(rows: readonly PolicyFigures[], colour: Colour): string[] {
  return tableLines<PolicyFigures>(
    [
      { name: 'POLICY', cell: ({ name }) => name },
      { name: 'FSYNCS', align: 'right', cell: ({ figures }) => figures.flushes },
      { name: 'A SECOND', align: 'right', cell: row => rateText(row.flushesPerSecond) },
      { name: 'IN FSYNC', align: 'right', cell: row => shareText(row.syncShare) },
      ...riskColumns('BYTES', ({ bytes }) => bytes, byteCount),
      ...riskColumns('RECORDS', ({ records }) => records, String),
      ...riskColumns('TIME', ({ waitedMs }) => waitedMs, waitText),
    ],
    rows,
    colour,
  )
}

/** The worst is known even of what was there for less than a millisecond. */
function riskColumns(
  name: string,
  histogramOf: (figures: RiskFigures) => Histogram,
  text: (value: number) => string,
): Column<PolicyFigures>[] {
  const column = (what: string, value: (histogram: Histogram) => number | undefined) => ({
    name: what,
    align: 'right' as const,
    cell: ({ figures }: PolicyFigures) => {
      const found = value(histogramOf(figures))
      return found === undefined ? undefined : text(found)
    },
  })
  return [
    column(`${name} P50`, histogram =>
      histogram.count ? distributionOf(histogram).p50 : undefined,
    ),
    column('P99', histogram => (histogram.count ? distributionOf(histogram).p99 : undefined)),
    column('WORST', ({ max }) => Math.max(0, max)),
  ]
}

function seriesLines(rows: readonly PolicyFigures[], colour: Colour): string[] {
  return tableLines<PolicyFigures>(
    [
      {
        name: 'BYTES AT RISK OVER TIME',
        cell: ({ figures }) => sparkline(averages(figures.series)) || undefined,
      },
      {
        name: 'UP TO',
        align: 'right',
        cell: ({ figures }) => byteCount(Math.round(Math.max(0, ...averages(figures.series)))),
      },
      { name: 'POLICY', cell: ({ name }) => name },
    ],
    rows,
    colour,
  )
}

/** Tenths of a second matter when policies are compared. */
function waitText(ms: number): string {
  const isShort = ms >= 1000 && ms < 60_000
  return isShort ? `${(ms / 1000).toFixed(1)}s` : durationText(BigInt(ms))
}

function rateText(perSecond: number | undefined): string | undefined {
  if (perSecond === undefined) return undefined
  if (perSecond === 0) return '0'
  return perSecond < 0.001 ? '< 0.001' : perSecond.toPrecision(perSecond < 1 ? 2 : 3)
}

function shareText(share: number | undefined): string | undefined {
  if (share === undefined) return undefined
  return share > 0 && share < 0.0001
    ? '< 0.01 %'
    : `${(share * 100).toFixed(share < 0.1 ? 2 : 0)} %`
}
