/** `kbroker forecast`: what comes next to log.dirs. */
import { Command } from 'commander'
import { UsageError } from '../../base/errors.ts'
import { MEBIBYTE } from '../../base/limits.ts'
import { forecast } from '../../inspect/forecast/forecast.ts'
import type { TopicForecastConfigs } from '../../inspect/forecast/log-dir-forecast.ts'
import { unmountedLogDir, type UnmountedLogDir } from '../../inspect/forecast/unmounted-log-dirs.ts'
import {
  brokerConfigsHere,
  type ClusterHere,
  readClusterHere,
} from '../../inspect/topics/cluster-here.ts'
import { logConfigOf } from '../../log/log-config.ts'
import { retentionConfigOf } from '../../log/retention-policy.ts'
import { classifyPath } from '../../log-dirs/locate.ts'
import {
  brokerNumber,
  type BrokerConfigs,
  effectiveConfigs,
} from '../../metadata/broker-configs.ts'
import { topicConfigProblem } from '../../metadata/topic-configs.ts'
import {
  addBrokerConfigOption,
  withBrokerFile,
  type BrokerConfigOption,
} from '../broker-config-option.ts'
import { metadataPlace, withMetadata } from '../broker-metadata.ts'
import { PLAIN } from '../colour.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addJsonOption,
  addLogDirsOption,
  addQuietOption,
  collect,
  limitsOf,
  logDirsOf,
  noticesTo,
  parseByteSize,
  parsePositiveNumber,
  type LogDirsOption,
  type QuietOption,
} from '../common-options.ts'
import { noteLive, noteUncompacted, noteUnread, tellOfFailures } from '../forecast-notices.ts'
import { readingFor } from '../left-out.ts'
import { keepOldHeapSmall } from '../old-heap.ts'
import { forecastJson } from '../render/forecast-json.ts'
import { forecastText } from '../render/forecast-text.ts'
import { refuseRepeated, requiredLogDirs } from '../required-log-dirs.ts'
import { isName } from '../targets.ts'

interface ForecastCommandOptions extends LogDirsOption, BrokerConfigOption, QuietOption {
  readonly topicConfig?: readonly string[]
  readonly deep?: true
  readonly budget?: number
  readonly readCompacted?: true
  readonly growthDays?: number
  readonly json?: true
}

/** Read in a fraction of a second where the page cache has it, in some where it has not. */
const BUDGET_BYTES = 256 * MEBIBYTE
/** Compacted in less than a second. */
const COMPACTION_BUDGET_BYTES = 64 * MEBIBYTE
/** Of a million keys. */
const DEDUPE_BUFFER_BYTES = 32 * MEBIBYTE
const GROWTH_DAYS = 7
/** `num.recovery.threads.per.data.dir` by default */
const THREADS_PER_LOG_DIR = 2

