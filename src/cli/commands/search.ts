/** `kbroker search`: records by what is in them, without a broker. */
import { Command, Option } from 'commander'
import { UsageError } from '../../base/errors.ts'
import { KEYS_MAX, KEYS_MAX_FLAG } from '../../inspect/search/latest-offsets.ts'
import { visitMatches } from '../../inspect/search/match-collector.ts'
import type { Isolation } from '../../inspect/search/partition-view.ts'
import { placementsOf, type KeyPlacement } from '../../inspect/search/partition-choice.ts'
import type { RecordQuery } from '../../inspect/search/record-query.ts'
import { search, type SearchOptions } from '../../inspect/search/search.ts'
import { createRunner } from '../../inspect/search/segment-runner.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addJsonOption,
  addLimitOption,
  addLogDirsOption,
  addQuietOption,
  limitsOf,
  logDirsOf,
  noticesTo,
  parsePositiveInteger,
  type LimitOption,
  type LogDirsOption,
  type QuietOption,
} from '../common-options.ts'
import { EXIT } from '../exit-code.ts'
import { diskWithOptionalIndexes, leavingOut, onceEach } from '../left-out.ts'
import { parseOffsetRange } from '../offset-grammar.ts'
import { logSizesOf, notePageCache } from '../page-cache-note.ts'
import { startProgressBesideOutput } from '../progress.ts'
import { DumpText } from '../render/dump-text.ts'
import { encodedText, type TextEncoding } from '../render/record-text.ts'
import { SearchJson, SearchText, type SearchOutput } from '../render/search-output.ts'
import { scannedPartitions, type ScannedPartition } from '../scanned-partitions.ts'
import { addQueryOptions, queryOf, wholeKeysOf, type QueryOptions } from '../search-query.ts'
import { resolveTargets } from '../targets.ts'
import { parseTimeRange } from '../time-grammar.ts'

interface SearchCommandOptions extends LogDirsOption, LimitOption, QuietOption, QueryOptions {
  readonly offsets?: string
  readonly from?: string
  readonly to?: string
  readonly partitionForKey?: true
  readonly partitionCount?: number
  readonly latestPerKey?: true
  readonly maxKeys: number
  readonly limit?: number
  readonly isolation?: Exclude<Isolation, 'none'>
  /** False under --no-indexes. */
  readonly indexes: boolean
  readonly workers?: number
  readonly headerValues?: true
  readonly keyEncoding?: TextEncoding
  readonly valueEncoding?: TextEncoding
  readonly json?: true
}

const ENCODINGS: readonly TextEncoding[] = ['utf8', 'hex', 'base64']

export function createSearchCommand(context: CommandContext): Command {
  const command = new Command('search')
    .description(
      'Finds records by key, value and headers, in offset order partition by partition.\n' +
        'Tests of one field are alternatives; each field that is asked about has to match.\n' +
        'Bytes that are no UTF-8 meet a regular expression as Latin-1: \\xff is the byte ff.',
    )
    .argument(
      '[paths...]',
      'log files, partition folders, log.dirs, patterns, or topic[-partition]',
    )
  addLogDirsOption(command)
  addQueryOptions(command)
  addRangeOptions(command)
  addTextOptions(command)
  addJsonOption(command)
  addQuietOption(command)
  addLimitOption(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], options: SearchCommandOptions) => runSearch(paths, options, context))
}

function addRangeOptions(command: Command): void {
  command
    .option('--offsets <A:B>', 'offsets from A up to B, B not among them')
    .option('--from <time>', 'records of that time or later')
    .option('--to <time>', 'records before that time')
    .option('--partition-for-key', "look only where the default partitioner puts the keys' records")
    .option(
      '--partition-count <n>',
      'of the topic, for that (default: as __cluster_metadata in the log.dirs given has it; without ' +
        'that as the folders have it)',
      parsePositiveInteger,
    )
    .option('--latest-per-key', 'of the records that match, only the last of each key')
    .option(
      `${KEYS_MAX_FLAG} <n>`,
      'keys to remember for that, in one partition; each takes 32 to 96 bytes, so with more of ' +
        'them than the default the process goes beyond 150 MB',
      parsePositiveInteger,
      KEYS_MAX,
    )
    .option('-n, --limit <n>', 'stop after so many records', parsePositiveInteger)
    .addOption(
      new Option(
        '--isolation <level>',
        'what a consumer would be shown; without it, all that the files hold',
      ).choices(['read_uncommitted', 'read_committed']),
    )
    .option('--no-indexes', 'read everything: indexes may be wrong')
    .option('--workers <count>', 'threads (default: one for each processor)', parsePositiveInteger)
}

function addTextOptions(command: Command): void {
  command
    .addOption(
      new Option('--header-values', "in text, print the values of records' headers, too").conflicts(
        'json',
      ),
    )
    .addOption(encodingOption('--key-encoding <encoding>', 'of keys in text'))
    .addOption(encodingOption('--value-encoding <encoding>', 'of values in text'))
}

/** JSON has its own way with bytes. */
function encodingOption(flags: string, description: string): Option {
  return new Option(flags, description).choices(ENCODINGS).conflicts('json')
}

