/** `kbroker compact`: what a broker's log cleaner does, now, and with no broker running. */
import { type Command as CommandType, Command, InvalidArgumentError } from 'commander'
import { RefusedError, UsageError } from '../../base/errors.ts'
import { MEBIBYTE } from '../../base/limits.ts'
import { OverlayDisk } from '../../disk/overlay-disk.ts'
import { brokerConfigsHere, readClusterHere } from '../../inspect/topics/cluster-here.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type { LogConfig } from '../../log/log-config.ts'
import { holdLogDirs } from '../../log-dirs/held-log-dirs.ts'
import { classifyPath } from '../../log-dirs/locate.ts'
import { readLogDir } from '../../log-dirs/log-dir.ts'
import { LogDirs } from '../../log-dirs/log-dirs.ts'
import { topicLogConfigs } from '../../log-dirs/topic-log-configs.ts'
import { compactLog } from '../../maintenance/compact/compact-log.ts'
import { brokerNumber, type BrokerConfigs } from '../../metadata/broker-configs.ts'
import { topicConfigProblem } from '../../metadata/topic-configs.ts'
import {
  addBrokerConfigOption,
  type BrokerConfigOption,
  withBrokerFile,
} from '../broker-config-option.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addJsonOption,
  addLimitOption,
  addLogDirsOption,
  addQuietOption,
  collect,
  type LimitOption,
  limitsOf,
  type LogDirsOption,
  noticesTo,
  parseByteSize,
  parseNatural,
  type QuietOption,
} from '../common-options.ts'
import { addExecuteOption, type ExecuteOption, PREVIEW_NOTICE } from '../execute-option.ts'
import { EXIT } from '../exit-code.ts'
import { readingFor } from '../left-out.ts'
import { type MaintainedPartition, maintainedPartitions } from '../maintained-partitions.ts'
import { NO_PROGRESS, startProgress } from '../progress.ts'
import { compactJson } from '../render/compact-json.ts'
import { compactText } from '../render/compact-text.ts'
import { tellOfRoots } from '../start-notices.ts'
import { keepYoungHeapSmall } from '../young-heap.ts'

interface CompactOptions
  extends LogDirsOption, BrokerConfigOption, LimitOption, QuietOption, ExecuteOption {
  readonly json?: true
  readonly roll?: true
  readonly due?: true
  readonly topKeys: number
  readonly dedupeBuffer?: number
  readonly topicConfig?: readonly string[]
}

const TOP_KEYS = 5

export function createCompactCommand(context: CommandContext): CommandType {
  const command = new Command('compact')
    .description(
      'Cleans compacted topics as the log cleaner of a broker does: of each key the newest record is kept,\n' +
        'tombstones and transaction markers go once their time has come, offsets stay as they are.\n' +
        'The active segment is left alone. Without --execute it only tells what would come of it.',
    )
    .argument('[targets...]', 'topics, partitions or log.dirs; by default all compacted topics')
  addExecuteOption(command)
  command
    .option('--roll', 'close the active segments first, so that all is cleaned')
    .option('--due', "only what a broker's cleaner would take now: dirty enough, or too old")
    .option(
      '--top-keys <count>',
      'how many of the keys that waste most to tell',
      parseNatural,
      TOP_KEYS,
    )
    .option(
      '--dedupe-buffer <size>',
      'memory for keys: where not all fit, it takes several passes (default: 96MiB, or\n' +
        'what the broker has for log.cleaner.dedupe.buffer.size)',
      parseBufferSize,
    )
    .option('--topic-config <name=value>', 'as if the topics had it; may be repeated', collect)
  addLogDirsOption(command)
  addBrokerConfigOption(command, '--config, ')
  addJsonOption(command)
  addQuietOption(command)
  addLimitOption(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((words: string[], options: CompactOptions) => runCompact(words, options, context))
}

async function runCompact(
  words: readonly string[],
  given: CompactOptions,
  context: CommandContext,
): Promise<void> {
  keepYoungHeapSmall()
  const { options, brokerFile } = withBrokerFile(given, context)
  const { partitions, logDirs: known } = await maintainedPartitions(words, options, context)
  const configs = clusterConfigs(known, brokerFile.configs, options, context)
  const configOf = topicConfigs(configs, options)
  const notice = noticesTo(options, context)
  const wanted = compactedOnly(partitions, configOf, words, { notice, context })
  const isPreview = options.execute !== true
  const paths = [...new Set(wanted.map(({ logDir }) => logDir))]
  if (paths.length === 0) return notice('kbroker: there is no compacted topic')
  refuseUnclean(paths, context)
  const logDirs = LogDirs.open(paths, {
    disk: isPreview ? new OverlayDisk(context.disk) : context.writableDisk,
    takesLocks: !isPreview,
    clock: context,
    configOf,
    producerExpirationMs: brokerNumber('producer.id.expiration.ms', configs),
  })
  try {
    await compactAll(wanted, { logDirs, configs, options, isPreview, context })
  } finally {
    await logDirs.close()
  }
  if (isPreview) notice(PREVIEW_NOTICE)
}

interface Compaction {
  readonly logDirs: LogDirs
  readonly configs: BrokerConfigs
  readonly options: CompactOptions
  readonly isPreview: boolean
  readonly context: CommandContext
}

/** What fails is told, and the rest go on. */
async function compactAll(
  wanted: readonly MaintainedPartition[],
  { logDirs, configs, options, isPreview, context }: Compaction,
): Promise<void> {
  const { roll: rolls = false, due: onlyDue = false, topKeys } = options
  const progress = options.quiet === true ? NO_PROGRESS : await startProgress('cleaning', context)
  const fail = (path: string, error: unknown) => {
    progress.clear()
    context.stderr(`kbroker: ${path}: ${error instanceof Error ? error.message : String(error)}`)
    context.endWith(EXIT.itemFailed)
  }
  let bytesRead = 0
  for (const { topic, partition, path, logDir } of wanted) {
    const dir = logDirs.dirs.find(each => each.path === logDir)!
    if (dir.failure !== undefined) continue
    try {
      const log = dir.open({ topic, partition })
      dir.ready()
      const compacted = await compactLog(log, {
        checkpoint: dir.cleanerOffset({ topic, partition }),
        isPreview,
        rolls,
        onlyDue,
        topKeys,
        buffer: bufferOptions(configs, options, context),
        limits: limitsOf(options),
        nowMs: context.nowMs(),
        onProgress: bytes => progress.advance((bytesRead += bytes)),
        onCleaned: endOffset => dir.noteCleaned({ topic, partition }, endOffset),
      })
      progress.clear()
      if (options.json === true) context.stdout.line(compactJson(compacted, isPreview))
      else for (const line of compactText(compacted, isPreview)) context.stdout.line(line)
    } catch (error) {
      fail(path, error)
    }
  }
  progress.stop()
}

function bufferOptions(
  configs: BrokerConfigs,
  { dedupeBuffer }: CompactOptions,
  { randomBytes }: CommandContext,
) {
  return {
    bytes: dedupeBuffer ?? brokerNumber('log.cleaner.dedupe.buffer.size', configs, BUFFER_BYTES),
    loadFactor: brokerNumber('log.cleaner.io.buffer.load.factor', configs),
    secret: randomBytes(16),
  }
}

function clusterConfigs(
  paths: readonly string[],
  file: BrokerConfigs['file'],
  options: CompactOptions,
  context: CommandContext,
): BrokerConfigs {
  const { limits, notice } = readingFor(options, context)
  const cluster = readClusterHere(context.disk, paths, { limits, notice, problem: notice })
  tellOfRoots(cluster.logDirs, options, context)
  return brokerConfigsHere(cluster, file)
}

/** @throws UsageError where Kafka would not take what the command line says */
function topicConfigs(
  configs: BrokerConfigs,
  { topicConfig = [] }: CompactOptions,
): (topic: string) => LogConfig {
  const said = new Map(
    topicConfig.map(text => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
      if (name === undefined) throw new UsageError(`--topic-config ${text}: no name=value`)
      return [name.trim(), value!.trim()] as const
    }),
  )
  const problem = topicConfigProblem(said)
  if (problem !== undefined) throw new UsageError(`--topic-config: ${problem}`)
  return topicLogConfigs(configs, said)
}

