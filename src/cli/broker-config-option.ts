/** `--broker-config`: the file that the broker of some log.dirs is started with. */
import type { Command } from 'commander'
import { type BrokerFile, NO_BROKER_FILE, readBrokerFile } from '../log-dirs/broker-file.ts'
import type { CommandContext } from './command-context.ts'
import { logDirsOf, type LogDirsOption } from './common-options.ts'

export interface BrokerConfigOption {
  readonly brokerConfig?: string
}

const DESCRIPTION =
  "the broker's server.properties: configs of topics that say nothing themselves, and its log.dirs"

/** Where `--config` is free, that is the same. */
export function addBrokerConfigOption(command: Command, short: '--config, ' | '' = ''): Command {
  return command.option(`${short}--broker-config <file>`, DESCRIPTION)
}

/**
 * @returns the options with the log.dirs of the file, where neither the command line nor the environment names any
 * @throws UsageError where a broker would not start over it
 * @throws DiskError
 */
export function withBrokerFile<T extends LogDirsOption & BrokerConfigOption>(
  options: T,
  { disk, environment }: Pick<CommandContext, 'disk' | 'environment'>,
): { readonly options: T; readonly brokerFile: BrokerFile } {
  const { brokerConfig } = options
  if (brokerConfig === undefined) return { options, brokerFile: NO_BROKER_FILE }
  const brokerFile = readBrokerFile(disk, brokerConfig)
  const isNamed = logDirsOf(options, environment).length > 0
  if (isNamed) return { options, brokerFile }
  return { options: { ...options, logDirs: brokerFile.logDirs }, brokerFile }
}
