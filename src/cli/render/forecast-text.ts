/** What comes next to log.dirs: the start, retention, compaction, and when disks are full. */
import { MEBIBYTE } from '../../base/limits.ts'
import type { Forecast, PartitionForecast } from '../../inspect/forecast/forecast.ts'
import { DAY_MS } from '../../inspect/forecast/growth.ts'
import type { DoubtfulEnd } from '../../inspect/forecast/looked-log.ts'
import type { LogDirForecast } from '../../inspect/forecast/log-dir-forecast.ts'
import type { ReadRate } from '../../inspect/forecast/read-rate.ts'
import type { LoadAction } from '../../log/load-action.ts'
import type { Colour } from '../colour.ts'
import { byteCount } from './byte-count.ts'
import { durationText } from './duration-text.ts'
import { fateLines } from './fate-text.ts'
import { missingLines } from './missing-partitions-text.ts'
import { loadActionText } from './recover-output.ts'
import { type Column, tableLines } from './table.ts'
import { timeText } from './time-text.ts'

export function* forecastText(forecast: Forecast, colour: Colour): Generator<string> {
  const { findings, missing, partitions, logDirs, rate } = forecast
  yield 'At the start:'
  let isQuiet = true
  const failures = findings.map(({ file, found, atStart }) => `${file}: ${found}: ${atStart}`)
  const ofFolders = [...fateLines(partitions), ...missingLines(missing)]
  for (const line of [...failures, ...ofFolders, ...partitions.flatMap(startLines)]) {
    isQuiet = false
    yield `  ${line}`
  }
  if (isQuiet) yield '  nothing is read again, cut or removed'
  if (rate !== undefined && rate.bytes >= SHOWN_RATE_BYTES_MIN) {
    const speed = byteCount(rate.bytes / rate.seconds)
    const where = RATE_SOURCES[rate.source]
    yield `  read and checked here and now: ${speed} a second, of ${byteCount(rate.bytes)} ${where}`
  }
  const later = partitions.filter(isConcerned)
  if (later.length > 0) {
    yield 'Then:'
    const shown = later.toSorted(byUrgency).slice(0, LATER_MAX)
    for (const line of tableLines(LATER, shown, colour)) yield `  ${line}`
    const hidden = later.length - shown.length
    if (hidden > 0) yield `  … and ${hidden} with less to free at once, or later: --json tells all`
  }
  yield 'Log.dirs:'
  for (const line of tableLines(LOG_DIRS, logDirs, colour)) yield `  ${line}`
  for (const line of assumptions(forecast)) yield `  ${line}`
}

function assumptions({ partitions, logDirs }: Forecast): string[] {
  const isTimed = logDirs.some(({ startSeconds }) => (startSeconds ?? 0) >= SHOWN_SECONDS_MIN)
  const isShort = logDirs.some(({ growthMs = Infinity }) => growthMs < DAY_MS)
  return [
    ...(isTimed
      ? [
          'SECONDS is what kbroker takes to read, at the rate measured here: no broker was measured, and a JVM takes longer.',
        ]
      : []),
    ...(isShort
      ? [
          'A-DAY is at the rate of the time that OVER tells, an hour at least: other days may be different.',
        ]
      : []),
    ...(partitions.some(isUnknownFreed)
      ? [
          'FREES ? is a compaction: what it frees only the keys tell, and those were not read, or can not be.',
        ]
      : []),
    ...compactedAssumptions(partitions),
  ]
}

function compactedAssumptions(partitions: readonly PartitionForecast[]): string[] {
  const growing = partitions.filter(({ compacted }) => (compacted?.writtenPerDay ?? 0) > 0)
  if (growing.length === 0) return []
  const unknown = growing.filter(({ compacted }) => compacted?.isKnown === false).length
  const logs = unknown === 1 ? '1 compacted log was' : `${unknown} compacted logs were`
  return [
    'Of compacted topics, A-DAY is what the compactions of late have left, at most, as some keys replace others;',
    'for FULL-IN, what is written beyond that counts until a broker compacts it.',
    ...(unknown === 0
      ? []
      : [`${logs} never compacted: what will stay is not known, and taken to be nothing.`]),
  ]
}

/** Less is shown as 0.0. */
const SHOWN_SECONDS_MIN = 0.05

/** Of less, a rate tells of the opening of files. */
const SHOWN_RATE_BYTES_MIN = MEBIBYTE

const RATE_SOURCES: Record<ReadRate['source'], string> = {
  disk: 'that were not in the page cache',
  'page-cache': 'from the page cache: where a start has to ask the disk, it takes longer',
  unknown: 'from the disk or the page cache: this kernel does not tell',
}

/** What a clean start does to every log is not told: producers' snapshots, empty indexes. */
export function isTold({ kind }: LoadAction): boolean {
  return !['snapshot-written', 'snapshot-removed', 'segment-created'].includes(kind)
}

function startLines(partition: PartitionForecast): string[] {
  const { folder, work, outcome, bytesToRead, doubtfulEnd } = partition
  const { name, parsed } = folder
  if (parsed.state === 'deleted') {
    return [`${name}: removed, as its topic was deleted: ${byteCount(partition.bytes)}`]
  }
  if (outcome === undefined) {
    const [first] = work.reads
    if (first === undefined) return doubtfulEnd ? [doubtfulText(name, doubtfulEnd)] : []
    const count = `${work.reads.length} ${work.reads.length === 1 ? 'segment' : 'segments'}`
    return [
      `${name}: reads ${count} from ${first.name} on, ${byteCount(bytesToRead)}; not read here`,
    ]
  }
  const told = outcome.actions.filter(isTold).map(action => `${name}: ${loadActionText(action)}`)
  const { lostBytes, lostRecords, failure } = outcome
  const lost = `${name}: ${lostBytes} bytes are lost, ${lostRecords} records that can be read today`
  return [
    ...told,
    ...(lostBytes > 0 ? [lost] : []),
    ...(failure === undefined ? [] : [`${name}: fails: ${failure.message}`]),
  ]
}

