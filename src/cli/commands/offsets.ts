/** `kbroker offsets`: what kafka-get-offsets prints, told from the log.dirs alone, and more. */
import { dirname } from 'node:path'
import { Command, Option } from 'commander'
import { CorruptDataError, UsageError } from '../../base/errors.ts'
import { INT64_MAX } from '../../binary/big-endian.ts'
import { beyondTheEnd } from '../../inspect/offsets/beyond-the-end.ts'
import { uncleanNotice } from '../../inspect/offsets/unclean-notice.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type { NamedOffset, OffsetQuery } from '../../inspect/offsets/offset-query.ts'
import {
  reportOffsets,
  type AskedPartition,
  type OffsetsFailure,
  type OffsetsOfPartition,
} from '../../inspect/offsets/offsets-report.ts'
import { colourOf } from '../colour.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addLogDirsOption,
  addOutputOptions,
  limitsOf,
  logDirsOf,
  noticesTo,
  type LogDirsOption,
  type OutputOptions,
} from '../common-options.ts'
import { coverOf } from '../covered-targets.ts'
import { EXIT } from '../exit-code.ts'
import { diskWithOptionalIndexes, leavingOut } from '../left-out.ts'
import { createPartitionFilter, type PartitionFilterOptions } from '../partition-filter.ts'
import { offsetsJson, offsetsLine, offsetsTable } from '../render/offsets-text.ts'
import { expandLogDirs, resolveTargets } from '../targets.ts'
import { tryParseTime } from '../time-grammar.ts'

interface OffsetsCommandOptions extends LogDirsOption, OutputOptions, PartitionFilterOptions {
  readonly time: string
  readonly all?: true
  readonly table?: true
}

export function createOffsetsCommand(context: CommandContext): Command {
  const command = new Command('offsets')
    .description(
      'Tells where partitions begin and end: the options and the text of kafka-get-offsets,\n' +
        'answered from the log.dirs as a broker that serves them alone would. Of a log that was not\n' +
        'closed only the last batches are checked: a broker that recovers it, and verify, check more.',
    )
    .argument('[paths...]', 'partition folders, log.dirs, patterns, or topic[-partition]')
  addLogDirsOption(command)
  command
    .option('--topic <regex>', 'topics whose whole names match')
    .option('--partitions <numbers>', 'only these partitions, such as 0,1')
    .option('--topic-partitions <rules>', 'such as t1:1,t2:0-3,t3,t4:5-,:-3')
    .option('--exclude-internal-topics', 'leave out the topics that brokers keep for themselves')
    .option('--time <time>', TIME_HELP, 'latest')
    .option('--all', 'print partitions without an answer, too, with an empty offset')
    .addOption(new Option('--table', 'every offset of a partition, as columns').conflicts('json'))
  addOutputOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], options: OffsetsCommandOptions) =>
      runOffsets(paths, options, context),
    )
}

async function runOffsets(
  paths: readonly string[],
  options: OffsetsCommandOptions,
  context: CommandContext,
): Promise<void> {
  const notice = noticesTo(options, context)
  const query = parseOffsetQuery(options.time, context.nowMs(), notice)
  const partitions = await askedPartitions(paths, options, context)
  if (partitions.length === 0) {
    context.stderr('kbroker: no partition matches')
    context.endWith(EXIT.itemFailed)
    return
  }
  noteDoubles(partitions, notice)
  const everyOffset = options.table === true || options.json === true
  const report = reportOffsets(diskWithOptionalIndexes(options, context), partitions, {
    query,
    everyOffset,
    limits: limitsOf(options),
  })
  const found = withoutFailures(report, notice, context)
  if (options.table === true) {
    const colour = await colourOf(options, context)
    const withAnswer = query.kind === 'timestamp'
    const lines = offsetsTable([...found], { withAnswer, colour })
    for (const line of lines) context.stdout.line(line)
    return
  }
  for (const partition of found) {
    if (options.json === true) context.stdout.line(offsetsJson(partition))
    else if (partition.answer !== undefined || options.all === true) {
      context.stdout.line(offsetsLine(partition))
    }
  }
}

/** What serves: no folder that is being deleted or moved. The metadata log is no topic, unless it is named. */
async function askedPartitions(
  paths: readonly string[],
  options: OffsetsCommandOptions,
  context: CommandContext,
): Promise<AskedPartition[]> {
  const { disk, workingDirectory, environment } = context
  const isWanted = createPartitionFilter(options)
  const logDirs = logDirsOf(options, environment)
  const onRefusal = leavingOut(context)
  const targets = await resolveTargets(paths, { logDirs, disk, workingDirectory, onRefusal })
  if (targets.length === 0) throw new UsageError('nothing to look at: give a path, or --log-dirs')
  const isCovered = coverOf(targets, { disk, workingDirectory })
  const asked: AskedPartition[] = []
  for (const target of expandLogDirs(targets, disk)) {
    if (target.kind === 'file') {
      if (isCovered(target)) continue
      throw new UsageError(`${target.path} is a file: offsets are told of partitions' folders`)
    }
    const { path, topic, partition, state } = target
    if (topic === undefined || partition === undefined || state !== 'live') continue
    if (topic === METADATA_TOPIC && !targets.includes(target)) continue
    if (isWanted({ topic, partition })) asked.push({ topic, partition, path })
  }
  return asked.sort(byName)
}

