/** Statistics for people: a few lines, tables, and histograms that need no more than a terminal of plain text. */
import { MEBIBYTE } from '../../base/limits.ts'
import type { Distribution } from '../../inspect/stats/histogram.ts'
import { startOfHour } from '../../inspect/stats/hour-counter.ts'
import type { Share } from '../../inspect/stats/share-table.ts'
import type { Distributions, LargestRows, StatsReport } from '../../inspect/stats/stats-report.ts'
import type { Colour } from '../colour.ts'
import { bar } from './bar.ts'
import { byteCount } from './byte-count.ts'
import { count, sampleText, titleOf } from './counted-title.ts'
import { durationText } from './duration-text.ts'
import { tableLines, type Column } from './table.ts'
import { timeText } from './time-text.ts'

export interface StatsTextOptions {
  readonly colour: Colour
  readonly histograms: readonly HistogramName[]
}

export const HISTOGRAMS = {
  'batch-size': 'batchSize',
  'records-per-batch': 'recordsPerBatch',
  'record-size': 'recordSize',
  'key-size': 'keySize',
  'value-size': 'valueSize',
  'batch-gap': 'batchGapMs',
  lateness: 'latenessMs',
  'segment-fill': 'segmentFillMs',
  'index-scan': 'indexScanBytes',
} as const satisfies Readonly<Record<string, keyof Distributions>>

export type HistogramName = keyof typeof HISTOGRAMS

export function statsLines(
  report: StatsReport,
  { colour, histograms }: StatsTextOptions,
): string[] {
  const sections = [
    overviewLines(report, colour),
    distributionLines(report.distributions, colour),
    codecLines(report, colour),
    producerLines(report.producers, colour),
    hourLines(report.hours, colour),
    largestLines(report, colour),
    ...histograms.map(name => histogramLines(name, report.distributions, colour)),
  ]
  return sections
    .filter(lines => lines.length > 0)
    .flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]))
}

function overviewLines(report: StatsReport, colour: Colour): string[] {
  const { total, counts, distributions, sample } = report
  const lines = [colour.bold(titleOf(report))]
  if (sample !== undefined) {
    lines.push(
      `${sampleText(report)}; all figures but those of segments and indexes are of these alone`,
    )
  }
  const formats = report.formats.map(({ magic, batches }) => `v${magic}: ${batches}`)
  lines.push(
    `batches         ${total.batches} (${formats.join(', ') || 'none'}), ${byteCount(total.bytes)}`,
    `besides         ${besidesText(counts)}`,
    `of the batches  ${part(counts.transactionalBatches, total.batches)} transactional, ` +
      `${part(counts.emptyBatches, total.batches)} empty`,
    `records         ${total.records}, ${byteCount(counts.recordBytes)} decompressed`,
    `of the records  ${part(counts.nullKeys, total.records)} without a key, ` +
      `${part(counts.tombstones, total.records)} tombstones, ` +
      `${part(counts.emptyValues, total.records)} with an empty value`,
    `headers         ${counts.headers} in ${part(counts.recordsWithHeaders, total.records)} records, ` +
      `${percent(report.headerShare)} of the records' bytes`,
    `disorder        ${part(distributions.latenessMs.count, total.records)} records are older than ` +
      `one before, by up to ${milliseconds(distributions.latenessMs.max)}; ` +
      `${counts.backwardBatches} batches step back`,
    ...indexLines(report),
  )
  return lines
}

function indexLines({ indexes, distributions: { indexScanBytes } }: StatsReport): string[] {
  if (indexes === undefined) return []
  const { offsetIndexBytes, timeIndexBytes, share, bytesPerEntry } = indexes
  const each =
    bytesPerEntry === undefined ? '' : `, an entry each ${byteCount(Math.round(bytesPerEntry))}`
  const scanned = byteCount(Math.round(indexScanBytes.mean))
  const saved = indexScanBytes.count === 0 ? '' : `; a lookup scans ${scanned} on an average`
  return [
    `indexes         ${byteCount(offsetIndexBytes)} by offset, ${byteCount(timeIndexBytes)} by time: ` +
      `${byteCount(Math.round(share * GIBIBYTE))} a GiB of log${each}${saved}`,
  ]
}

