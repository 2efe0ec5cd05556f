/** `kbroker dump`: what kafka-dump-log prints, for any path, as text, JSON or bytes. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from '../../base/errors.ts'
import { INT64_MAX } from '../../binary/big-endian.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import { dumpFiles, type DumpOptions, type FileToDump } from '../../inspect/dump/dump-files.ts'
import { DUMP_BYTES_MAX } from '../../inspect/dump/dump-log.ts'
import type { DumpSink } from '../../inspect/dump/dump-sink.ts'
import type { DumpSummary } from '../../inspect/dump/dump-summary.ts'
import { RangeFinder, type WantedRange } from '../../inspect/dump/range-finder.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addJsonOption,
  addLimitOption,
  addLogDirsOption,
  addQuietOption,
  limitsOf,
  logDirsOf,
  noticesTo,
  parseNatural,
  splitList,
  type LimitOption,
  type LogDirsOption,
  type QuietOption,
} from '../common-options.ts'
import { advancing, sizesOf } from '../dump-progress.ts'
import { collectFiles, fileToDump, filesToDump, isFileChosen } from '../dump-targets.ts'
import { EXIT } from '../exit-code.ts'
import { diskWithOptionalIndexes, leavingOut, onceEach } from '../left-out.ts'
import { parseOffsetRange } from '../offset-grammar.ts'
import { notePageCache } from '../page-cache-note.ts'
import { startProgressBesideOutput } from '../progress.ts'
import {
  decoderFor,
  decoderNotice,
  hasDecoder,
  tellOfFirst,
  type DecoderOptions,
} from '../record-decoder.ts'
import { DumpHex } from '../render/dump-hex.ts'
import { DumpJson } from '../render/dump-json.ts'
import { dumpSummaryFindings } from '../render/dump-summary-json.ts'
import { dumpSummaryLines } from '../render/dump-summary-text.ts'
import { DumpText } from '../render/dump-text.ts'
import { encodedText, type TextEncoding } from '../render/record-text.ts'
import { resolveTargets } from '../targets.ts'
import { parseTimeRange } from '../time-grammar.ts'

export interface DumpCommandOptions
  extends LogDirsOption, LimitOption, QuietOption, DecoderOptions {
  readonly files?: readonly string[]
  readonly printDataLog?: true
  readonly deepIteration?: true
  readonly skipRecordMetadata?: true
  readonly maxBytes?: number
  readonly maxMessageSize: number
  readonly verifyIndexOnly?: true
  readonly indexSanityCheck?: true
  readonly keyDecoderClass?: string | true
  readonly valueDecoderClass?: string | true
  readonly json?: true
  readonly hexdump?: true
  readonly all?: true
  readonly partition?: readonly number[]
  readonly offsets?: string
  readonly from?: string
  readonly to?: string
  readonly headerValues?: true
  readonly keyEncoding?: TextEncoding
  readonly valueEncoding?: TextEncoding
  readonly resync?: true
}

const ENCODINGS: readonly TextEncoding[] = ['utf8', 'hex', 'base64']
const MESSAGE_SIZE_MAX = 5 * 1024 * 1024
/** The only decoder class of Kafka's own; others are Java. */
const STRING_DECODER = /^(org\.apache\.kafka\.tools\.api\.|kafka\.serializer\.)?StringDecoder$/

export function createDumpCommand(context: CommandContext): Command {
  const command = new Command('dump')
    .description(
      'Prints the batches of logs, their records, and the entries of indexes and snapshots:\n' +
        'the options and the text of kafka-dump-log, and more. Nothing is written.',
    )
    .argument('[paths...]', 'files, partition folders, log.dirs, patterns, or topic[-partition]')
  addKafkaOptions(command)
  addOwnOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], options: DumpCommandOptions) => runDump(paths, options, context))
}

