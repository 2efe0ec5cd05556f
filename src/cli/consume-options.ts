/** The options of `consume`: kcat's letters and kafka-console-consumer's words, several of them for one thing. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import {
  addJsonOption,
  addLimitOption,
  addLogDirsOption,
  addQuietOption,
  collect,
  parseNatural,
  parsePositiveInteger,
  splitList,
  type LimitOption,
  type LogDirsOption,
  type QuietOption,
} from './common-options.ts'
import { unescaped } from './record-format.ts'

export interface ConsumeCommandOptions extends LogDirsOption, LimitOption, QuietOption {
  readonly topic?: string
  readonly partition?: readonly number[]
  readonly offset?: readonly string[]
  readonly fromBeginning?: true
  readonly maxMessages?: number
  readonly exit?: true
  readonly follow?: true
  readonly timeoutMs?: number
  readonly partitionOrder?: true
  readonly isolationLevel?: 'read_uncommitted' | 'read_committed'
  readonly skipMessageOnError?: true
  readonly format?: string
  readonly kcat?: true
  readonly json?: true
  readonly kcatJson?: true
  readonly binary?: true
  readonly keyDelimiter?: Buffer
  readonly delimiter?: Buffer
  readonly showNull?: true
  readonly property?: readonly string[]
  readonly formatterProperty?: readonly string[]
  readonly unbuffered?: true
}

export function addConsumeOptions(command: Command): void {
  command.option('-t, --topic <name>', 'the topic')
  addLogDirsOption(command, 'in which to find it')
  addRangeOptions(command)
  addFormOptions(command)
  addQuietOption(command)
  addLimitOption(command)
}

function addRangeOptions(command: Command): void {
  command
    .option('-p, --partition <list>', 'only these partitions: 3, or 0,1,2', collectNumbers)
    .option(
      '-o, --offset <offset>',
      'where to begin, or A:B, B not among them: start, end, N, -N (before the end), ' +
        '@TIME, -1h; s@MS and e@MS as in kcat, or s@TIME',
      collect,
    )
    .addOption(
      new Option('--from-beginning', 'begin at the start, with --follow, too').conflicts('offset'),
    )
    .option('-c, --max-messages <n>', 'stop after so many records', parsePositiveInteger)
    .addOption(new Option('-e, --exit', 'end at the end, as without it').conflicts('follow'))
    .option('--follow', 'go on with what is written, as segments grow and new ones come')
    .option('--timeout-ms <ms>', 'with --follow, end when none has come for so long', parseNatural)
    .addOption(
      new Option(
        '--partition-order',
        'one partition after the other; otherwise several are merged by their timestamps',
      ).conflicts('follow'),
    )
    .addOption(
      new Option(
        '--isolation-level <level>',
        'read_committed: nothing of transactions that are open or were aborted ' +
          '(default: read_uncommitted)',
      ).choices(['read_uncommitted', 'read_committed']),
    )
    .option('--skip-message-on-error', "for kafka-console-consumer's sake: it is always so")
}

function addFormOptions(command: Command): void {
  const forms = ['json', 'kcatJson', 'binary', 'format']
  const conflicting = (option: Option, name: string) =>
    option.conflicts(forms.filter(other => other !== name))
  command
    .addOption(conflicting(new Option('-f, --format <format>', 'see below'), 'format'))
    .option('--kcat', "-f is in kcat's language")
  addJsonOption(command)
  command
    .addOption(
      conflicting(new Option('-J, --kcat-json', "the object of kcat's -J, one a line"), 'kcatJson'),
    )
    .addOption(
      conflicting(new Option('--binary', 'records in frames, for produce --binary'), 'binary'),
    )
    .option('-K, --key-delimiter <delimiter>', 'keys first, and this behind them', parseDelimiter)
    .option(
      '-D, --delimiter <delimiter>',
      'between records, in place of a newline: \\t \\n \\r \\\\ \\xNN as escapes',
      parseDelimiter,
    )
    .option('-Z, --show-null', 'NULL in place of null')
    .option(
      '--property <name=value>',
      'print.key, print.value, print.timestamp, print.offset, print.partition, print.headers, ' +
        'print.epoch, print.delivery = true or false; key.separator, line.separator, ' +
        'headers.separator, null.literal = text',
      collect,
    )
    .option('--formatter-property <name=value>', 'the same', collect)
    .option('-u, --unbuffered', 'write every record at once')
}

function collectNumbers(text: string, previous: readonly number[] | undefined): number[] {
  const numbers = splitList(text).map(parseNatural)
  if (numbers.length === 0) throw new InvalidArgumentError('It must be a number, or several.')
  return [...(previous ?? []), ...numbers]
}

function parseDelimiter(text: string): Buffer {
  const bytes = unescaped(text)
  if (bytes !== undefined) return bytes
  throw new InvalidArgumentError('After a backslash one of t, n, r, \\ and xNN is expected.')
}
