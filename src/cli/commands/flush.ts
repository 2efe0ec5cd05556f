/** `kbroker flush`: what power loss would cost now, why, and what another flush policy would change. */
import { Command, Option } from 'commander'
import { UsageError } from '../../base/errors.ts'
import { schedulerMs } from '../../inspect/flush/flush-policy.ts'
import { brokerConfigsHere, readClusterHere } from '../../inspect/topics/cluster-here.ts'
import { addBrokerConfigOption, withBrokerFile } from '../broker-config-option.ts'
import { colourOf } from '../colour.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addLogDirsOption,
  addOutputOptions,
  collect,
  limitsOf,
  noticesTo,
} from '../common-options.ts'
import { FILE_UNKNOWN } from '../configs-here.ts'
import { parseFlushPolicy } from '../flush-policy-grammar.ts'
import { FlushReport, type FlushCommandOptions } from '../flush-report.ts'
import { leavingOut, readingFor } from '../left-out.ts'
import { refuseRepeated, requiredLogDirs } from '../required-log-dirs.ts'
import { scannedPartitions, type ScannedPartition } from '../scanned-partitions.ts'
import { resolveTargets } from '../targets.ts'

export function createFlushCommand(context: CommandContext): Command {
  const command = new Command('flush')
    .description(
      'Tells what power loss would cost now: of each partition, what lies beyond the recovery point\n' +
        'that its log.dir has noted down. That is at risk: nobody knows it to be on the disk, though\n' +
        'most of it may be. Then why: the flush policy of each topic, and who set it. --simulate\n' +
        'replays the batches, each as an append at its greatest timestamp, and tells what another\n' +
        'policy would have cost and left at risk: of one partition at a time, over all the time.\n' +
        'Only reads, beside a live broker, too; only --measure writes: a scratch file of 4 MiB at\n' +
        'most, which has no name but for a moment, and of which nothing is left however this ends.',
    )
    .argument('[words...]', 'topics or partitions (default: all)')
  addLogDirsOption(command, 'of a broker, all of them')
  addBrokerConfigOption(command, '--config, ')
  command
    .option(
      '--simulate <policy>',
      "such as 'flush.messages=10000,flush.ms=1000'; may be given several times. How often a broker " +
        'looks at flush.ms is part of its server.properties (by default never), or named here, too: ' +
        'log.flush.scheduler.interval.ms=1000',
      collect,
    )
    .addOption(
      new Option('--by <what>', 'simulate: a table for each')
        .choices(['all', 'topic', 'partition'])
        .default('topic'),
    )
    .option('--measure', 'time how long an fsync takes in each log.dir')
    .option('--measure-dir <dir>', 'the same in another directory of the same disk')
  addOutputOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((words: string[], options: FlushCommandOptions) => runFlush(words, options, context))
}

async function runFlush(
  words: readonly string[],
  given: FlushCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { options, brokerFile } = withBrokerFile(given, context)
  const logDirs = requiredLogDirs(options, context, words)
  refuseRepeated(logDirs, context.disk)
  const cluster = readClusterHere(context.disk, logDirs, readingFor(options, context))
  const configs = brokerConfigsHere(cluster, brokerFile.configs)
  const policies = (options.simulate ?? []).map(text =>
    parseFlushPolicy(text, schedulerMs(configs)),
  )
  requireDirectory(options, context)
  const partitions = await chosenPartitions(words, logDirs, options, context)
  if (options.brokerConfig === undefined) noticesTo(options, context)(`kbroker: ${FILE_UNKNOWN}`)
  const colour = await colourOf(options, context)
  const report = new FlushReport(partitions, configs, { options, context, colour })
  report.risks(logDirs)
  report.policies()
  if (options.measureDir !== undefined) await report.measure([options.measureDir])
  else if (options.measure === true) await report.measure(logDirs)
  if (policies.length > 0) await report.simulate(policies)
}

/** Before anything is told. */
function requireDirectory({ measureDir }: FlushCommandOptions, { disk }: CommandContext): void {
  if (measureDir === undefined || disk.status(measureDir)?.kind === 'directory') return
  throw new UsageError(`--measure-dir ${measureDir}: expected a directory that is there`)
}

async function chosenPartitions(
  words: readonly string[],
  logDirs: readonly string[],
  options: FlushCommandOptions,
  context: CommandContext,
): Promise<ScannedPartition[]> {
  const { disk, workingDirectory } = context
  const onRefusal = leavingOut(context)
  const targets = await resolveTargets(words, { logDirs, disk, workingDirectory, onRefusal })
  const file = targets.find(({ kind }) => kind === 'file')
  if (file !== undefined) {
    throw new UsageError(`${file.path} is a file: flush wants topics or partitions`)
  }
  const limits = limitsOf(options)
  return scannedPartitions(targets, { disk, workingDirectory, onRefusal, limits })
}

const EXAMPLES = `
Examples:
  kbroker flush --log-dirs /data/a,/data/b --config server.properties
  kbroker flush orders --log-dirs /data/a,/data/b --measure \\
    --simulate flush.messages=10000 \\
    --simulate flush.ms=1000,log.flush.scheduler.interval.ms=1000
  kbroker flush --log-dirs /data/a --json | jq 'select(.kind == "partition" and .bytesAtRisk > 0)'

In the simulation, too, a segment is flushed when the next one begins, and a flush takes no time.
What compaction or retention took away is not replayed; __cluster_metadata, which KRaft flushes by
itself, neither.

Exit codes: 0 fine · 1 something could not be read, or the disk failed · 2 usage`