const GIBIBYTE = 1024 * MEBIBYTE

function besidesText({ controlBatches, damagedBatches, tooLargeBatches }: StatsReport['counts']) {
  const tooLarge = tooLargeBatches === 0 ? '' : `, ${tooLargeBatches} larger than may be read`
  return `${controlBatches} control batches, ${damagedBatches} damaged${tooLarge}`
}

function distributionLines(distributions: Distributions, colour: Colour): string[] {
  const rows: [string, Distribution, (value: number) => string][] = [
    ['batch size', distributions.batchSize, byteCount],
    ['records per batch', distributions.recordsPerBatch, plain],
    ['record size', distributions.recordSize, byteCount],
    ['key size', distributions.keySize, byteCount],
    ['value size', distributions.valueSize, byteCount],
    ['gap between batches', distributions.batchGapMs, milliseconds],
    ['lateness of records', distributions.latenessMs, milliseconds],
    ['time to fill a segment', distributions.segmentFillMs, milliseconds],
    ['scanned behind an index entry', distributions.indexScanBytes, byteCount],
  ]
  const column = (name: string, value: (distribution: Distribution) => number) => ({
    name,
    align: 'right' as const,
    cell: ([, distribution, text]: (typeof rows)[number]) =>
      distribution.count === 0 ? undefined : text(value(distribution)),
  })
  return tableLines(
    [
      { name: 'DISTRIBUTION', cell: ([name]) => name },
      { name: 'COUNT', align: 'right', cell: ([, distribution]) => distribution.count },
      column('MIN', ({ min }) => min),
      column('MEAN', ({ mean }) => Math.round(mean)),
      column('P50', ({ p50 }) => p50),
      column('P90', ({ p90 }) => p90),
      column('P99', ({ p99 }) => p99),
      column('MAX', ({ max }) => max),
    ],
    rows,
    colour,
  )
}

function codecLines({ codecs }: StatsReport, colour: Colour): string[] {
  if (codecs.length === 0) return []
  return tableLines(
    [
      { name: 'CODEC', cell: ({ codec }) => codec },
      ...SHARE_COLUMNS,
      { name: 'STORED', align: 'right', cell: ({ storedBytes }) => byteCount(storedBytes) },
      { name: 'PLAIN', align: 'right', cell: ({ plainBytes }) => byteCount(plainBytes) },
      { name: 'RATIO', align: 'right', cell: ({ ratio }) => ratio?.toFixed(2) },
    ],
    codecs,
    colour,
  )
}

function producerLines(producers: LargestRows<bigint>, colour: Colour): string[] {
  const rows = producers.rows.map(({ key, ...share }) => ({
    name: key < 0n ? 'none' : String(key),
    ...share,
  }))
  if (producers.others.batches > 0) rows.push({ name: 'others', ...producers.others })
  if (rows.length === 0) return []
  const lines = tableLines<Share & { readonly name: string }>(
    [{ name: 'PRODUCER', cell: ({ name }) => name }, ...SHARE_COLUMNS],
    rows,
    colour,
  )
  return producers.isExact ? lines : [...lines, 'so many producers: a row may be too low']
}