async function runSearch(
  paths: readonly string[],
  options: SearchCommandOptions,
  context: CommandContext,
): Promise<void> {
  const disk = diskWithOptionalIndexes(options, context)
  const asked = searchOptions(options, context)
  const partitions = await chosenPartitions(
    paths,
    { options, query: asked.query },
    { ...context, disk },
  )
  const runner = createRunner(disk, partitions, options.workers ?? context.parallelism)
  const output = createOutput(options, context)
  const notice = onceEach(noticesTo(options, context))
  notePageCache(() => logSizesOf(partitions), notice)
  const progress = await startProgressBesideOutput('searching', context)
  const bytesTotal = bytesOf(partitions)
  let [left, bytesPassed] = [asked.limit ?? Infinity, 0]
  try {
    for await (const event of search(disk, partitions, asked, runner)) {
      if (event.kind === 'progress') {
        bytesPassed += event.bytesPassed
        progress.advance(bytesPassed, bytesTotal)
      } else if (event.kind === 'matches') {
        output.segment(event.in, event.segment)
        visitMatches(event.found, { limits: asked.limits, countMax: left }, output)
        left -= event.found.matchCount
      } else {
        progress.clear()
        context.stdout.flush()
        if (event.problem.kind === 'notice') notice(`kbroker: ${event.problem.message}`)
        else fail(event.problem.message, context)
      }
    }
  } finally {
    await runner.close()
    progress.stop()
  }
}

function bytesOf(partitions: readonly ScannedPartition[]): number {
  let bytes = 0
  for (const { segments } of partitions) for (const { log } of segments) bytes += log.size
  return bytes
}

function searchOptions(options: SearchCommandOptions, { nowMs }: CommandContext): SearchOptions {
  const now = nowMs()
  const { offsets, from, to, isolation = 'none', latestPerKey, maxKeys, limit, indexes } = options
  const times = parseTimeRange({ from, to }, now)
  return {
    query: queryOf(options),
    offsets: offsets === undefined ? undefined : parseOffsetRange(offsets, now),
    fromTimestamp: times.from,
    toTimestamp: times.to,
    isolation,
    latestPerKey: latestPerKey === true,
    keysMax: maxKeys,
    limit,
    limits: limitsOf(options),
    useIndexes: indexes,
  }
}

async function chosenPartitions(
  paths: readonly string[],
  { options, query }: { readonly options: SearchCommandOptions; readonly query: RecordQuery },
  context: CommandContext,
): Promise<ScannedPartition[]> {
  const { disk, workingDirectory, environment } = context
  const keys = options.partitionForKey === true ? wholeKeysOf(query) : []
  const logDirs = logDirsOf(options, environment)
  const onRefusal = leavingOut(context)
  const targets = await resolveTargets(paths, { logDirs, disk, workingDirectory, onRefusal })
  if (targets.length === 0) throw new UsageError('nothing to search: give a path, or --log-dirs')
  const partitions = scannedPartitions(targets, {
    disk,
    workingDirectory,
    onRefusal,
    limits: limitsOf(options),
  })
  if (keys.length === 0) return partitions
  const { partitionCount } = options
  const notice = onceEach(noticesTo(options, context))
  const placements = placementsOf(disk, partitions, {
    keys,
    logDirs,
    partitionCount,
    limits: limitsOf(options),
    problem: message => fail(message, context),
    notice: message => notice(`kbroker: ${message}`),
  })
  return placements.flatMap(placement => placedPartitions(partitions, placement, context, notice))
}

function placedPartitions(
  partitions: readonly ScannedPartition[],
  placement: KeyPlacement,
  context: CommandContext,
  notice: (line: string) => void,
): ScannedPartition[] {
  const { topic, partitionCount, origin, missing, partitions: numbers } = placement
  if (missing.length > 0) {
    throw new UsageError(
      `how many partitions ${topic} has can't be told: partition ${missing.join(', ')} and ` +
        '__cluster_metadata are not here; give --partition-count',
    )
  }
  const where = `${numbers.join(', ')} of ${topic}`
  notice(`kbroker: of ${partitionCount} partitions the key belongs to partition ${where}`)
  if (origin === 'folders') {
    notice(
      `kbroker: that ${topic} has ${partitionCount} is told from the folders here, without ` +
        '__cluster_metadata: if there are more elsewhere, give --partition-count',
    )
  }
  return numbers.flatMap(number => {
    const chosen = partitions.filter(each => each.topic === topic && each.partition === number)
    if (chosen.length === 0) fail(`partition ${number} of ${topic} is not here`, context)
    return chosen
  })
}

function createOutput(options: SearchCommandOptions, context: CommandContext): SearchOutput {
  if (options.json === true) return new SearchJson(context.stdout)
  const { keyEncoding = 'utf8', valueEncoding = 'utf8', headerValues } = options
  const isPlain = keyEncoding === 'utf8' && valueEncoding === 'utf8'
  const onFailure = () => context.endWith(EXIT.itemFailed)
  const text = new DumpText(
    { ...context, onFailure, onUnreadableControl: onFailure },
    {
      printContents: true,
      skipRecordMetadata: false,
      headerValues: headerValues === true,
      printIndexEntries: false,
      recordText: isPlain ? undefined : encodedText(keyEncoding, valueEncoding),
    },
  )
  return new SearchText(text)
}

function fail(message: string, context: CommandContext): void {
  context.stderr(`kbroker: ${message}`)
  context.endWith(EXIT.itemFailed)
}

const EXAMPLES = `
Examples:
  kbroker search orders --log-dirs /data/a,/data/b --key customer-17 --partition-for-key
  kbroker search /data/a/orders-0 --value-regex '"status":"(failed|lost)"' --from -2h --json
  kbroker search orders-3 --log-dirs /data/a -H trace-id=4bf92f35 --isolation read_committed

Exit codes: 0 all was searched, whether something was found or not · 1 something could not be
searched: a file that can't be read, a damaged batch · 2 usage`