export function createForecastCommand(context: CommandContext): Command {
  const command = new Command('forecast')
    .description(
      "Tells what a broker's start would do to log.dirs: what it does not start over, which folders it\n" +
        'puts aside, which partitions it makes anew, empty; log by log what it reads again, cuts and drops,\n' +
        'how many records that loses; then what retention deletes, what compaction that is due frees; and\n' +
        'when each disk is full, at the rate that timestamps show.\n' +
        'Nothing is changed. What a start would read is read here as well, up to a budget: beyond it\n' +
        'bytes and seconds are told, and not what would be cut. Seconds are those that kbroker takes to\n' +
        'read, at the rate that is measured here; no broker is measured, and a JVM takes longer.',
    )
    .argument('[log.dirs...]', 'of one broker, all of them (or with --log-dirs)')
    .option('--deep', 'read all that a start would, however much it is')
    .option('--budget <size>', 'read no more than that (default: 256MiB)', parseByteSize)
    .option(
      '--read-compacted',
      'read all logs whose compaction is due, to tell what it frees (default: 64MiB of them)',
    )
    .option(
      '--growth-days <count>',
      'over which growth is measured, at most (default: 7)',
      parsePositiveNumber,
    )
    .option(
      '--topic-config <topic:name=value>',
      'as if the topic had that config; may be given several times',
      collect,
    )
  addLogDirsOption(command, 'of one broker, all of them')
  addBrokerConfigOption(command, '--config, ')
  addJsonOption(command)
  addQuietOption(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((words: string[], options: ForecastCommandOptions) =>
      runForecast(words, options, context),
    )
}

async function runForecast(
  words: readonly string[],
  given: ForecastCommandOptions,
  context: CommandContext,
): Promise<void> {
  keepOldHeapSmall()
  const { options, brokerFile } = withBrokerFile(withNamed(given, words, context), context)
  if (options.deep === true && options.budget !== undefined) {
    throw new UsageError('--deep reads all: it goes without --budget')
  }
  const overrides = parseTopicConfigs(options.topicConfig ?? [])
  const { paths, unmounted } = givenLogDirs(options, context)
  const notice = noticesTo(options, context)
  for (const path of paths) noteLive(path, notice)
  const here = readClusterHere(context.disk, paths, readingFor(options, context))
  const cluster = withMetadata(here, brokerFile, { options, context })
  const configs = brokerConfigsHere(cluster, brokerFile.configs)
  for (const topic of overrides.keys()) refuseUnknown(topic, cluster)
  const threads = brokerFile.configs.get('num.recovery.threads.per.data.dir')
  const result = await forecast(
    context.disk,
    { ...cluster, unmounted },
    {
      configsOf: remembered(topic => configsOf(topic, configs, overrides)),
      isOnlyReplica({ topic, partition }) {
        const image = cluster.metadataLog?.image.topics.byName(topic)?.partitions.get(partition)
        return image === undefined || image.replicas.length === 1
      },
      producerExpirationMs: brokerNumber('producer.id.expiration.ms', configs),
      nowMs: context.nowMs,
      clock: () => performance.now(),
      limits: limitsOf({}),
      budgetBytes: options.deep === true ? Infinity : (options.budget ?? BUDGET_BYTES),
      compactionBudgetBytes: options.readCompacted === true ? Infinity : COMPACTION_BUDGET_BYTES,
      dedupeBuffer: {
        bytes: DEDUPE_BUFFER_BYTES,
        loadFactor: brokerNumber('log.cleaner.io.buffer.load.factor', configs),
        secret: context.randomBytes(16),
      },
      threadsPerLogDir: Math.max(1, Number(threads ?? THREADS_PER_LOG_DIR) || 1),
      growthDays: options.growthDays ?? GROWTH_DAYS,
      metadataPlace: unmounted.length > 0 ? 'elsewhere' : metadataPlace(brokerFile, paths),
    },
  )
  const lines = options.json === true ? forecastJson(result) : forecastText(result, PLAIN)
  for (const line of lines) context.stdout.line(line)
  tellOfFailures(result, context)
  noteUnread(result, notice)
  noteUncompacted(result, COMPACTION_BUDGET_BYTES, notice)
}

interface ForecastLogDirs {
  readonly paths: readonly string[]
  readonly unmounted: readonly UnmountedLogDir[]
}

/** Beside a log.dir of a broker one may be missing, or empty: that is what an operator asks about. */
function givenLogDirs(options: ForecastCommandOptions, context: CommandContext): ForecastLogDirs {
  const { disk, environment } = context
  const given = logDirsOf(options, environment)
  const isLogDir = (path: string) => classifyPath(disk, path).kind === 'log-dir'
  const found = given.some(isLogDir) ? given.map(path => unmountedLogDir(disk, path)) : []
  const unmounted = found.filter(each => each !== undefined)
  const rest = given.filter((_, index) => found[index] === undefined)
  const paths = requiredLogDirs({ ...options, logDirs: rest }, context, [])
  refuseRepeated(paths, disk)
  return { paths, unmounted }
}

/** @throws UsageError where a word is a name */
function withNamed(
  options: ForecastCommandOptions,
  words: readonly string[],
  { disk }: CommandContext,
): ForecastCommandOptions {
  if (words.length === 0) return options
  for (const word of words) {
    if (classifyPath(disk, word).kind !== 'missing' || !isName(word)) continue
    throw new UsageError(
      `${word}: no log.dir is there; a start is of whole log.dirs, not of topics`,
    )
  }
  return { ...options, logDirs: [...(options.logDirs ?? []), ...words] }
}

/** Most likely it is misspelt, and changes nothing. */
function refuseUnknown(topic: string, { logDirs, metadataLog }: ClusterHere): void {
  if (metadataLog?.image.topics.byName(topic) !== undefined) return
  if (logDirs.some(({ partitions }) => partitions.some(({ parsed }) => parsed.topic === topic))) {
    return
  }
  throw new UsageError(`--topic-config ${topic}: there is no such topic in these log.dirs`)
}

function configsOf(
  topic: string,
  configs: BrokerConfigs,
  overrides: ReadonlyMap<string, ReadonlyMap<string, string>>,
): TopicForecastConfigs {
  const values = new Map(
    [...effectiveConfigs(topic, configs)].map(([name, { value }]) => [name, value]),
  )
  for (const [name, value] of overrides.get(topic) ?? []) values.set(name, value)
  return {
    log: logConfigOf(values),
    retention: retentionConfigOf(values),
  }
}

function remembered<T>(find: (topic: string) => T): (topic: string) => T {
  const known = new Map<string, T>()
  return topic => {
    const found = known.get(topic) ?? find(topic)
    known.set(topic, found)
    return found
  }
}

/** By topic, then by name. */
function parseTopicConfigs(texts: readonly string[]): Map<string, Map<string, string>> {
  const byTopic = new Map<string, Map<string, string>>()
  for (const text of texts) {
    const [, topic, name, value] = /^\s*([^:=\s]+):([^=\s]+)=(.*)$/s.exec(text) ?? []
    if (topic === undefined || name === undefined || value === undefined) {
      throw new UsageError(`--topic-config ${text}: expected TOPIC:NAME=VALUE`)
    }
    const configs = byTopic.get(topic) ?? new Map<string, string>()
    const problem = topicConfigProblem(new Map([[name, value]]))
    if (problem !== undefined) throw new UsageError(`--topic-config ${text}: ${problem}`)
    byTopic.set(topic, configs.set(name, value.trim()))
  }
  return byTopic
}

const EXAMPLES = `
Examples:
  kbroker forecast /data/a /data/b --config server.properties
  kbroker forecast --log-dirs /data/a,/data/b --deep --json | jq 'select(.start.lostRecords > 0)'
  kbroker forecast --log-dirs /data/a --topic-config orders:retention.ms=86400000

Exit codes: 0 fine · 1 a broker would not start, or lose or not serve some of it, or it can't be read · 2 usage`
