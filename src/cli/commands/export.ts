/** `kbroker export`: records as JSON lines, or partitions as they are, in a folder that stands for itself. */
import { dirname, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { UsageError } from '../../base/errors.ts'
import { INT64_MAX } from '../../binary/big-endian.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import { PARTIAL_SUFFIX } from '../../disk/new-file.ts'
import { readClusterHere } from '../../inspect/topics/cluster-here.ts'
import type { OffsetRange } from '../../inspect/offsets/offset-point.ts'
import { rangeInLog } from '../../inspect/offsets/range-in-log.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import { readPartitionMetadata } from '../../log/partition-metadata.ts'
import { exportDamages } from '../../maintenance/export/export-damages.ts'
import { exportFolder } from '../../maintenance/export/export-folder.ts'
import { planExport } from '../../maintenance/export/export-plan.ts'
import type { ExportManifest } from '../../maintenance/export/manifest.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addJsonOption,
  addLimitOption,
  addLogDirsOption,
  addQuietOption,
  limitsOf,
  logDirsOf,
  noticesTo,
  type LimitOption,
  type LogDirsOption,
  type QuietOption,
} from '../common-options.ts'
import { EXIT } from '../exit-code.ts'
import { exportRecords } from '../export-records.ts'
import { leavingOut } from '../left-out.ts'
import { parseOffsetRange } from '../offset-grammar.ts'
import { logSizesOf, notePageCache } from '../page-cache-note.ts'
import { startProgress } from '../progress.ts'
import { exportedFolderLines, exportedRecordsLines } from '../render/export-output.ts'
import { damageText } from '../render/lookup-text.ts'
import { scannedPartitions, type ScannedPartition } from '../scanned-partitions.ts'
import { resolveTargets } from '../targets.ts'
import { PACKAGE_VERSION } from '../version.ts'

interface ExportOptions extends LogDirsOption, LimitOption, QuietOption {
  readonly to: string
  readonly offsets?: string
  readonly markers?: 'keep' | 'drop'
  readonly isolation?: 'read_committed' | 'read_uncommitted'
  readonly json?: true
}

export function createExportCommand(context: CommandContext): Command {
  const command = new Command('export')
    .description(
      'Copies partitions out of log.dirs: records as JSON lines, exact in every field, or the files as\n' +
        'they are, in a folder with checksums that sha256sum -c checks. kbroker import takes both.\n' +
        'Nothing is changed; what is there is not written over.',
    )
    .argument('[paths...]', 'partition folders, log.dirs, patterns, or topic[-partition]')
    .requiredOption(
      '--to <path>',
      'NAME.jsonl, NAME.jsonl.zst or NAME.jsonl.gz; - for standard output; any other name is the ' +
        'folder to be made; a file or folder takes the partitions of one topic',
    )
    .option(
      '--offsets <A:B>',
      'offsets from A up to B, B not among them; a folder holds whole segments, and batches',
    )
    .addOption(
      new Option(
        '--markers <what>',
        'of transactions: keep, with all that batches say of producers and leader epochs, ' +
          'so that import makes the same log; drop (default)',
      ).choices(['keep', 'drop']),
    )
    .addOption(
      new Option(
        '--isolation <level>',
        'whose eyes to see transactions with (default: read_committed; where markers are kept, ' +
          'read_uncommitted)',
      ).choices(['read_committed', 'read_uncommitted']),
    )
  addLogDirsOption(command)
  addJsonOption(command)
  addQuietOption(command)
  addLimitOption(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], options: ExportOptions) => runExport(paths, options, context))
}

