/** `kbroker log-dirs`: what is in log.dirs and how much of it; kafka-log-dirs among the ways to say it. */
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { DiskError, UsageError } from '../../base/errors.ts'
import { asKafkaDescribes } from '../../inspect/log-dir-accounts/kafka-log-dirs.ts'
import {
  accountForLogDir,
  type LogDirAccount,
} from '../../inspect/log-dir-accounts/log-dir-account.ts'
import { colourOf } from '../colour.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addLogDirsOption,
  addOutputOptions,
  limitsOf,
  logDirsOf,
  noticesTo,
  parseNatural,
  collectList,
  splitList,
  type LogDirsOption,
  type OutputOptions,
} from '../common-options.ts'
import { EXIT } from '../exit-code.ts'
import { diskWithOptionalIndexes } from '../left-out.ts'
import {
  kafkaLogDirsJson,
  logDirsJson,
  logDirsTable,
  type LogDirsTableOptions,
} from '../render/log-dirs-text.ts'
import { resolveTargets } from '../targets.ts'

interface LogDirsCommandOptions extends LogDirsOption, OutputOptions {
  readonly by: LogDirsTableOptions['by']
  readonly sort: 'name' | 'size'
  readonly bytes?: true
  readonly topicList?: readonly string[]
  readonly brokerList?: readonly number[]
  readonly describe?: true
  readonly kafkaJson?: true
}

/** What prints everything, and in one order. */
const NO_TABLE = ['json', 'kafkaJson', 'describe']

export function createLogDirsCommand(context: CommandContext): Command {
  const command = new Command('log-dirs')
    .description(
      'Accounts for log.dirs: bytes, segments, free space, how evenly they are filled, how they\n' +
        'were left, what a broker would have to recover, and what lies about in them.',
    )
    .argument('[paths...]', 'log.dirs, or patterns')
  addLogDirsOption(command, 'of a broker')
  command
    .addOption(
      new Option('--by <what>', 'a line for each')
        .choices(['dir', 'topic', 'partition'])
        .default('dir')
        .conflicts(NO_TABLE),
    )
    .addOption(
      new Option('--sort <order>', 'of lines')
        .choices(['name', 'size'])
        .default('name')
        .conflicts(NO_TABLE),
    )
    .addOption(
      new Option('--bytes', 'exact figures in place of KiB, MiB and GiB').conflicts(NO_TABLE),
    )
    .option('--topic-list <topics>', 'only these, comma-separated', collectList)
    .option('--broker-list <ids>', 'only log.dirs of these brokers', parseBrokers)
    .option('--kafka-json', 'the JSON of kafka-log-dirs, in one line')
    .option('--describe', 'the same: the option of kafka-log-dirs')
  addOutputOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], options: LogDirsCommandOptions) =>
      runLogDirs(paths, options, context),
    )
}

async function runLogDirs(
  words: readonly string[],
  options: LogDirsCommandOptions,
  context: CommandContext,
): Promise<void> {
  const paths = await chosenDirs(words, options, context)
  const { accounts, offline } = accountForAll(paths, options, context)
  const chosen = ofBrokers(accounts, options.brokerList)
  noteDoubles(chosen, noticesTo(options, context))
  if (options.kafkaJson === true || options.describe === true) {
    context.stdout.line(kafkaLogDirsJson(asKafkaDescribes(chosen, offline)))
    return
  }
  const lines =
    options.json === true
      ? logDirsJson(chosen)
      : logDirsTable(
          chosen,
          {
            by: options.by,
            sortBySize: options.sort === 'size',
            exactBytes: options.bytes === true,
          },
          await colourOf(options, context),
        )
  for (const line of lines) context.stdout.line(line)
}

/** Absolute, as a broker names them. */
async function chosenDirs(
  words: readonly string[],
  options: LogDirsCommandOptions,
  { disk, workingDirectory, environment }: CommandContext,
): Promise<string[]> {
  const logDirs = logDirsOf(options, environment)
  const names = (path: string) =>
    options.kafkaJson === true || options.describe === true ? resolve(workingDirectory, path) : path
  if (words.length === 0) {
    if (logDirs.length === 0) throw new UsageError('nothing to look at: give a path, or --log-dirs')
    return logDirs.map(names)
  }
  const targets = await resolveTargets(words, { logDirs: [], disk, workingDirectory })
  return targets.map(({ kind, path }) => {
    if (kind !== 'log-dir') throw new UsageError(`${path} is no log.dir`)
    return names(path)
  })
}

/** A directory that can't be read is told of, and left out. */
function accountForAll(
  paths: readonly string[],
  options: LogDirsCommandOptions,
  context: CommandContext,
): { readonly accounts: readonly LogDirAccount[]; readonly offline: readonly string[] } {
  const accounts: LogDirAccount[] = []
  const offline: string[] = []
  const topics = options.topicList && new Set(options.topicList)
  const complain = (error: Error) => {
    context.stderr(`kbroker: ${error.message}`)
    context.endWith(EXIT.itemFailed)
  }
  const disk = diskWithOptionalIndexes(options, context)
  for (const path of new Set(paths)) {
    try {
      const limits = limitsOf(options)
      const account = accountForLogDir(disk, path, { limits, ...(topics && { topics }) })
      account.failures.forEach(complain)
      accounts.push(account)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      complain(error)
      offline.push(path)
    }
  }
  return { accounts, offline }
}

function ofBrokers(
  accounts: readonly LogDirAccount[],
  brokers: readonly number[] | undefined,
): readonly LogDirAccount[] {
  if (brokers === undefined) return accounts
  const known = accounts.map(({ broker }) => broker)
  const missing = brokers.filter(broker => !known.includes(broker))
  if (missing.length > 0) {
    const present = [...new Set(known.filter(broker => broker !== undefined))].join(', ')
    throw new UsageError(`no log.dir of broker ${missing.join(', ')}: found those of ${present}`)
  }
  return accounts.filter(({ broker }) => broker !== undefined && brokers.includes(broker))
}

function noteDoubles(accounts: readonly LogDirAccount[], notice: (line: string) => void): void {
  const seen = new Map<string, string>()
  for (const { broker, partitions } of accounts) {
    for (const { topic, partition, isFuture, path } of partitions) {
      if (isFuture) continue
      const key = `${broker ?? ''} ${topic}-${partition}`
      const other = seen.get(key)
      if (other !== undefined)
        notice(`kbroker: ${topic}-${partition} is in two places: ${other} and ${path}`)
      seen.set(key, path)
    }
  }
}

function parseBrokers(text: string): number[] {
  return splitList(text).map(parseNatural)
}

const EXAMPLES = `
Examples:
  kbroker log-dirs /data/a /data/b
  kbroker log-dirs --log-dirs /data/a,/data/b --by partition --sort size
  kbroker log-dirs /data/a /data/b --kafka-json | jq '.brokers[].logDirs[].partitions[].size'

Exit codes: 0 fine · 1 something in them could not be read, or is damaged · 2 usage`