function hourLines(hours: LargestRows<number>, colour: Colour): string[] {
  const timed = hours.rows.filter(({ key }) => key >= 0)
  const besides = [
    ...besidesHours(
      'have no timestamp',
      hours.rows.find(({ key }) => key < 0),
    ),
    ...besidesHours('are of hours that are not shown', hours.others),
  ]
  if (timed.length === 0) return besides
  const step = hoursPerRow(timed)
  const rows = new Map<number, Share>()
  for (const { key, batches, records, bytes } of timed) {
    const first = key - (key % step)
    const row = rows.get(first) ?? { batches: 0, records: 0, bytes: 0 }
    row.batches += batches
    row.records += records
    row.bytes += bytes
    rows.set(first, row)
  }
  const greatest = Math.max(...[...rows.values()].map(({ bytes }) => bytes))
  const lines = tableLines(
    [
      {
        name: step === 1 ? 'HOUR' : `${step} HOURS, BEGINNING`,
        cell: ({ first }) => hourText(first),
      },
      ...SHARE_COLUMNS,
      { name: 'SHARE', cell: ({ bytes }) => bar(bytes, greatest, BAR_WIDTH) || ' ' },
    ],
    [...rows].map(([first, share]) => ({ first, ...share })),
    colour,
  )
  return [...lines, ...besides]
}

/** Timestamps need not be milliseconds: where the calendar ends, hours are still told apart. */
function hourText(hour: number): string {
  const start = startOfHour(hour)
  const text = timeText(start)
  return text.endsWith(':00.000Z') ? text.replace(':00.000Z', 'Z') : `${start} ms`
}

function besidesHours(words: string, share: Share | undefined): string[] {
  if (share === undefined || share.batches + share.records === 0) return []
  return [`${count(share.batches, 'batch', 'es')}, ${count(share.records, 'record')} ${words}`]
}

/** So many that the rows, of which empty ones are left out, fit on a screen. */
function hoursPerRow(timed: readonly { readonly key: number }[]): number {
  const rowCount = (step: number) => new Set(timed.map(({ key }) => Math.floor(key / step))).size
  const fitting = HOURS_PER_ROW.find(step => rowCount(step) <= HOUR_ROWS_MAX)
  const span = timed.at(-1)!.key - timed[0]!.key + 1
  return fitting ?? Math.ceil(span / HOUR_ROWS_MAX)
}

function largestLines({ largest }: StatsReport, colour: Colour): string[] {
  if (largest.length === 0) return []
  return tableLines(
    [
      { name: 'LARGEST BATCHES', align: 'right', cell: ({ size }) => byteCount(size) },
      { name: 'RECORDS', align: 'right', cell: ({ records }) => records },
      { name: 'CODEC', cell: ({ codec }) => codec },
      { name: 'OFFSET', align: 'right', cell: ({ baseOffset }) => baseOffset },
      { name: 'POSITION', align: 'right', cell: ({ position }) => position },
      { name: 'FILE', cell: ({ path }) => path },
    ],
    largest,
    colour,
  )
}

function histogramLines(
  name: HistogramName,
  distributions: Distributions,
  colour: Colour,
): string[] {
  const { doublings } = distributions[HISTOGRAMS[name]]
  if (doublings.length === 0) return []
  const greatest = Math.max(...doublings.map(doubling => doubling.count))
  return tableLines(
    [
      { name: name.toUpperCase().replaceAll('-', ' '), align: 'right', cell: ({ from }) => from },
      { name: 'UP TO', align: 'right', cell: ({ to }) => to - 1 },
      { name: 'COUNT', align: 'right', cell: doubling => doubling.count },
      { name: 'SHARE', cell: doubling => bar(doubling.count, greatest, BAR_WIDTH) || ' ' },
    ],
    doublings,
    colour,
  )
}

const BAR_WIDTH = 40
const HOUR_ROWS_MAX = 48
const HOURS_PER_ROW = [1, 2, 3, 6, 12, 24, 48, 168, 720]

const SHARE_COLUMNS: readonly Column<Share>[] = [
  { name: 'BATCHES', align: 'right', cell: ({ batches }) => batches },
  { name: 'RECORDS', align: 'right', cell: ({ records }) => records },
  { name: 'BYTES', align: 'right', cell: ({ bytes }) => byteCount(bytes) },
]

function part(some: number, all: number): string {
  return all === 0 ? String(some) : `${some} (${percent(some / all)})`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 2 : 0)} %`
}

function plain(value: number): string {
  return String(value)
}

function milliseconds(value: number): string {
  return durationText(BigInt(value))
}
