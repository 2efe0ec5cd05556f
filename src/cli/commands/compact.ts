/** `kbroker compact`: what a broker's log cleaner does, now, and with no broker running. */
import { type Command as CommandType, Command, InvalidArgumentError } from 'commander'
import { DiskError } from '../../base/errors.ts'
import { MEBIBYTE } from '../../base/limits.ts'
import { OverlayDisk } from '../../disk/overlay-disk.ts'
import type { BrokerFile } from '../../log-dirs/broker-file.ts'
import { holdLogDirs } from '../../log-dirs/held-log-dirs.ts'
import { LogDirs } from '../../log-dirs/log-dirs.ts'
import type { OpenLogDir } from '../../log-dirs/open-log-dir.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import { refusedForRoom } from '../../maintenance/compact/cleaning-room.ts'
import {
  compactLog,
  type CompactOptions as LogCompaction,
} from '../../maintenance/compact/compact-log.ts'
import { rehearseLoading } from '../../maintenance/rehearse-loading.ts'
import { brokerNumber, type BrokerConfigs } from '../../metadata/broker-configs.ts'
import { isInternalTopic } from '../../metadata/topic-name.ts'
import { withBrokerFile } from '../broker-config-option.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addLimitOption,
  collect,
  type LimitOption,
  limitsOf,
  noticesTo,
  parseByteSize,
  parseNatural,
} from '../common-options.ts'
import { compactedPartitions, parseTopicConfigs } from '../compacted-partitions.ts'
import { PREVIEW_NOTICE } from '../execute-option.ts'
import { EXIT } from '../exit-code.ts'
import { readingFor } from '../left-out.ts'
import type { KeyDecoder } from '../key-decoder.ts'
import { loadNotices, tellOfUnclean } from '../load-notices.ts'
import {
  addMaintenanceOptions,
  type MaintainedBroker,
  type MaintenanceOptions,
  readMaintainedBroker,
} from '../maintained-broker.ts'
import { type MaintainedPartition, maintainedPartitions } from '../maintained-partitions.ts'
import { NO_PROGRESS, startProgress } from '../progress.ts'
import { compactJson } from '../render/compact-json.ts'
import { compactText } from '../render/compact-text.ts'
import { tellOfRoots } from '../start-notices.ts'
import { keepYoungHeapSmall } from '../young-heap.ts'

interface CompactOptions extends MaintenanceOptions, LimitOption {
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
        'The active segment is left alone. Without --execute it only tells what would come of it; with it,\n' +
        'no copy is kept of what goes: kbroker export makes one.',
    )
    .argument('[targets...]', 'topics, partitions or log.dirs; by default all compacted topics')
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
  addMaintenanceOptions(command)
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
  const said = parseTopicConfigs(given.topicConfig ?? [])
  const { options, brokerFile } = withBrokerFile(given, context)
  const { partitions, logDirs: known } = await maintainedPartitions(words, options, context)
  const { cluster, configs } = brokerHere(known, brokerFile, { options, context })
  const notice = noticesTo(options, context)
  const isPreview = options.execute !== true
  const request = { words, said, isPreview, cluster, configs }
  const { wanted, configOf } = compactedPartitions(partitions, request, { notice, context })
  const paths = [...new Set(wanted.map(({ logDir }) => logDir))]
  if (paths.length === 0) return
  holdLogDirs(paths, { takesLocks: false }).release()
  const opening = {
    disk: context.writableDisk,
    clock: context,
    configOf,
    producerExpirationMs: brokerNumber('producer.id.expiration.ms', configs),
  }
  const cleaning = { configs, options, context }
  const refused = new Map(await rehearseLoading(wanted, opening))
  if (!isPreview) {
    const lacking = await refusedForRoom(
      wanted.filter(({ path }) => !refused.has(path)),
      {
        ...opening,
        advice: options.roll === true ? '; without --roll it takes less' : '',
        rehearse: (log, dir) =>
          compactLog(log, compactOptions(log, dir, { ...cleaning, isPreview: true })),
      },
    )
    for (const [path, error] of lacking) refused.set(path, error)
    if (refused.size === wanted.length) {
      for (const [path, error] of refused) tellFailure(path, error, context)
      return
    }
  }
  const logDirs = LogDirs.open(paths, {
    ...opening,
    ...(isPreview && { disk: new OverlayDisk(context.disk), takesLocks: false }),
    onAction: loadNotices(notice, { isPreview }),
  })
  try {
    await compactAll(wanted, { ...cleaning, logDirs, refused, isPreview })
  } finally {
    await logDirs.close()
  }
  tellOfUnclean(logDirs, notice, { isPreview })
  if (isPreview) notice(PREVIEW_NOTICE)
}

