/** `kbroker import`: what `export` wrote, back into the log.dirs of a stopped broker. */
import { Command, Option } from 'commander'
import { DEFAULT_DECODE_LIMITS, MEBIBYTE } from '../../base/limits.ts'
import { CODECS } from '../../compression/codecs.ts'
import { PartitionLogReader } from '../../inspect/offsets/partition-log.ts'
import type { BrokerFile } from '../../log-dirs/broker-file.ts'
import { partitionPath } from '../../maintenance/import/staged-partition.ts'
import { addBrokerConfigOption, withBrokerFile } from '../broker-config-option.ts'
import {
  carryOutImport,
  endImport,
  finishInterrupted,
  interruptedImport,
  refuseOther,
  refuseOtherTopic,
} from '../carry-out-import.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addJsonOption,
  addLimitOption,
  addLogDirsOption,
  addQuietOption,
  collect,
  noticesTo,
  parseByteSize,
  parseNatural,
  parsePositiveInteger,
} from '../common-options.ts'
import { EXIT } from '../exit-code.ts'
import { addExecuteOption, PREVIEW_NOTICE } from '../execute-option.ts'
import { ImportCluster } from '../import-cluster.ts'
import { planFolder } from '../import-folder.ts'
import { planLines } from '../import-lines.ts'
import type { ImportPlan } from '../import-plan.ts'
import { expiringSegments, expiryNotice, type Expiry } from '../import-retention.ts'
import { importSourceOf, type ImportOptions, type ImportSource } from '../import-source.ts'
import { linesKept, linesOfFile } from '../lines-input.ts'
import { RECORD_SIZE_MAX_FLAG } from '../produce-input/record-reader.ts'
import { importLines } from '../render/import-output.ts'
import { topicConfigsOf } from '../topic-config-option.ts'

export function createImportCommand(context: CommandContext): Command {
  const command = new Command('import')
    .description(
      'Puts back what kbroker export wrote: a file of JSON lines, or a folder whose checksums hold.\n' +
        'All of it is written aside first; then the topic is made, if it has to be, and all is put in\n' +
        'place. A partition that has records gets those of a file behind them, and no folder over them.\n' +
        'Without --execute it only tells what that would be, and changes nothing.',
    )
    .argument(
      '<from>',
      'NAME.jsonl, NAME.jsonl.gz, NAME.jsonl.zst, a folder, or - for standard input (kept in TMPDIR meanwhile)',
    )
    .option('-t, --topic <topic>', 'where it goes (default: of a folder, the topic it was of)')
    .option(
      '-p, --partition <n>',
      'of a file, for all records, whatever they say; of a folder, the only one to take, or what a ' +
        'single one becomes',
      parseNatural,
    )
    .option('--partitions <n>', 'of the topic, if it has to be made', parsePositiveInteger)
    .option(
      '--topic-config <name=value>',
      'of the topic, if it has to be made (repeatable; a folder brings its own)',
      collect,
    )
    .option('--keep-offsets', 'of a file: into partitions that are empty, or end before')
    .addOption(
      new Option(
        '--markers <what>',
        'of a file with markers of transactions: keep them (default with --keep-offsets), or drop ' +
          'them and what was not committed',
      ).choices(['keep', 'drop']),
    )
    .addOption(
      new Option(
        '-z, --compression-codec <codec>',
        'of a file, where the topic has none of its own',
      )
        .choices(CODECS.map(({ name }) => name))
        .default('none'),
    )
    .addOption(
      new Option(`${RECORD_SIZE_MAX_FLAG} <size>`, 'of key, value and headers of a record together')
        .argParser(parseByteSize)
        .default(MEBIBYTE, '1MiB'),
    )
  addLogDirsOption(command, 'of one broker, all of them')
  addBrokerConfigOption(command, '--config, ')
  addExecuteOption(command)
  addJsonOption(command)
  addQuietOption(command)
  addLimitOption(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((from: string, options: ImportOptions) => runImport(from, options, context))
}

async function runImport(
  from: string,
  given: ImportOptions,
  context: CommandContext,
): Promise<void> {
  const { options, brokerFile } = withBrokerFile(given, context)
  const source = await importSourceOf(from, options, context)
  try {
    await importSource(source, options, brokerFile, context)
  } finally {
    source.input?.close()
  }
}

async function importSource(
  source: ImportSource,
  options: ImportOptions,
  brokerFile: BrokerFile,
  context: CommandContext,
): Promise<void> {
  const notice = noticesTo(options, context)
  let cluster = clusterOf(source, options, brokerFile, context)
  const journal = interruptedImport(cluster.formatted, context)
  const executed = options.execute === true
  if (journal !== undefined) {
    refuseOther(journal, source.importId)
    refuseOtherTopic(journal, cluster, context)
    if (!executed) return notice(`kbroker: it was interrupted before: --execute finishes it`)
    const wasLeft = await finishInterrupted(journal, cluster.formatted, context)
    notice(`kbroker: ${wasLeft ? 'finished what was interrupted before' : WAS_FINISHED}`)
    return endImport(cluster.formatted, context)
  }
  let plan = await planOf(source, cluster, options, context)
  if (source.manifest === undefined && plan.partitions.length === 0) {
    for (const text of plan.notices) notice(`kbroker: ${text}`)
    return notice(`kbroker: nothing to import: ${source.name} has no records; nothing was changed`)
  }
  if (executed && !cluster.isReady) {
    await cluster.makeReady()
    // In the order in which they were planned with, so that the partitions go where that said.
    cluster = clusterOf(source, { ...options, logDirs: cluster.logDirs }, brokerFile, context)
    plan = await planOf(source, cluster, options, context)
  }
  for (const text of plan.notices) notice(`kbroker: ${text}`)
  for (const text of plan.damages) context.stderr(`kbroker: ${text}`)
  if (plan.damages.length > 0) context.endWith(EXIT.itemFailed)
  if (executed) {
    const { importId } = source
    const { target, places, stage } = plan
    const logDirs = cluster.formatted
    await carryOutImport({ importId, source: source.name, logDirs, target, places, stage }, context)
  }
  const expiries = executed ? expiriesOf(plan, cluster, context) : plan.expiries
  for (const each of expiries) notice(`kbroker: ${expiryNotice(source.topic, each)}`)
  const isJson = options.json === true
  const lines = importLines({ ...plan, expiries }, { executed, isJson })
  for (const line of lines) context.stdout.line(line)
  if (!executed) return notice(PREVIEW_NOTICE)
  context.stdout.flush()
  await endImport(cluster.formatted, context)
}

/** As it lies there now. */
function expiriesOf(
  { target, partitions }: ImportPlan,
  { retention }: ImportCluster,
  { disk, nowMs }: CommandContext,
): Expiry[] {
  const reader = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS)
  return partitions.flatMap(({ partition, logDir, firstOffset }) => {
    const log = reader.read(partitionPath({ topic: target.topic, partition, logDir }))
    return expiringSegments(disk, { partition, log, firstOffset }, retention, nowMs())
  })
}