/** The 15 of kafka-dump-log, help and version among them. */
function addKafkaOptions(command: Command): void {
  command
    .option('--files <files...>', 'files, comma-separated or as words', collectFiles)
    .option('--print-data-log', 'print keys and payloads, too; any decoder implies it')
    .option('--deep-iteration', 'print every record, not only batches')
    .option('--skip-record-metadata', 'print keys and payloads alone; leaves out control records')
    .option('--max-bytes <size>', 'look at the first bytes of each log only', parseNatural)
    .option('--max-message-size <size>', 'largest batch', parseNatural, MESSAGE_SIZE_MAX)
    .option('--verify-index-only', 'check indexes without printing their entries')
    .option('--index-sanity-check', "make only the check of a broker's start")
    .option('--key-decoder-class [class]', 'org.apache.kafka.tools.api.StringDecoder', isString)
    .option('--value-decoder-class [class]', 'org.apache.kafka.tools.api.StringDecoder', isString)
    .option('--offsets-decoder', 'records of __consumer_offsets')
    .option('--transaction-log-decoder', 'records of __transaction_state')
    .option('--cluster-metadata-decoder', 'records of __cluster_metadata and its snapshots')
    .option('--remote-log-metadata-decoder', 'records of __remote_log_metadata')
    .option('--share-group-state-decoder', 'records of __share_group_state')
}

function addOwnOptions(command: Command): void {
  addLogDirsOption(command)
  command
    .option('--partition <numbers>', 'of the partitions found, only these', parseNaturals)
    .option('--offsets <range>', 'A:B, A: (or A), :B; half open; start, end, -N and @TIME as well')
    .option('--from <time>', 'no records earlier than that: 2026-03-01T12:00:00Z, -1h, digits')
    .option('--to <time>', 'no records of that time or later')
    .option('--all', 'of partitions, every file that can be dumped, not only logs')
    .option('--header-values', "print the values of records' headers, too")
    .addOption(encodingOption('--key-encoding <encoding>', 'how to print keys'))
    .addOption(encodingOption('--value-encoding <encoding>', 'how to print values'))
    .addOption(
      new Option(
        '--hexdump',
        'the bytes of every batch, each field with its position, name and value',
      ).conflicts('json'),
    )
    .option('--resync', 'go on behind damage, at the next batch that proves itself')
  addJsonOption(command)
  addQuietOption(command)
  addLimitOption(command)
}

/** JSON has its own way with bytes. */
function encodingOption(flags: string, description: string): Option {
  return new Option(flags, description).choices(ENCODINGS).conflicts('json')
}

export async function runDump(
  paths: readonly string[],
  options: DumpCommandOptions,
  context: CommandContext,
): Promise<void> {
  const files = await chosenFiles(paths, options, context)
  const sizes = () => sizesOf(files, context.disk)
  notePageCache(sizes, noticesTo(options, context))
  const progress = await startProgressBesideOutput('dumping', context)
  const stderr = (line: string) => {
    progress.clear()
    context.stderr(line)
  }
  const sink = await createSink(options, { ...context, stderr })
  const onProgress = advancing(progress, sizes)
  const asked = { ...dumpOptions(options), ...(onProgress && { onProgress }) }
  let summary: DumpSummary
  try {
    summary = dumpFiles(files, considerate(context.disk), sink, asked)
  } finally {
    progress.stop()
  }
  if (options.json === true) {
    const given = new Map(files.map(({ absolutePath, path }) => [absolutePath, path]))
    const nameOf = (absolutePath: string) => given.get(absolutePath) ?? absolutePath
    for (const line of dumpSummaryFindings(summary, nameOf)) context.stdout.line(line)
  } else {
    context.stdout.flush()
    writeLines(dumpSummaryLines(summary), context.stderr)
  }
}

/** `--files` are taken as Kafka takes them, by name and one by one; other words may be anything. */
async function chosenFiles(
  paths: readonly string[],
  options: DumpCommandOptions,
  context: CommandContext,
): Promise<FileToDump[]> {
  const { workingDirectory } = context
  const disk = diskWithOptionalIndexes(options, context)
  const range = new RangeFinder(disk, {
    limits: limitsOf(options),
    wanted: wantedRange(options, context),
    notice: onceEach(message => noticesTo(options, context)(`kbroker: ${message}`)),
  })
  const { partition } = options
  const named = (options.files ?? [])
    .filter(path => isFileChosen(path, partition, workingDirectory))
    .map(path => range.narrowed(fileToDump(path, workingDirectory)))
  const logDirs = logDirsOf(options, context.environment)
  if (paths.length === 0 && (options.files !== undefined || logDirs.length === 0)) {
    if (options.files === undefined) {
      throw new UsageError('nothing to dump: give --files, a path, or --log-dirs')
    }
    return chosenOf(named, options)
  }
  const onRefusal = leavingOut(context)
  const targets = await resolveTargets(paths, { logDirs, disk, workingDirectory, onRefusal })
  const found = filesToDump(targets, {
    disk,
    workingDirectory,
    partitions: partition,
    all: options.all === true,
    range,
    onRefusal,
  })
  return chosenOf([...named, ...found], options)
}

