/** `kbroker reindex`: what follows from the logs, built anew from them. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { holdLogDirs } from '../../log-dirs/held-log-dirs.ts'
import { logOpening } from '../../log-dirs/topic-log-configs.ts'
import { type Reindexed, reindex, type ReindexPlace } from '../../maintenance/reindex/reindex.ts'
import { findFaults, type PartitionFaults } from '../../maintenance/reindex/partition-faults.ts'
import { withBrokerFile } from '../broker-config-option.ts'
import type { CommandContext } from '../command-context.ts'
import { noticesTo, parsePositiveInteger } from '../common-options.ts'
import { PREVIEW_NOTICE } from '../execute-option.ts'
import { EXIT } from '../exit-code.ts'
import { readingFor } from '../left-out.ts'
import {
  addMaintenanceOptions,
  type MaintenanceOptions,
  readMaintainedBroker,
} from '../maintained-broker.ts'
import { type MaintainedPartition, maintainedPartitions } from '../maintained-partitions.ts'
import { startProgress } from '../progress.ts'
import { reindexJson, reindexText } from '../render/reindex-output.ts'

interface ReindexOptions extends MaintenanceOptions {
  readonly all?: true
  readonly keepOld?: true
  readonly workers?: number
}

export function createReindexCommand(context: CommandContext): Command {
  const command = new Command('reindex')
    .description(
      'Builds anew what follows from the logs where something is wrong with it: offset, time and\n' +
        'transaction indexes, producer snapshots, leader epochs; byte for byte what Apache Kafka\n' +
        'builds that finds none of them. Where something is, the log is read from there to its end,\n' +
        'checksums and all; logs are never changed. Without --execute it tells of each file whether\n' +
        'it is missing, or from which entry on it differs. Interrupted, it goes on where it was.',
    )
    .argument('[paths...]', 'partition folders, log.dirs, patterns, or topic[-partition]')
    .option(
      '--all',
      'build also what is sound: a broker writes indexes as it goes along, which may differ from\n' +
        'those that are built; snapshots may know of producers, and the checkpoint of leader epochs,\n' +
        'whose records are gone',
    )
    .option('--keep-old', 'keep what is replaced as *.old, which a broker takes no notice of')
    .option('--workers <count>', 'threads (default: one for each processor)', parsePositiveInteger)
  return addMaintenanceOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((words: string[], options: ReindexOptions) => runReindex(words, options, context))
}

async function runReindex(
  words: readonly string[],
  given: ReindexOptions,
  context: CommandContext,
): Promise<void> {
  const { options, brokerFile } = withBrokerFile(given, context)
  const isPreview = options.execute !== true
  const notice = noticesTo(options, context)
  const { partitions, logDirs } = await maintainedPartitions(words, options, context)
  const held = holdLogDirs(logDirs, { takesLocks: !isPreview })
  try {
    const disk = isPreview ? context.disk : context.writableDisk
    const reading = { disk: context.disk, ...readingFor(options, context) }
    const { cluster, configs } = readMaintainedBroker(logDirs, brokerFile, reading)
    const logDirOf = new Map(cluster.logDirs.map(dir => [dir.path, dir]))
    const progress = await startProgress('reindexing', context)
    const onProgress = (bytes: number, totalBytes: number) => progress.advance(bytes, totalBytes)
    const faults = await faultsOf(partitions, options, { ...context, disk, onProgress })
    const places = partitions.flatMap((partition): ReindexPlace[] => {
      const { checkpoints, cleanShutdown } = logDirOf.get(partition.logDir)!
      const own = faults?.get(resolve(context.workingDirectory, partition.path))
      if (faults !== undefined && (own === undefined || own.wrong.size === 0)) return []
      const isClean = cleanShutdown !== undefined
      return [{ ...partition, checkpoints, isClean, wrong: own?.wrong }]
    })
    const reindexed = reindex(places, disk, {
      isPreview,
      keepsOld: options.keepOld === true,
      ...logOpening(configs),
      nowMs: context.nowMs(),
      threads: {
        countMax: options.workers ?? context.parallelism,
        wereAskedFor: options.workers !== undefined,
      },
      onProgress,
    })
    for await (const log of reindexed) {
      progress.clear()
      tell(log, options, context)
    }
    progress.stop()
    const soundCount = partitions.length - places.length
    if (soundCount > 0)
      notice(`${soundCount} of ${partitions.length} partitions need nothing rebuilt`)
    const damagedCount = [...(faults?.values() ?? [])].filter(({ isDamaged }) => isDamaged).length
    if (damagedCount > 0) {
      notice(`${damagedCount} of ${partitions.length} logs are damaged: see kbroker verify, repair`)
      context.endWith(EXIT.itemFailed)
    }
  } finally {
    held.release()
  }
  if (isPreview) notice(PREVIEW_NOTICE)
}

/** Undefined where all are asked for. */
function faultsOf(
  partitions: readonly MaintainedPartition[],
  { all, workers }: ReindexOptions,
  { disk, workingDirectory, parallelism, onProgress }: Looking,
): Promise<ReadonlyMap<string, PartitionFaults>> | undefined {
  if (all === true) return undefined
  const paths = partitions.map(({ path }) => path)
  const options = { workers: workers ?? parallelism, workingDirectory, onProgress }
  return findFaults(paths, disk, options)
}

interface Looking extends Pick<CommandContext, 'disk' | 'workingDirectory' | 'parallelism'> {
  readonly onProgress: (bytes: number, totalBytes: number) => void
}

function tell(log: Reindexed, options: ReindexOptions, context: CommandContext): void {
  const { stdout, terminal, endWith } = context
  const isPreview = options.execute !== true
  const lines =
    options.json === true ? reindexJson(log, { isPreview }) : reindexText(log, { isPreview })
  for (const line of lines) stdout.line(line)
  if (terminal.stdoutIsTerminal) stdout.flush()
  const isCutByStart = log.damage?.isTail === true && !log.place.isClean
  const isDamaged = log.damage !== undefined && !isCutByStart
  if (log.failure !== undefined || isDamaged) endWith(EXIT.itemFailed)
}

const EXAMPLES = `
Examples:
  kbroker reindex /data/a/orders-3
  kbroker reindex orders --log-dirs /data/a,/data/b --execute --keep-old
  kbroker reindex /data/a --json | jq 'select(.state == "missing" or .state == "differs")'

Exit codes: 0 fine · 1 a log is damaged (see repair), or can't be read · 2 usage`