async function runExport(
  paths: readonly string[],
  options: ExportOptions,
  context: CommandContext,
): Promise<void> {
  const { to } = options
  const isFolder = to !== '-' && !/\.jsonl(\.gz|\.zst)?$/.test(to)
  if (isFolder && (options.markers ?? options.isolation) !== undefined) {
    throw new UsageError(
      `--to ${to}: a folder holds everything; --markers and --isolation are for .jsonl`,
    )
  }
  const { offsets: text } = options
  const offsets = text === undefined ? undefined : parseOffsetRange(text, context.nowMs())
  const partitions = await chosenPartitions(paths, options, context)
  if (to !== '-') refuseExisting(to, context)
  notePageCache(() => logSizesOf(partitions), noticesTo(options, context))
  if (isFolder) await intoFolder(partitions, offsets, options, context)
  else intoLines(partitions, offsets, options, context)
}

async function chosenPartitions(
  paths: readonly string[],
  options: ExportOptions,
  context: CommandContext,
): Promise<ScannedPartition[]> {
  const { disk, workingDirectory, environment } = context
  const logDirs = logDirsOf(options, environment)
  const targets = await resolveTargets(paths, { logDirs, disk, workingDirectory })
  if (targets.length === 0) throw new UsageError('nothing to export: give a path, or --log-dirs')
  const file = targets.find(({ kind }) => kind === 'file')
  if (file !== undefined)
    throw new UsageError(`${file.path} is a file: give its partition's folder`)
  const limits = limitsOf(options)
  const onRefusal = leavingOut(context)
  const found = scannedPartitions(targets, { disk, workingDirectory, limits, onRefusal })
  const [stranger] = found.filter(({ partition }) => partition < 0)
  if (stranger !== undefined) {
    const { path } = stranger.log.directory
    throw new UsageError(`${path}: its name tells no topic and partition, as orders-0 does`)
  }
  return found
}

function refuseExisting(to: string, { disk }: CommandContext): void {
  if (disk.status(to) !== undefined) throw new UsageError(`--to ${to}: it is there already`)
  const parent = dirname(resolve(to))
  if (disk.status(parent)?.kind === 'directory') return
  throw new UsageError(`--to ${to}: there is no folder ${parent}`)
}

function intoLines(
  partitions: readonly ScannedPartition[],
  offsets: OffsetRange | undefined,
  options: ExportOptions,
  context: CommandContext,
): void {
  const notice = noticesTo(options, context)
  refuseSeveral(partitions, options, notice)
  const isFull = options.markers === 'keep'
  const isolation = options.isolation ?? (isFull ? 'read_uncommitted' : 'read_committed')
  const path = options.to === '-' ? undefined : options.to
  const wanted = { partitions, offsets, isolation, isFull }
  const exported = exportRecords(wanted, path, options, context)
  const isJson = options.json === true
  if (path !== undefined) {
    for (const line of exportedRecordsLines(exported, path, isJson)) context.stdout.line(line)
    return
  }
  // In words: the JSON of a summary beside that of the records would be taken for one.
  const summary = exportedRecordsLines(exported, 'standard output', false)
  for (const text of summary) notice(`kbroker: ${text}`)
}

/** Import would take no such file; who reads standard output may well want them all. */
function refuseSeveral(
  partitions: readonly ScannedPartition[],
  { to }: ExportOptions,
  notice: (line: string) => void,
): void {
  const { size } = new Set(partitions.map(({ topic }) => topic))
  if (size < 2) return
  if (to !== '-') {
    throw new UsageError(`--to ${to}: a file takes one topic, and these are ${size}: name one`)
  }
  notice(`kbroker: these are ${size} topics: kbroker import takes a file of one, no more`)
}