/** A partition that is not there is no empty dump. */
function chosenOf(files: FileToDump[], { partition }: DumpCommandOptions): FileToDump[] {
  if (files.length > 0 || partition === undefined) return files
  throw new UsageError(`nothing of partition ${partition.join(', ')} is there to dump`)
}

function wantedRange(
  { offsets, from, to }: DumpCommandOptions,
  context: CommandContext,
): WantedRange {
  const nowMs = context.nowMs()
  const times = parseTimeRange({ from, to }, nowMs)
  const hasTimes = from !== undefined || to !== undefined
  return {
    offsets: offsets === undefined ? undefined : parseOffsetRange(offsets, nowMs),
    timestamps: hasTimes ? { from: times.from ?? INT64_MIN, to: times.to ?? INT64_MAX } : undefined,
  }
}

const INT64_MIN = -0x8000000000000000n

function dumpOptions(options: DumpCommandOptions): DumpOptions {
  return {
    deep: isDeep(options),
    bytesMax: options.maxBytes ?? DUMP_BYTES_MAX,
    resync: options.resync === true,
    limits: limitsOf(options),
    indexSanityCheckOnly: options.indexSanityCheck === true,
    messageSizeMax: options.maxMessageSize,
  }
}

async function createSink(options: DumpCommandOptions, context: CommandContext): Promise<DumpSink> {
  const notice = decoderNotice(options)
  if (notice !== undefined) noticesTo(options, context)(`kbroker: ${notice}`)
  const tellRefused = tellOfFirst(context)
  const decoder = await decoderFor(options, tellRefused)
  const onFailure = () => context.endWith(EXIT.itemFailed)
  const outputs = { ...context, onFailure, onUnreadableControl: tellRefused }
  if (options.json === true) return new DumpJson(outputs, { batches: !isDeep(options), decoder })
  const { keyEncoding = 'utf8', valueEncoding = 'utf8' } = options
  const isPlain = keyEncoding === 'utf8' && valueEncoding === 'utf8'
  const text = {
    printContents: printsContents(options),
    skipRecordMetadata: options.skipRecordMetadata === true,
    headerValues: options.headerValues === true,
    printIndexEntries: options.verifyIndexOnly !== true,
    recordText: decoder ?? (isPlain ? undefined : encodedText(keyEncoding, valueEncoding)),
  }
  return options.hexdump === true ? new DumpHex(outputs, text) : new DumpText(outputs, text)
}

function printsContents(options: DumpCommandOptions): boolean {
  const { printDataLog, keyDecoderClass, valueDecoderClass, keyEncoding, valueEncoding } = options
  const implied = [printDataLog, keyDecoderClass, valueDecoderClass, keyEncoding, valueEncoding]
  return hasDecoder(options) || implied.some(option => option !== undefined)
}

function isDeep(options: DumpCommandOptions): boolean {
  return options.deepIteration === true || printsContents(options)
}

/** Millions of lines, perhaps: not one system call each. */
function writeLines(lines: Iterable<string>, write: (text: string) => void): void {
  let pending: string[] = []
  for (const line of lines) {
    pending.push(line)
    if (pending.length < LINES_AT_ONCE) continue
    write(pending.join('\n'))
    pending = []
  }
  if (pending.length > 0) write(pending.join('\n'))
}

const LINES_AT_ONCE = 1000

function parseNaturals(text: string): number[] {
  return splitList(text).map(parseNatural)
}

function isString(className: string): string {
  if (STRING_DECODER.test(className)) return className
  throw new InvalidArgumentError(
    'Java classes cannot be loaded here; for bytes as they are, use --key-encoding or ' +
      '--value-encoding with hex or base64.',
  )
}

const EXAMPLES = `
Examples:
  kbroker dump --files /data/a/orders-0/00000000000000000000.log --print-data-log
  kbroker dump orders-3 --log-dirs /data/a,/data/b --deep-iteration --json | jq .offset
  kbroker dump /data/a/orders-0/00000000000000000000.log --hexdump --max-bytes 4096
  kbroker dump __consumer_offsets --log-dirs /data/a --offsets-decoder

Exit codes: 0 dumped (as kafka-dump-log, whatever was found) · 1 something could not be read or
decoded · 2 usage`
