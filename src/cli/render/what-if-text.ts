/** What logs would be like under other configs, for people: tables to choose from, the first row being today. */
import { MEBIBYTE } from '../../base/limits.ts'
import { orNever } from '../../inspect/flush/flush-policy.ts'
import { distributionOf } from '../../inspect/stats/histogram.ts'
import type { CodecFigures } from '../../inspect/what-if/recompression.ts'
import type { WhatIfReport, WhatIfRow } from '../../inspect/what-if/what-if.ts'
import type { LogConfig } from '../../log/log-config.ts'
import { OFFSET_INDEX_ENTRY } from '../../log/offset-index.ts'
import { TIME_INDEX_ENTRY } from '../../log/time-index.ts'
import type { Colour } from '../colour.ts'
import { byteCount } from './byte-count.ts'
import { sampleText, titleOf } from './counted-title.ts'
import { durationText } from './duration-text.ts'
import { tableLines, type Column } from './table.ts'

/** Of a row, what is shown and compared with today's. */
export interface WhatIfValues {
  readonly bytes: number
  /** Undefined in a sample, as `openFiles` and what is said of filling. */
  readonly segments: number | undefined
  /** A log and two indexes for each segment. */
  readonly openFiles: number | undefined
  readonly indexBytes: number
  readonly indexPageBytes: number
  readonly scanBytesMean: number
  readonly scanBytesMax: number
  /** Plain to stored; undefined where no codec was tried. */
  readonly ratio: number | undefined
  /** Undefined, as the next, where too little was timed to tell. */
  readonly compressSecondsPerGiB: number | undefined
  readonly decompressSecondsPerGiB: number | undefined
}

const FILES_PER_SEGMENT = 3
const GIBIBYTE = 1024 * MEBIBYTE
const MS_PER_SECOND = 1000
/** With less, what is timed is how a codec gets going. */
const TIMED_BYTES_MIN = 16 * MEBIBYTE

export function whatIfValues(
  { log, codec }: WhatIfRow,
  { sample }: Pick<WhatIfReport, 'sample'>,
): WhatIfValues {
  const isWhole = sample === undefined
  const scans = distributionOf(log.scanBytes)
  return {
    bytes: log.bytes,
    segments: isWhole ? log.segments : undefined,
    openFiles: isWhole ? FILES_PER_SEGMENT * log.segments : undefined,
    indexBytes:
      log.offsetEntries * OFFSET_INDEX_ENTRY.size + log.timeEntries * TIME_INDEX_ENTRY.size,
    indexPageBytes: log.indexPageBytes,
    scanBytesMean: scans.mean,
    scanBytesMax: scans.max,
    ratio: codec && (codec.storedBytes === 0 ? undefined : codec.plainBytes / codec.storedBytes),
    compressSecondsPerGiB: codec && secondsPerGiB(codec, codec.compressMs),
    decompressSecondsPerGiB: codec && secondsPerGiB(codec, codec.decompressMs),
  }
}

function secondsPerGiB({ plainBytes }: CodecFigures, ms: number): number | undefined {
  return plainBytes < TIMED_BYTES_MIN ? undefined : (ms / MS_PER_SECOND) * (GIBIBYTE / plainBytes)
}

/** By how much of today's: −0.75 is three quarters less. Undefined where today there is nothing. */
export function changeOf(value: number | undefined, today: number | undefined): number | undefined {
  return value === undefined || today === undefined || today === 0 ? undefined : value / today - 1
}

/** By the names of Kafka's; null for never. */
export function configValues(config: LogConfig) {
  const { compressionType = 'producer' } = config
  const segmentMs = orNever(config.segmentMs)
  return {
    'index.interval.bytes': config.indexIntervalBytes,
    'segment.bytes': config.segmentBytes,
    'segment.ms': segmentMs === Infinity ? null : segmentMs,
    'compression.type': compressionType === 'none' ? 'uncompressed' : compressionType,
  }
}

interface Line {
  readonly name: string
  readonly row: WhatIfRow
  readonly values: WhatIfValues
  readonly today: WhatIfValues
}

export function whatIfLines(
  report: WhatIfReport,
  names: readonly string[],
  colour: Colour,
): string[] {
  const all = report.rows.map(row => whatIfValues(row, report))
  const lines = report.rows.map((row, index) => ({
    name: names[index]!,
    row,
    values: all[index]!,
    today: all[0]!,
  }))
  const isCompressed = report.rows.some(({ codec }) => codec !== undefined)
  return [
    colour.bold(titleOf(report)),
    ...sampleLines(report),
    configLine(report),
    ...(isCompressed ? ['', ...logTable(lines, colour)] : []),
    '',
    ...indexTable(lines, report, colour),
    ...remarks(lines, report),
  ]
}

