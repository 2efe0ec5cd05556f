/** `kbroker lookup`: where the record at an offset or a time is, and how the indexes lead there. */
import { Command } from 'commander'
import { UsageError } from '../../base/errors.ts'
import { foundSegment } from '../../inspect/lookup/found-segment.ts'
import { lookUp } from '../../inspect/lookup/lookup.ts'
import type { LookupQuery, LookupReport } from '../../inspect/lookup/lookup-report.ts'
import { ObservedDisk } from '../../inspect/lookup/observed-disk.ts'
import { offsetBoundsOf } from '../../inspect/offsets/offset-query.ts'
import { resolveOffset, type OffsetPoint } from '../../inspect/offsets/offset-point.ts'
import type { BoundedLog } from '../../inspect/offsets/log-bounds.ts'
import type { BrokerFile } from '../../log-dirs/broker-file.ts'
import { topicLogConfigs } from '../../log-dirs/topic-log-configs.ts'
import { refusedLogs } from '../../log/partition-directory.ts'
import { pageCacheNotice } from '../../disk/page-cache.ts'
import {
  addBrokerConfigOption,
  withBrokerFile,
  type BrokerConfigOption,
} from '../broker-config-option.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addJsonOption,
  addLimitOption,
  addLogDirsOption,
  addQuietOption,
  limitsOf,
  logDirsOf,
  noticesTo,
  type LimitOption,
  type LogDirsOption,
  type QuietOption,
} from '../common-options.ts'
import { configsHere } from '../configs-here.ts'
import { EXIT } from '../exit-code.ts'
import { diskWithOptionalIndexes, leavingOut } from '../left-out.ts'
import { parseOffset } from '../offset-grammar.ts'
import { lookupJson } from '../render/lookup-json.ts'
import {
  damageText,
  lookupLines,
  missingRecordText,
  otherRecordText,
  queryText,
  type LookedUpPartition,
} from '../render/lookup-text.ts'
import { segmentLines, wayLines } from '../render/lookup-way-text.ts'
import { scannedPartitions, type ScannedPartition } from '../scanned-partitions.ts'
import { resolveTargets } from '../targets.ts'
import { parseTime } from '../time-grammar.ts'

interface LookupCommandOptions extends LogDirsOption, BrokerConfigOption, LimitOption, QuietOption {
  readonly offset?: string
  readonly time?: string
  readonly maxTimestamp?: true
  readonly explain?: true
  readonly json?: true
}