/**
 * Of whole log.dirs those that are compacted; what is named has to be.
 *
 * @throws UsageError
 */
function compactedOnly(
  partitions: readonly MaintainedPartition[],
  configOf: (topic: string) => LogConfig,
  words: readonly string[],
  { notice, context }: { notice: (line: string) => void; context: CommandContext },
): readonly MaintainedPartition[] {
  const compacted = partitions.filter(
    ({ topic }) => topic !== METADATA_TOPIC && configOf(topic).isCompacted,
  )
  const other = partitions.find(({ topic }) => !configOf(topic).isCompacted)
  const isWhole = words.every(word => classifyPath(context.disk, word).kind === 'log-dir')
  if (other === undefined || isWhole) return compacted
  const isUnknown = other.topic !== METADATA_TOPIC && compacted.length === 0
  if (isUnknown) notice('kbroker: topics are known where all log.dirs of the broker are given')
  throw new UsageError(
    `${other.name} is not compacted: its cleanup.policy has no compact, and readers count on older records. ` +
      'Where that is wanted all the same: --topic-config cleanup.policy=compact',
  )
}

/**
 * A recovery may cut logs; who wants that, says so. A broker at work has no mark either, and is to be told of first.
 *
 * @throws DiskError where another process has one of them
 * @throws RefusedError
 */
function refuseUnclean(paths: readonly string[], { disk }: CommandContext): void {
  holdLogDirs(paths, { takesLocks: false }).release()
  for (const path of paths) {
    if (readLogDir(disk, path).cleanShutdown !== undefined) continue
    throw new RefusedError(
      'KAFKA_STORAGE_ERROR',
      `${path} was not shut down cleanly: kbroker recover --execute, with all log.dirs, puts it in order first`,
    )
  }
}

/** A broker's is 128 MiB; with that much the process would take more than 200 MB. */
const BUFFER_BYTES = 96 * MEBIBYTE
const BUFFER_BYTES_MAX = 2 ** 31 - 1

function parseBufferSize(text: string): number {
  const size = parseByteSize(text)
  if (size >= 1024 && size <= BUFFER_BYTES_MAX) return size
  throw new InvalidArgumentError('It must be between 1KiB and 2147483647.')
}

const EXAMPLES = `
Examples:
  kbroker compact --log-dirs /data/a,/data/b
  kbroker compact accounts --log-dirs /data/a,/data/b --execute
  kbroker compact __consumer_offsets --log-dirs /data/a,/data/b --roll --execute
  kbroker compact --log-dirs /data/a --json | jq '.wastedKeys[0]'

Exit codes: 0 fine · 1 a log can't be cleaned, or the disk failed · 2 usage`