function doubtfulText(name: string, { notedOffset }: DoubtfulEnd): string {
  const noted = notedOffset === undefined ? '' : `, which is not offset ${notedOffset} as noted`
  return `${name}: takes what its index leads to for the end of the log${noted}; not read here`
}

function isConcerned({ retention, compaction, bytesPerDay }: PartitionForecast): boolean {
  const next = retention?.waiting[0]
  const isDue = (retention?.expired.length ?? 0) > 0 || next?.dueMs !== undefined
  return (
    isDue || next?.dueGrowth !== undefined || (compaction?.dirtyBytes ?? 0) > 0 || bytesPerDay > 0
  )
}

/** A table of thousands nobody reads, and it takes longer than all the rest. */
const LATER_MAX = 50

/** Who frees most at once; then whose time comes first. */
function byUrgency(a: PartitionForecast, b: PartitionForecast): number {
  return (freedBytes(b) ?? 0) - (freedBytes(a) ?? 0) || dueOf(a) - dueOf(b) || 0
}

function dueOf({ retention }: PartitionForecast): number {
  return Number(retention?.waiting[0]?.dueMs ?? Number.MAX_SAFE_INTEGER)
}

const LATER: readonly Column<PartitionForecast>[] = [
  { name: 'PARTITION', cell: ({ folder }) => folder.name },
  { name: 'SIZE', align: 'right', cell: ({ bytesAfter }) => byteCount(bytesAfter) },
  { name: 'A-DAY', align: 'right', cell: ({ bytesPerDay }) => byteCount(Math.round(bytesPerDay)) },
  { name: 'DELETED', align: 'right', cell: ({ retention }) => retention?.expired.length },
  { name: 'FREES', align: 'right', cell: freed },
  { name: 'NEXT', cell: nextText },
  { name: 'FREES', align: 'right', cell: nextFreed },
  { name: 'TO-COMPACT', cell: compactionText },
]

function freed(partition: PartitionForecast): string | undefined {
  if (isUnknownFreed(partition)) return '?'
  const bytes = freedBytes(partition)
  return bytes === undefined ? undefined : byteCount(bytes)
}

function isUnknownFreed({ retention, compactionFrees }: PartitionForecast): boolean {
  const isUnknown = compactionFrees !== undefined && compactionFrees.kind !== 'known'
  return isUnknown && (retention?.expired.length ?? 0) === 0
}

/** By retention; where that has nothing to delete, by compaction. */
function freedBytes({ retention, compactionFrees }: PartitionForecast): number | undefined {
  const expired = retention?.expired ?? []
  if (expired.length > 0) return expired.reduce((sum, { segment }) => sum + segment.size, 0)
  return compactionFrees?.kind === 'known' ? compactionFrees.bytes : undefined
}

function nextText({ retention }: PartitionForecast): string | undefined {
  const next = retention?.waiting[0]
  if (next?.dueMs === undefined && next?.dueGrowth === undefined) return undefined
  const time = next.dueMs === undefined ? [] : [timeText(next.dueMs)]
  const growth = next.dueGrowth === undefined ? [] : [`${byteCount(next.dueGrowth)} more`]
  return [...time, ...growth].join(' or ')
}

function nextFreed({ retention }: PartitionForecast): string | undefined {
  const next = retention?.waiting[0]
  if (next?.dueMs === undefined && next?.dueGrowth === undefined) return undefined
  return byteCount(next.segment.size)
}

function compactionText({ compaction }: PartitionForecast): string | undefined {
  if (compaction === undefined || compaction.dirtyBytes === 0) return undefined
  const { dirtyBytes, dirtyRatio, isDue } = compaction
  const percent = Math.round(dirtyRatio * 100)
  return `${byteCount(dirtyBytes)}, ${percent}% dirty${isDue ? ': at once' : ''}`
}

const LOG_DIRS: readonly Column<LogDirForecast>[] = [
  { name: 'LOG-DIR', cell: ({ path }) => path },
  { name: 'CLEAN', cell: ({ isClean }) => (isClean ? 'yes' : 'no') },
  { name: 'LOGS', align: 'right', cell: ({ logs }) => logs },
  { name: 'SIZE', align: 'right', cell: ({ bytes }) => byteCount(bytes) },
  { name: 'START-READS', align: 'right', cell: ({ bytesToRead }) => byteCount(bytesToRead) },
  { name: 'SECONDS', align: 'right', cell: ({ startSeconds }) => startSeconds?.toFixed(1) },
  { name: 'A-DAY', align: 'right', cell: ({ bytesPerDay }) => byteCount(Math.round(bytesPerDay)) },
  { name: 'OVER', align: 'right', cell: ({ growthMs }) => growthText(growthMs) },
  { name: 'FREE', align: 'right', cell: ({ freeBytes }) => freeBytes && byteCount(freeBytes) },
  { name: 'FULL-IN', cell: ({ daysUntilFull }) => fullText(daysUntilFull) },
]

function growthText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : durationText(BigInt(Math.round(ms)))
}

/** To the hour in the first two days. */
function fullText(days: number | undefined): string {
  if (days === undefined) return 'never'
  return days < 2 ? `${Math.round(days * 24)}h` : `${days}d`
}
