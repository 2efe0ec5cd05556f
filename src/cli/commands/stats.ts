/** `kbroker stats`: what batches and records are like, all of them or a sample. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from '../../base/errors.ts'
import { bytesOf, type StatsScope } from '../../inspect/stats/counted-logs.ts'
import { statsOf } from '../../inspect/stats/stats.ts'
import {
  addBrokerConfigOption,
  withBrokerFile,
  type BrokerConfigOption,
} from '../broker-config-option.ts'
import { colourOf } from '../colour.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addLogDirsOption,
  addOutputOptions,
  collect,
  limitsOf,
  logDirsOf,
  noticesTo,
  parseByteSize,
  parsePositiveInteger,
  splitList,
  type LogDirsOption,
  type OutputOptions,
} from '../common-options.ts'
import { EXIT } from '../exit-code.ts'
import { leavingOut } from '../left-out.ts'
import { logSizesOf, notePageCache } from '../page-cache-note.ts'
import { startProgress } from '../progress.ts'
import { statsJson } from '../render/stats-json.ts'
import { HISTOGRAMS, statsLines, type HistogramName } from '../render/stats-text.ts'
import { runWhatIf } from '../run-what-if.ts'
import { scannedPartitions, type ScannedPartition } from '../scanned-partitions.ts'
import { resolveTargets } from '../targets.ts'
import { parseWhatIf } from '../what-if-grammar.ts'

interface StatsCommandOptions extends LogDirsOption, BrokerConfigOption, OutputOptions {
  readonly by: StatsScope
  readonly sample?: number
  readonly top: number
  readonly histogram: readonly HistogramName[]
  readonly workers?: number
  readonly whatIf?: readonly string[]
}

const TOP_MAX = 10
const NAMES = Object.keys(HISTOGRAMS) as HistogramName[]

export function createStatsCommand(context: CommandContext): Command {
  const command = new Command('stats')
    .description(
      'Tells what batches and records are like: sizes, codecs and what they save, producers,\n' +
        'hours, gaps, order of timestamps, keys, tombstones, headers; how long segments take to\n' +
        'fill, what indexes cost, and what of the log they leave to be scanned. Percentiles are\n' +
        'right within 1/16; all other figures are exact for what was read. A record counts in\n' +
        'the hour of its own timestamp, a batch and its bytes in that of its newest record.',
    )
    .argument(
      '[paths...]',
      'log files, partition folders, log.dirs, patterns, or topic[-partition]',
    )
  addLogDirsOption(command)
  command
    .addOption(
      new Option('--by <what>', 'a report for each')
        .choices(['all', 'topic', 'partition'])
        .default('all'),
    )
    .option(
      '--sample <bytes>',
      'read about so many bytes, spread evenly, such as 64MiB; nothing is projected',
      parseByteSize,
    )
    .option('--top <n>', 'producers and batches to name', parsePositiveInteger, TOP_MAX)
    .addOption(
      new Option('--histogram <names>', 'in text, comma-separated')
        .choices([...NAMES, 'none'])
        .argParser(parseHistograms)
        .default(['batch-size'], 'batch-size')
        .conflicts('json'),
    )
    .option(
      '--what-if <configs>',
      'instead: what the same batches would make of logs under other configs, such as ' +
        "'index.interval.bytes=16384,compression.type=zstd'; may be given several times",
      collect,
    )
    .option('--workers <count>', 'threads (default: one for each processor)', parsePositiveInteger)
  addBrokerConfigOption(command, '--config, ')
  addOutputOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], options: StatsCommandOptions) => runStats(paths, options, context))
}

async function runStats(
  paths: readonly string[],
  given: StatsCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { options, brokerFile } = withBrokerFile(given, context)
  const whatIfs = (options.whatIf ?? []).map(parseWhatIf)
  const { disk, stdout } = context
  const partitions = await countedPartitions(paths, options, context)
  const notice = noticesTo(options, context)
  notePageCache(() => logSizesOf(partitions), notice)
  const bytesTotal = Math.min(bytesOf(partitions), options.sample ?? Infinity)
  if (whatIfs.length > 0) {
    const asked = { whatIfs, bytesTotal, file: brokerFile.configs }
    return runWhatIf(partitions, asked, options, context)
  }
  const progress = await startProgress('counting', context)
  const events = statsOf(disk, partitions, {
    by: options.by,
    sampleSize: options.sample,
    topMax: options.top,
    limits: limitsOf(options),
    workers: options.workers ?? context.parallelism,
    onProgress: bytes => progress.advance(bytes, bytesTotal),
  })
  const text = { colour: await colourOf(options, context), histograms: options.histogram }
  try {
    for await (const event of events) {
      progress.clear()
      if (event.kind === 'report') {
        if (options.json === true) stdout.line(statsJson(event.report))
        else {
          if (stdout.position > 0) stdout.line('')
          for (const line of statsLines(event.report, text)) stdout.line(line)
        }
      } else if (event.problem.kind === 'notice') {
        notice(`kbroker: ${event.problem.message}`)
      } else {
        context.stderr(`kbroker: ${event.problem.message}`)
        context.endWith(EXIT.itemFailed)
      }
    }
  } finally {
    progress.stop()
  }
}

async function countedPartitions(
  paths: readonly string[],
  options: StatsCommandOptions,
  context: CommandContext,
): Promise<ScannedPartition[]> {
  const { disk, workingDirectory, environment } = context
  const logDirs = logDirsOf(options, environment)
  const onRefusal = leavingOut(context)
  const targets = await resolveTargets(paths, { logDirs, disk, workingDirectory, onRefusal })
  if (targets.length === 0) throw new UsageError('nothing to count: give a path, or --log-dirs')
  return scannedPartitions(targets, {
    disk,
    workingDirectory,
    onRefusal,
    limits: limitsOf(options),
  })
}

function parseHistograms(text: string): HistogramName[] {
  if (text === 'none') return []
  return splitList(text).map(word => {
    const name = NAMES.find(known => known === word)
    if (name !== undefined) return name
    throw new InvalidArgumentError(
      `Expected some of ${NAMES.join(', ')}, comma-separated, or none.`,
    )
  })
}

const EXAMPLES = `
Examples:
  kbroker stats orders --log-dirs /data/a,/data/b
  kbroker stats /data/a --sample 256MiB --by topic --json | jq '{topic, records}'
  kbroker stats /data/a/orders-0 --histogram record-size,batch-gap --top 3
  kbroker stats orders --log-dirs /data/a,/data/b --what-if compression.type=zstd \\
    --what-if index.interval.bytes=16384,segment.bytes=536870912

--what-if takes index.interval.bytes, segment.bytes, segment.ms and compression.type. Batches stay
as producers made them, and come when their timestamps say. They are compressed again for real, at
the codecs' default levels, and timed by the clock where there are 16 MiB of records, with this
program's codecs: a broker's may be faster, and its gzip and zstd make sizes that are some percent
other. Indexes in memory are whole pages; what a lookup scans lies between its index entry and the
batch. The first row is what others are compared with: segments and indexes as
they are. The second is the same configs from the beginning on: some of today's segments may end
where a broker was restarted, or by configs of another time.

Exit codes: 0 counted · 1 something could not be counted: a file that can't be read, a damaged
batch · 2 usage`