/** As kafka-get-offsets sorts: by the text, so that partition 10 comes before 2. */
function byName(a: AskedPartition, b: AskedPartition): number {
  const [left, right] = [a, b].map(({ topic, partition }) => `${topic}-${partition}`)
  if (left === right) return 0
  return left! < right! ? -1 : 1
}

function noteDoubles(partitions: readonly AskedPartition[], notice: (line: string) => void): void {
  partitions.forEach(({ topic, partition, path }, i) => {
    const next = partitions[i + 1]
    if (next?.topic !== topic || next.partition !== partition) return
    notice(`kbroker: ${topic}-${partition} is in two places: ${path} and ${next.path}`)
  })
}

function* withoutFailures(
  report: Iterable<OffsetsOfPartition | OffsetsFailure>,
  notice: (line: string) => void,
  context: CommandContext,
): Generator<OffsetsOfPartition> {
  const unclean = new Set<string>()
  for (const item of report) {
    if ('error' in item) {
      context.stderr(
        `kbroker: no offsets of ${item.topic}-${item.partition}: ${item.error.message}`,
      )
      context.endWith(EXIT.itemFailed)
      continue
    }
    item.refused.forEach(leavingOut(context))
    const logDir = dirname(item.path)
    if (!item.isClean && !unclean.has(logDir)) {
      unclean.add(logDir)
      notice(`kbroker: ${uncleanNotice(logDir)}`)
    }
    const name = `${item.topic}-${item.partition}`
    if (item.isTiered) {
      notice(
        `kbroker: ${name} begins below its first segment here: it is tiered, and what is in the remote ` +
          'storage is left out of account, or it has lost a segment',
      )
    }
    if (item.endDamage !== undefined) {
      const { message } = new CorruptDataError(item.endDamage)
      context.stderr(`kbroker: ${name}: the end of the log is not known for sure: ${message}`)
      context.endWith(EXIT.itemFailed)
    }
    for (const text of item.offsets === undefined ? [] : beyondTheEnd(item.offsets)) {
      notice(`kbroker: ${name}: ${text}`)
    }
    yield item
  }
}

const NAMED: readonly NamedOffset[] = [
  'latest',
  'earliest',
  'max-timestamp',
  'earliest-local',
  'latest-tiered',
  'earliest-pending-upload',
]

/** Names, and their numbers from −1 down; whole numbers are milliseconds, as for kafka-get-offsets. */
export function parseOffsetQuery(
  text: string,
  nowMs: number,
  notice: (line: string) => void = () => undefined,
): OffsetQuery {
  const kind = NAMED.find((name, i) => text === name || text === `-${i + 1}`)
  if (kind !== undefined) return { kind }
  if (/^\+?\d+$/.test(text) && BigInt(text.replace('+', '')) <= INT64_MAX) {
    const digits = text.replace('+', '')
    const unit = OTHER_UNITS[digits.length]
    if (unit !== undefined) {
      notice(
        `kbroker: --time ${text} is taken as milliseconds, as kafka-get-offsets does; ` +
          `for ${unit} write @${digits}`,
      )
    }
    return { kind: 'timestamp', timestamp: BigInt(digits) }
  }
  const isMarked = text.startsWith('@')
  const timestamp = tryParseTime(isMarked ? text.slice(1) : text, nowMs)
  const isDigits = /^[-+]?\d+$/.test(text)
  if (timestamp === undefined || timestamp < 0n || isDigits) {
    const names = NAMED.map((name, i) => `-${i + 1} or ${name}`).join(', ')
    throw new UsageError(
      `${JSON.stringify(text)} is no time: expected ${names}, milliseconds since 1970, ` +
        'or a time such as @1700000000, 2026-03-01T12:30:00Z or -1h',
    )
  }
  return { kind: 'timestamp', timestamp }
}

/** What so many digits mean to every other option: see time-grammar.ts. */
const OTHER_UNITS: Readonly<Record<number, string>> = {
  10: 'seconds',
  16: 'microseconds',
  19: 'nanoseconds',
}

const TIME_HELP =
  'latest (-1), earliest (-2), max-timestamp (-3), earliest-local (-4), latest-tiered (-5), ' +
  'earliest-pending-upload (-6), or the first record that is not earlier than: milliseconds ' +
  'since 1970, @SECONDS, a date, 2026-03-01T12:30:00Z, -1h'

const EXAMPLES = `
Examples:
  kbroker offsets --log-dirs /data/a,/data/b --topic 'orders|payments'
  kbroker offsets /data/a --time -1h --topic-partitions 'orders:0-3,payments'
  kbroker offsets orders --log-dirs /data/a,/data/b --table

Exit codes: 0 fine · 1 a partition could not be read, its log ends in damage, or none matches
2 usage`