async function intoFolder(
  partitions: readonly ScannedPartition[],
  offsets: OffsetRange | undefined,
  options: ExportOptions,
  context: CommandContext,
): Promise<void> {
  const { disk, writableDisk } = context
  const topic = onlyTopic(partitions)
  const notice = noticesTo(options, context)
  const planned = partitions.map(({ partition, log }) => {
    const { path } = log.directory
    const all = { from: 0n, to: INT64_MAX }
    const asked = offsets === undefined ? all : rangeInLog(disk, log, offsets, path)
    const plan = planExport(disk, log, asked)
    for (const text of plan.notices) notice(`kbroker: ${text}`)
    return { partition, folder: `${topic}-${partition}`, plan }
  })
  const sizes = planned.flatMap(({ plan }) => plan.files.map(({ size }) => size))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const progress = await startProgress('exporting', context)
  let copied = 0
  try {
    const manifest = exportFolder(considerate(disk), writableDisk, {
      path: options.to,
      origin: originOf(topic, partitions, options, context),
      partitions: planned,
      onProgress: bytes => progress.advance((copied += bytes), total),
    })
    progress.stop()
    const damages = exportDamages(considerate(disk), options.to, manifest, {
      limits: limitsOf(options),
    })
    for (const damage of damages) {
      context.stderr(`kbroker: ${damageText(damage)}; the copy is as the log is`)
      context.endWith(EXIT.itemFailed)
    }
    const lines = exportedFolderLines(manifest, options.to, options.json === true)
    for (const line of lines) context.stdout.line(line)
  } finally {
    progress.stop()
  }
}

function onlyTopic(partitions: readonly ScannedPartition[]): string {
  const topics = [...new Set(partitions.map(({ topic }) => topic))]
  const [topic] = topics
  if (topic === undefined) throw new UsageError('no partition is there')
  if (topics.length > 1) {
    throw new UsageError(`a folder takes one topic, and these are ${topics.length}: name one`)
  }
  if (topic === METADATA_TOPIC) {
    throw new UsageError(`${METADATA_TOPIC} belongs to its cluster: export it as .jsonl`)
  }
  const twice = partitions.find(({ partition }, at) => partitions[at + 1]?.partition === partition)
  if (twice === undefined) return topic
  throw new UsageError(`partition ${twice.partition} of ${topic} is in two places: name one folder`)
}

/** As its cluster has it, where its metadata log is among the log.dirs; the id as the folders have it, else. */
function originOf(
  name: string,
  partitions: readonly ScannedPartition[],
  options: ExportOptions,
  context: CommandContext,
): Omit<ExportManifest, 'partitions'> {
  const { disk, environment } = context
  const parents = partitions.map(({ log }) => dirname(resolve(log.directory.path)))
  const logDirs = logDirsOf(options, environment).map(path => resolve(path))
  const quiet = () => undefined
  const limits = limitsOf(options)
  const how = { limits, notice: quiet, problem: quiet }
  const here = readClusterHere(disk, [...new Set([...logDirs, ...parents])], how)
  const image = here.metadataLog?.image
  const topic = image?.topics.byName(name)
  const configs = topic && image && Object.fromEntries(image.configs.of('topic', name))
  return {
    tool: `kbroker ${PACKAGE_VERSION}`,
    clusterId:
      here.logDirs.find(({ meta }) => meta?.clusterId !== undefined)?.meta?.clusterId ?? null,
    topic: {
      name,
      id: topic?.topicId ?? idInFolders(partitions, context) ?? null,
      partitionCount: topic?.partitions.size ?? null,
      configs: configs ?? null,
    },
  }
}

function idInFolders(
  partitions: readonly ScannedPartition[],
  { disk }: CommandContext,
): string | undefined {
  for (const { log } of partitions) {
    const { metadata } = log.directory
    if (metadata === undefined) continue
    return readPartitionMetadata(disk.readWhole(metadata.path), metadata.path).topicId
  }
  return undefined
}

const EXAMPLES = `
An export that is interrupted leaves NAME${PARTIAL_SUFFIX}, which the next one clears away.

Examples:
  kbroker export orders --log-dirs /data/a,/data/b --to orders.jsonl.zst
  kbroker export orders-3 --log-dirs /data/a --markers keep --to exact.jsonl
  kbroker export orders --log-dirs /data/a,/data/b --to /backup/orders && (cd /backup/orders && sha256sum -c SHA256SUMS)
  kbroker export /data/a/orders-0 --offsets -1h: --to - | jq .value

Exit codes: 0 all is exported · 1 something could not be read, and what could is there; or the log is
damaged, and so is its copy; or a log shrank meanwhile, as a broker truncates it: nothing is there · 2 usage`