function sampleLines(report: WhatIfReport): string[] {
  if (report.sample === undefined) return []
  return [`${sampleText(report)}; all figures are of these alone, which tell nothing of segments`]
}

function configLine({ rows }: WhatIfReport): string {
  const config = rows[0]?.config
  if (config === undefined) return 'configs: not the same for all topics'
  const pairs = Object.entries(configValues(config)).map(
    ([key, value]) => `${key}=${value ?? 'never'}`,
  )
  return `configs: ${pairs.join(', ')}`
}

function logTable(lines: readonly Line[], colour: Colour): string[] {
  return tableLines<Line>(
    [
      { name: 'LOG', cell: ({ name }) => name },
      column('BYTES', ({ values }) => byteCount(values.bytes)),
      changeColumn(({ bytes }) => bytes),
      column('RATIO', ({ values }) => values.ratio?.toFixed(2)),
      column('COMPRESS 1 GIB', ({ values }) => secondsText(values.compressSecondsPerGiB)),
      column('DECOMPRESS 1 GIB', ({ values }) => secondsText(values.decompressSecondsPerGiB)),
      changeColumn(({ decompressSecondsPerGiB }) => decompressSecondsPerGiB),
    ],
    lines,
    colour,
  )
}

function indexTable(
  lines: readonly Line[],
  { sample }: Pick<WhatIfReport, 'sample'>,
  colour: Colour,
): string[] {
  return tableLines<Line>(
    [
      { name: 'SEGMENTS AND INDEXES', cell: ({ name }) => name },
      column('SEGMENTS', ({ values }) => values.segments),
      column('FILLED IN', ({ row }) => (sample === undefined ? fillText(row) : undefined)),
      column('OPEN FILES', ({ values }) => values.openFiles),
      column('INDEXES', ({ values }) => byteCount(values.indexBytes)),
      changeColumn(({ indexBytes }) => indexBytes),
      column('IN MEMORY', ({ values }) => byteCount(values.indexPageBytes)),
      column('SCANNED', ({ values }) => byteCount(Math.round(values.scanBytesMean))),
      changeColumn(({ scanBytesMean }) => scanBytesMean),
      column('WORST', ({ values }) => byteCount(values.scanBytesMax)),
    ],
    lines,
    colour,
  )
}

function column(name: string, cell: Column<Line>['cell']): Column<Line> {
  return { name, align: 'right', cell }
}

function changeColumn(value: (values: WhatIfValues) => number | undefined): Column<Line> {
  return column('CHANGE', ({ values, today }) =>
    values === today ? undefined : changeText(changeOf(value(values), value(today))),
  )
}

function changeText(change: number | undefined): string | undefined {
  if (change === undefined) return undefined
  const percent = (change * 100).toFixed(Math.abs(change) < 0.1 ? 1 : 0)
  if (Number(percent) === 0) return '0 %'
  return `${change > 0 ? '+' : ''}${percent} %`
}

/** Half of the segments in less. Where none was filled, none is in the time that the log covers. */
function fillText({ log: { fillMs, unfilledMs } }: WhatIfRow): string | undefined {
  if (fillMs.count > 0) return durationText(BigInt(distributionOf(fillMs).p50))
  return unfilledMs === 0 ? undefined : `> ${durationText(BigInt(unfilledMs))}`
}

function secondsText(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : `${seconds.toFixed(seconds < 10 ? 2 : 0)} s`
}

/** Seen against Kafka 4.3.1: zstd up to 5 % larger here, gzip up to 7 % smaller. */
const OTHER_BUILDS =
  "A broker's gzip and zstd are other builds: sizes may be some percent off, and codecs as close as that only a broker tells apart."

function remarks(lines: readonly Line[], { legacyBatches, batches, rows }: WhatIfReport): string[] {
  const refused = lines
    .filter(({ row }) => row.refusedBatches > 0)
    .map(({ name, row }) => {
      const many = `${row.refusedBatches} of ${batches} batches`
      return `${name}: ${many} are larger than max.message.bytes or segment.bytes: a broker refuses them`
    })
  const timed = rows[0]?.codec?.plainBytes
  const isCompressed = rows.some(({ codec }) => (codec?.storedBytes ?? 0) > 0)
  const all = [
    ...(isCompressed ? [OTHER_BUILDS] : []),
    ...refused,
    ...(legacyBatches === 0
      ? []
      : [`${legacyBatches} of ${batches} batches are of formats before v2: left as they lie`]),
    ...(timed === undefined || timed === 0 || timed >= TIMED_BYTES_MIN
      ? []
      : [
          `${byteCount(timed)} of records is too little to time codecs by: ` +
            `that takes ${byteCount(TIMED_BYTES_MIN)}`,
        ]),
  ]
  return all.length === 0 ? [] : ['', ...all]
}