const WAS_FINISHED =
  'all of it was in place before, and nothing was done: run it again to import it again'

function clusterOf(
  { topic, manifest }: ImportSource,
  options: ImportOptions,
  brokerFile: BrokerFile,
  context: CommandContext,
): ImportCluster {
  const said = topicConfigsOf(options.topicConfig)
  const configs = new Map([...Object.entries(manifest?.topic.configs ?? {}), ...said])
  const cluster = new ImportCluster({ topic, configs }, { ...options, brokerFile }, context)
  cluster.refuseOtherThan(said, options.partitions)
  return cluster
}

function planOf(
  { name, manifest, input: spooled, importId }: ImportSource,
  cluster: ImportCluster,
  options: ImportOptions,
  context: CommandContext,
): Promise<ImportPlan> {
  const { partition, partitions: partitionCount, compressionCodec: codec } = options
  const common = { importId, partition, partitionCount }
  if (manifest !== undefined) {
    return planFolder({ ...common, path: name, manifest }, cluster, context)
  }
  const keepOffsets = options.keepOffsets === true
  const keepMarkers = keepOffsets && options.markers !== 'drop'
  const lines = {
    ...common,
    input: spooled === undefined ? linesOfFile(name, context.disk) : linesKept(spooled, name),
    keepOffsets,
    keepMarkers,
    codec,
    recordSizeMax: options.maxRecordBytes,
  }
  return planLines(lines, cluster, context)
}

const EXAMPLES = `
Interrupted, it leaves nothing that a consumer sees, or what running it again finishes. Records keep their
timestamps: what a broker's retention would delete of them at its next check is told.
Those that keep their producers, of a folder or with --keep-offsets, move the cluster's next producer id past
theirs: a new producer is never taken for one of them.

Examples:
  kbroker import orders.jsonl.zst --topic orders --log-dirs /data/a,/data/b
  kbroker import exact.jsonl --topic orders --keep-offsets --log-dirs /data/a --execute
  kbroker import /backup/orders --log-dirs /data/a,/data/b --execute
  kbroker import /backup/orders --topic restored --log-dirs /data/a --execute
  zcat old.jsonl.gz | grep eu-west | kbroker import - --topic eu --log-dirs /data/a

Exit codes: 0 fine · 1 a line, a file or the log.dirs are in no order; nothing is changed, but where a
folder holds a log that was damaged before, which is imported as it is, and told · 2 usage`
