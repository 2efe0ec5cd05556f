/** `truncate` and `delete-records`: shown first, done with `--execute`. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { UsageError } from '../base/errors.ts'
import { CONSUMER_OFFSETS_TOPIC, readGroupsSource } from '../inspect/groups/groups-source.ts'
import type { ClusterHere } from '../inspect/topics/cluster-here.ts'
import { CLEAN_SHUTDOWN } from '../log/file-names.ts'
import { holdLogDirs } from '../log-dirs/held-log-dirs.ts'
import { logOpening } from '../log-dirs/topic-log-configs.ts'
import { committedOutside } from '../maintenance/trim/committed-outside.ts'
import { deletionProblem } from '../maintenance/trim/deletion-problem.ts'
import type { TrimAction } from '../maintenance/trim/trim-plan.ts'
import {
  trimPartitions,
  type TrimmedPartition,
  type TrimOutcome,
} from '../maintenance/trim/trim-partitions.ts'
import { type BrokerConfigs, effectiveConfigs } from '../metadata/broker-configs.ts'
import { withBrokerFile } from './broker-config-option.ts'
import type { CommandContext } from './command-context.ts'
import { noticesTo } from './common-options.ts'
import { PREVIEW_NOTICE } from './execute-option.ts'
import { readingFor } from './left-out.ts'
import { loadNotices } from './load-notices.ts'
import {
  addMaintenanceOptions,
  type MaintenanceOptions,
  readMaintainedBroker,
} from './maintained-broker.ts'
import { maintainedPartitions, type MaintainedPartitions } from './maintained-partitions.ts'
import { parseOffset } from './offset-grammar.ts'
import { trimJson, trimText } from './render/trim-output.ts'
import { requireLogDir } from './required-log-dirs.ts'

export interface TrimCommandOptions extends MaintenanceOptions {
  /** False for --no-backup. */
  readonly backup?: string | false
}

export function addTrimOptions(command: Command): Command {
  command
    .option('--backup <dir>', 'keep the bytes that go there, in a folder named like the partition')
    .option('--no-backup', 'keep no copy (default: one in a folder within that of the partition)')
  return addMaintenanceOptions(command)
}

export interface TrimRequest {
  readonly action: TrimAction
  readonly words: readonly string[]
  /** In the grammar of offsets; undefined where the flag was not given. */
  readonly offset: string | undefined
  readonly flag: '--to' | '--before'
}

export async function runTrim(
  { action, words, offset, flag }: TrimRequest,
  given: TrimCommandOptions,
  context: CommandContext,
): Promise<void> {
  if (offset === undefined) throw new UsageError(`give ${flag} OFFSET`)
  const point = parseOffset(offset, context.nowMs())
  const { options, brokerFile } = withBrokerFile(given, context)
  const { backup } = options
  if (words.length === 0) throw new UsageError('name the partitions: none is taken for all')
  const maintained = await maintainedPartitions(words, options, context)
  for (const { logDir } of maintained.partitions) requireLogDir(context.disk, logDir)
  const changed = new Set(maintained.partitions.map(({ logDir }) => logDir))
  holdLogDirs([...changed], { takesLocks: false }).release()
  const reading = { disk: context.disk, ...readingFor(options, context) }
  const { cluster, configs } = readMaintainedBroker(maintained.logDirs, brokerFile, reading)
  if (action === 'delete-records') refuseUndeletable(maintained, configs)
  const groups = readGroups(maintained, options, context)
  const isPreview = options.execute !== true
  const notice = noticesTo(options, context)
  const outcomes = await trimPartitions(maintained.partitions, {
    action,
    point,
    isPreview,
    backup,
    isOnlyReplica: partition => isOnlyReplica(partition, cluster),
    disk: context.writableDisk,
    clock: context,
    ...logOpening(configs),
    onAction: loadNotices(notice, { isPreview }),
  })
  for (const outcome of outcomes) {
    const committed = groups && committedOutside(groups, outcome, outcome.plan)
    const shown = { outcome, committed, replicas: replicasOf(outcome, cluster), isPreview }
    const lines = options.json === true ? [trimJson(shown)] : trimText(shown)
    for (const line of lines) context.stdout.line(line)
    tellOfReplicas(outcome, cluster, notice)
  }
  for (const path of changed) {
    if (context.disk.status(join(path, CLEAN_SHUTDOWN)) !== undefined) continue
    notice(
      `${path} was not shut down cleanly${isPreview ? '' : ', and is not clean yet'}: a start reads ` +
        'logs of it again; kbroker recover does that now',
    )
  }
  if (isPreview) notice(PREVIEW_NOTICE)
}

/** @throws UsageError */
function refuseUndeletable({ partitions }: MaintainedPartitions, configs: BrokerConfigs): void {
  for (const { topic } of partitions) {
    const policy = effectiveConfigs(topic, configs).get('cleanup.policy')?.value
    const problem = deletionProblem(topic, policy)
    if (problem !== undefined) throw new UsageError(problem)
  }
}

/** Undefined where what groups have committed is not here. */
function readGroups(
  { logDirs }: MaintainedPartitions,
  options: TrimCommandOptions,
  context: CommandContext,
) {
  const source = readGroupsSource(context.disk, logDirs, readingFor(options, context))
  const isHere = source.partitions.numbersOf(CONSUMER_OFFSETS_TOPIC).length > 0
  return isHere ? source.groups : undefined
}

/** Ids of brokers; undefined where the cluster's metadata are not here, or know nothing of it. */
function replicasOf(
  { topic, partition }: Pick<TrimmedPartition, 'topic' | 'partition'>,
  { metadataLog }: ClusterHere,
): readonly number[] | undefined {
  return metadataLog?.image.topics.byName(topic)?.partitions.get(partition)?.replicas
}

function isOnlyReplica(partition: TrimmedPartition, cluster: ClusterHere): boolean | undefined {
  const replicas = replicasOf(partition, cluster)
  return replicas && replicas.length === 1
}

function tellOfReplicas(
  { name, topic, partition, plan }: TrimOutcome,
  cluster: ClusterHere,
  notice: (line: string) => void,
): void {
  const replicas = replicasOf({ topic, partition }, cluster)
  const isChanged =
    plan.before.logStartOffset !== plan.after.logStartOffset || plan.parts.length > 0
  if (replicas === undefined || replicas.length < 2 || !isChanged) return
  const where = `${name} has replicas on brokers ${replicas.join(', ')}`
  notice(
    plan.action === 'truncate'
      ? `${where}: those elsewhere keep what is cut here, in the same leader epoch, and this one gets it ` +
          'back from them when one of them leads; cut all of them, with all their brokers stopped'
      : `${where}: those elsewhere follow when this one leads; if one of them does, do it there`,
  )
}
