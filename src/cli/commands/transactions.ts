/** `kbroker transactions`: what `__transaction_state` and the partitions' own logs say, without a broker. */
import { Command } from 'commander'
import type { Disk } from '../../disk/disk.ts'
import { abortCommand } from '../../inspect/transactions/abort-command.ts'
import { isHanging } from '../../inspect/transactions/hanging.ts'
import {
  abortedInPartitions,
  openTransactions,
  type OpenInPartition,
  type PartitionChoice,
} from '../../inspect/transactions/open-in-partitions.ts'
import {
  readTransactionsSource,
  type TransactionsSource,
} from '../../inspect/transactions/transactions-source.ts'
import { colourOf, type Colour } from '../colour.ts'
import { chosenView } from '../chosen-view.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addLogDirsOption,
  addOutputOptions,
  type LogDirsOption,
  type OutputOptions,
} from '../common-options.ts'
import { nobodyNamed, noteMissing } from '../coordinator-notices.ts'
import { diskWithOptionalIndexes, readingFor } from '../left-out.ts'
import { createPartitionFilter } from '../partition-filter.ts'
import { abortedJson, knownJson, openJson } from '../render/transactions-json.ts'
import { abortedTable, knownTable, openTable } from '../render/transactions-table.ts'
import { requiredLogDirs } from '../required-log-dirs.ts'
import { parseTime } from '../time-grammar.ts'

interface TransactionsCommandOptions extends LogDirsOption, OutputOptions {
  readonly ids?: true
  readonly open?: true
  readonly hanging?: true
  readonly aborted?: true
  readonly topic?: string
  readonly topicPartitions?: string
  readonly at: string
}

const VIEWS = ['ids', 'open', 'hanging', 'aborted'] as const
type View = (typeof VIEWS)[number]

export function createTransactionsCommand(context: CommandContext): Command {
  const command = new Command('transactions')
    .description(
      'Tells of transactions: the transactional ids that __transaction_state knows, and those that\n' +
        "are open in the partitions' own logs: which of them hold the last stable offset back, and\n" +
        'which hang, because no coordinator will end them.',
    )
    .argument('[ids...]', 'only these transactional ids')
  addLogDirsOption(command, 'of a broker')
  command
    .option('--ids', 'only what the coordinator knows of each transactional id')
    .option('--open', 'only what is open in the partitions')
    .option('--hanging', 'only what is open and hangs, with the command that would end it')
    .option('--aborted', 'what was aborted, by the transaction indexes')
    .option('--topic <regex>', 'look into topics whose whole names match')
    .option('--topic-partitions <rules>', 'look into these, such as t1:1,t2:0-3,t3,:-3')
    .option('--at <time>', 'the moment that ages and timeouts are counted to', 'now')
  addOutputOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((ids: string[], options: TransactionsCommandOptions) =>
      runTransactions(ids, options, context),
    )
}

async function runTransactions(
  ids: readonly string[],
  options: TransactionsCommandOptions,
  context: CommandContext,
): Promise<void> {
  const view = chosenView(VIEWS, options)
  const isWanted = createPartitionFilter(options)
  const nowMs = parseTime(options.at, context.nowMs())
  const logDirs = requiredLogDirs(options, context, ids)
  const reading = readingFor(options, context)
  const { problem, notice } = reading
  const disk = diskWithOptionalIndexes(options, context)
  const source = readTransactionsSource(disk, logDirs, reading)
  noteMissing('transactional ids', source.coordinator, notice)
  for (const id of ids) {
    const isKnown = source.transactions.some(({ transactionalId }) => transactionalId === id)
    if (!isKnown) problem(nobodyNamed('transactional id', id, source.coordinator))
  }
  const choice = { ...reading, isWanted, nowMs }
  const colour = await colourOf(options, context)
  const lines = linesOf(view, new Set(ids), { disk, source, choice, options, colour })
  for (const line of lines) context.stdout.line(line)
}

interface Run {
  readonly disk: Disk
  readonly source: TransactionsSource
  readonly choice: PartitionChoice
  readonly options: TransactionsCommandOptions
  readonly colour: Colour
}

function* linesOf(view: View | undefined, ids: ReadonlySet<string>, run: Run): Generator<string> {
  const { disk, source, choice, options, colour } = run
  const isJson = options.json === true
  const isOfIds = (id: string | undefined) => ids.size === 0 || (id !== undefined && ids.has(id))
  if (view === 'aborted') {
    const aborted = abortedInPartitions(disk, source, choice)
    const rows = filtered(aborted, ({ known }) => isOfIds(known?.transactionalId))
    yield* isJson ? mapped(rows, abortedJson) : abortedTable([...rows], colour)
    return
  }
  if (view === undefined || view === 'ids') {
    const rows = source.transactions.filter(({ transactionalId }) => isOfIds(transactionalId))
    yield* isJson ? rows.map(knownJson) : knownTable(rows, colour)
    if (view === 'ids') return
    if (!isJson) yield ''
  }
  const open = openTransactions(disk, source, choice)
  const rows = filtered(
    open,
    row => isOfIds(row.known?.transactionalId) && (view !== 'hanging' || isHanging(row.verdict)),
  )
  if (isJson) {
    yield* mapped(rows, openJson)
    return
  }
  const all = [...rows]
  yield* openTable(all, choice.nowMs, colour)
  if (view === 'hanging') noteHanging(all, choice.notice)
}

function noteHanging(rows: readonly OpenInPartition[], notice: (message: string) => void): void {
  for (const row of rows) {
    const command = abortCommand(row)
    if (command === undefined) continue
    const { topic, partition, producerId } = row
    notice(`${topic}-${partition}: to end the transaction of producer ${producerId}: ${command}`)
  }
}

function* filtered<T>(rows: Iterable<T>, isWanted: (row: T) => boolean): Generator<T> {
  for (const row of rows) if (isWanted(row)) yield row
}

function* mapped<T>(rows: Iterable<T>, text: (row: T) => string): Generator<string> {
  for (const row of rows) yield text(row)
}

const EXAMPLES = `
Examples:
  kbroker transactions --log-dirs /data/a,/data/b
  kbroker transactions --hanging --topic 'payments.*' --log-dirs /data/a,/data/b
  kbroker transactions --aborted payments-service-1 --json --log-dirs /data/a

Exit codes: 0 fine, whether something hangs or not · 1 an id is unknown, or something could not be
read · 2 usage`
