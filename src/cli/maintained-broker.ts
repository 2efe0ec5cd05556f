/** The stopped broker whose log.dirs a command works on: its options, and what is known of it. */
import type { Command } from 'commander'
import {
  brokerConfigsHere,
  type ClusterHere,
  readClusterHere,
} from '../inspect/topics/cluster-here.ts'
import type { ReadOptions } from '../inspect/internal-topics/partitions-here.ts'
import type { BrokerFile } from '../log-dirs/broker-file.ts'
import type { BrokerConfigs } from '../metadata/broker-configs.ts'
import { addBrokerConfigOption, type BrokerConfigOption } from './broker-config-option.ts'
import type { CommandContext } from './command-context.ts'
import {
  addJsonOption,
  addLogDirsOption,
  addQuietOption,
  type LogDirsOption,
  type QuietOption,
} from './common-options.ts'
import { addExecuteOption, type ExecuteOption } from './execute-option.ts'

export interface MaintenanceOptions
  extends LogDirsOption, BrokerConfigOption, QuietOption, ExecuteOption {
  readonly json?: true
}

/** @param logDirs which ones are to be given, where that is not any */
export function addMaintenanceOptions(command: Command, logDirs?: string): Command {
  addLogDirsOption(command, logDirs)
  addBrokerConfigOption(command, '--config, ')
  addExecuteOption(command)
  addJsonOption(command)
  return addQuietOption(command)
}

export interface MaintainedBroker {
  readonly cluster: ClusterHere
  readonly configs: BrokerConfigs
}

/** @throws DiskError where a log.dir can't be listed */
export function readMaintainedBroker(
  logDirs: readonly string[],
  { configs: file }: BrokerFile,
  { disk, ...reading }: ReadOptions & Pick<CommandContext, 'disk'>,
): MaintainedBroker {
  const cluster = readClusterHere(disk, logDirs, reading)
  return { cluster, configs: brokerConfigsHere(cluster, file) }
}