export function createLookupCommand(context: CommandContext): Command {
  const command = new Command('lookup')
    .description(
      'Finds one record by its offset, or the first one that is not earlier than a time:\n' +
        'which file, which bytes, which batch. By the indexes, as a broker does.',
    )
    .argument('<partition>', "topic-partition, a partition's folder, or a segment file")
  addLogDirsOption(command)
  command
    .option('--offset <offset>', 'N, start, end, -N (before the end), @TIME or -1h')
    .option(
      '--time <time>',
      'digits (10: s, 13: ms, 16: µs, 19: ns), 2026-03-01, 2026-03-01T12:30:00Z, -1h, now',
    )
    .option('--max-timestamp', 'the first record with the greatest timestamp')
    .option(
      '--explain',
      'show the way: segments, index entries, bytes read, page cache; and what the index costs and saves',
    )
  addBrokerConfigOption(command, '--config, ')
  addJsonOption(command)
  addQuietOption(command)
  addLimitOption(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((word: string, options: LookupCommandOptions) => runLookup(word, options, context))
}

async function runLookup(
  word: string,
  given: LookupCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { options, brokerFile } = withBrokerFile(given, context)
  const ask = askedFor(options, context.nowMs())
  const { log, topic, partition } = await onlyPartition(word, options, context)
  refusedLogs(log.directory).forEach(leavingOut(context))
  const explain = options.explain === true
  const tolerant = diskWithOptionalIndexes(options, context)
  const disk = new ObservedDisk(tolerant, explain ? undefined : () => undefined)
  const report = lookUp(disk, log, ask(new ObservedDisk(tolerant, () => undefined), log))
  const place = { topic, partition, path: log.directory.path }
  if (explain) noteBlindness(report.found?.file, noticesTo(options, context))
  const isExplained = explain && report.found !== undefined
  const interval = isExplained ? indexIntervalOf(place, brokerFile, options, context) : undefined
  const segment = interval === undefined ? undefined : foundSegment(tolerant, log, report, interval)
  if (options.json === true) {
    context.stdout.line(lookupJson(report, place, { withWay: explain, segment }))
  } else {
    const lines = lookupLines(report)
    if (report.found === undefined) context.stderr(`kbroker: ${missingRecordText(report, place)}`)
    if (explain) lines.unshift(`looking for ${queryText(report.query)}`)
    if (explain) lines.push(...wayLines(report.way))
    if (segment !== undefined) lines.push(...segmentLines(segment))
    for (const line of lines) context.stdout.line(line)
  }
  noteOtherRecord(report, noticesTo(options, context), context)
  if (!isSound(report)) context.endWith(EXIT.itemFailed)
}

/** As far as the log.dirs and the broker's file know; Kafka's default otherwise. */
function indexIntervalOf(
  { topic, path }: LookedUpPartition,
  { configs: file }: BrokerFile,
  options: LookupCommandOptions,
  context: CommandContext,
): number {
  const configs = configsHere([path], file, { ...options, quiet: true }, context)
  return topicLogConfigs(configs)(topic).indexIntervalBytes
}

function isSound({ found }: LookupReport): boolean {
  return found !== undefined && found.isValid && found.damage === undefined
}

/** Nobody is to take the record for the one that was asked for. */
function noteOtherRecord(
  report: LookupReport,
  notice: (line: string) => void,
  context: CommandContext,
): void {
  const text = otherRecordText(report)
  const isDamaged = report.damages.length > 0
  const tell = isDamaged ? context.stderr : notice
  if (text !== undefined) tell(`kbroker: ${text}`)
  for (const damage of report.damages) context.stderr(`kbroker: ${damageText(damage)}`)
  if (text !== undefined && isDamaged) context.endWith(EXIT.itemFailed)
}

type Ask = (disk: ObservedDisk, log: BoundedLog) => LookupQuery

/** What is asked, once the partition is known: `-N` counts from its end. An offset given as a time is that time. */
function askedFor(options: LookupCommandOptions, nowMs: number): Ask {
  const { offset, time, maxTimestamp } = options
  const given = [offset, time, maxTimestamp].filter(option => option !== undefined)
  if (given.length !== 1) {
    throw new UsageError('say what to look for: one of --offset, --time and --max-timestamp')
  }
  if (offset !== undefined) return queryOf(parseOffset(offset, nowMs))
  if (time === undefined) return () => ({ kind: 'max-timestamp' })
  const timestamp = parseTime(time, nowMs)
  return () => ({ kind: 'timestamp', timestamp })
}

function queryOf(point: OffsetPoint): Ask {
  if (point.kind === 'time') return () => ({ kind: 'timestamp', timestamp: point.timestamp })
  return (disk, log) => ({
    kind: 'offset',
    offset: resolveOffset(point, offsetBoundsOf(disk, log)),
  })
}

async function onlyPartition(
  word: string,
  options: LookupCommandOptions,
  { disk, workingDirectory, environment }: CommandContext,
): Promise<Pick<ScannedPartition, 'topic' | 'partition'> & { log: ScannedPartition['log'] }> {
  const logDirs = logDirsOf(options, environment)
  const targets = await resolveTargets([word], { logDirs, disk, workingDirectory })
  const partitions = scannedPartitions(targets, {
    disk,
    workingDirectory,
    limits: limitsOf(options),
  })
  const [only] = partitions
  if (only === undefined) throw new UsageError(`${word} holds no partition`)
  if (partitions.length > 1) {
    const paths = partitions.map(({ log }) => log.directory.path)
    const shown = paths.slice(0, SHOWN_MAX).join(', ') + (paths.length > SHOWN_MAX ? ', …' : '')
    throw new UsageError(`${word} is ${paths.length} partitions, name one of them: ${shown}`)
  }
  const { topic, partition, log, segments } = only
  return { topic, partition, log: { ...log, segments } }
}

const SHOWN_MAX = 4

function noteBlindness(file: string | undefined, notice: (line: string) => void): void {
  const reason = file === undefined ? undefined : pageCacheNotice(file)
  if (reason !== undefined) notice(`kbroker: ${reason}`)
}

const EXAMPLES = `
Examples:
  kbroker lookup orders-3 --log-dirs /data/a,/data/b --offset 41999
  kbroker lookup /data/a/orders-3 --time 2026-03-01T12:30:00Z --json
  kbroker lookup /data/a/orders-3/00000000000000040000.log --max-timestamp --explain

Where an offset is not there, the record behind it is shown, and a notice says so.

Exit codes: 0 found · 1 no such record, its batch is damaged, or damage lies before the one shown
2 usage`
