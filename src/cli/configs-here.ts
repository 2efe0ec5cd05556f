/** What a broker was told of partitions that are named by their paths, as far as the log.dirs they lie in know it. */
import { dirname, resolve } from 'node:path'
import { isReadFailure } from '../base/errors.ts'
import { brokerConfigsHere, readClusterHere } from '../inspect/topics/cluster-here.ts'
import type { BrokerConfigs } from '../metadata/broker-configs.ts'
import { ResourceConfigs } from '../metadata/resource-configs.ts'
import type { CommandContext } from './command-context.ts'
import { logDirsOf, type LogDirsOption, type OutputOptions } from './common-options.ts'
import { readingFor } from './left-out.ts'

export const FILE_UNKNOWN =
  'without --config FILE nobody knows what server.properties says: where nothing was set since, ' +
  "Kafka's defaults are taken"

/**
 * That a folder above can't be read, or is no log.dir, takes nothing from the partition: then nothing is known.
 *
 * @param folders of the partitions
 * @param file what the broker's file says
 */
export function configsHere(
  folders: readonly string[],
  file: BrokerConfigs['file'],
  options: LogDirsOption & Pick<OutputOptions, 'quiet' | 'maxBatchBytes'>,
  context: CommandContext,
): BrokerConfigs {
  const { disk, environment, workingDirectory } = context
  const given = logDirsOf(options, environment)
  const above = folders.map(folder => dirname(folder))
  const logDirs = new Map([...given, ...above].map(path => [resolve(workingDirectory, path), path]))
  const { limits, notice } = readingFor(options, context)
  try {
    const reading = { limits, notice, problem: notice }
    const cluster = readClusterHere(disk, [...logDirs.values()], reading)
    return brokerConfigsHere(cluster, file)
  } catch (error) {
    if (!isReadFailure(error)) throw error
    notice(error.message)
    return { knowsTopics: false, dynamic: new ResourceConfigs(), nodeId: undefined, file }
  }
}