interface Cleaning {
  readonly configs: BrokerConfigs
  readonly options: CompactOptions
  readonly isPreview: boolean
  readonly context: CommandContext
}

interface Compaction extends Cleaning {
  readonly logDirs: LogDirs
  /** By path, logs that are not to be opened, and why. */
  readonly refused: ReadonlyMap<string, unknown>
}

function compactOptions(
  { folder }: PartitionLog,
  dir: OpenLogDir,
  { configs, options, isPreview, context }: Cleaning,
): Omit<LogCompaction, 'onProgress'> {
  const { roll: rolls = false, due: onlyDue = false, topKeys } = options
  return {
    checkpoint: dir.cleanerOffset(folder),
    isPreview,
    rolls,
    onlyDue,
    topKeys,
    buffer: bufferOptions(configs, options, context),
    limits: limitsOf(options),
    nowMs: context.nowMs(),
    onCleaned: endOffset => dir.noteCleaned(folder, endOffset),
  }
}

function tellFailure(path: string, error: unknown, context: CommandContext): void {
  context.stderr(`kbroker: ${path}: ${error instanceof Error ? error.message : String(error)}`)
  context.endWith(EXIT.itemFailed)
}

/** What fails is told, and the rest go on. */
async function compactAll(
  wanted: readonly MaintainedPartition[],
  { logDirs, refused, ...cleaning }: Compaction,
): Promise<void> {
  const { options, isPreview, context } = cleaning
  const progress = options.quiet === true ? NO_PROGRESS : await startProgress('cleaning', context)
  const fail = (path: string, error: unknown) => {
    progress.clear()
    tellFailure(path, error, context)
  }
  let bytesRead = 0
  for (const { topic, partition, path, logDir } of wanted) {
    const dir = logDirs.dirs.find(each => each.path === logDir)!
    if (refused.has(path)) fail(path, refused.get(path))
    if (refused.has(path) || dir.failure !== undefined) continue
    try {
      const log = dir.open({ topic, partition })
      dir.ready()
      const onProgress = (bytes: number) => progress.advance((bytesRead += bytes))
      const compacted = await compactLog(log, { ...compactOptions(log, dir, cleaning), onProgress })
      progress.clear()
      const shown = { isPreview, decodeKey: await keyDecoderOf(topic) }
      if (options.json === true) context.stdout.line(compactJson(compacted, shown))
      else for (const line of compactText(compacted, shown)) context.stdout.line(line)
    } catch (error) {
      fail(path, error)
      if (error instanceof DiskError) context.stderr(afterDiskError(path, dir))
    }
  }
  progress.stop()
}

/** What it has left, and what to do. */
function afterDiskError(path: string, { path: logDir, failure }: OpenLogDir): string {
  const left =
    failure === undefined
      ? 'what was written for the segments under way is removed, as far as the disk let it be'
      : `nothing more is written to ${logDir}, which is left as after a crash; logs of it that follow are left alone`
  return (
    `kbroker: ${path}: no record is lost; ${left}. ` +
    'Once the disk has room and is in order, the same command again finishes'
  )
}

async function keyDecoderOf(topic: string): Promise<KeyDecoder | undefined> {
  if (!isInternalTopic(topic)) return undefined
  return (await import('../key-decoder.ts')).KEY_DECODERS.get(topic)
}

/** @throws DiskError */
function brokerHere(
  paths: readonly string[],
  brokerFile: BrokerFile,
  { options, context }: { readonly options: CompactOptions; readonly context: CommandContext },
): MaintainedBroker {
  const { disk } = context
  const { limits, notice } = readingFor(options, context)
  const broker = readMaintainedBroker(paths, brokerFile, { disk, limits, notice, problem: notice })
  tellOfRoots(broker.cluster.logDirs, options, context)
  return broker
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
