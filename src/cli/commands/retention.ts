/** `kbroker retention`: which segments have had their time, and when the others will have. */
import { Command } from 'commander'
import { UsageError } from '../../base/errors.ts'
import { PartitionLogReader } from '../../inspect/offsets/partition-log.ts'
import { readRetainedLog } from '../../inspect/retention/retained-log.ts'
import type { ClusterHere } from '../../inspect/topics/cluster-here.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import { planRetention } from '../../log/retention-policy.ts'
import { holdLogDirs } from '../../log-dirs/held-log-dirs.ts'
import { logOpening } from '../../log-dirs/topic-log-configs.ts'
import { rehearseLoading } from '../../maintenance/rehearse-loading.ts'
import {
  deleteExpired,
  type ExpiringPartition,
} from '../../maintenance/retention/delete-expired.ts'
import { type BrokerConfigs, effectiveConfigs } from '../../metadata/broker-configs.ts'
import { withBrokerFile } from '../broker-config-option.ts'
import { PLAIN } from '../colour.ts'
import type { CommandContext } from '../command-context.ts'
import { limitsOf, noticesTo } from '../common-options.ts'
import { PREVIEW_NOTICE } from '../execute-option.ts'
import { EXIT } from '../exit-code.ts'
import { readingFor } from '../left-out.ts'
import { loadNotices, tellOfUnclean } from '../load-notices.ts'
import {
  addMaintenanceOptions,
  type MaintainedBroker,
  type MaintenanceOptions,
  readMaintainedBroker,
} from '../maintained-broker.ts'
import { maintainedPartitions, type MaintainedPartition } from '../maintained-partitions.ts'
import { retentionJson, retentionText, type ShownRetention } from '../render/retention-output.ts'
import { requireLogDir } from '../required-log-dirs.ts'
import { parseTime } from '../time-grammar.ts'
import { topicRetention, type TopicRetention } from '../topic-retention.ts'
import { refuseUnknownTopics, tellOfUnknownTopics } from '../unknown-topics.ts'

interface RetentionOptions extends MaintenanceOptions {
  readonly at?: string
}

export function createRetentionCommand(context: CommandContext): Command {
  const command = new Command('retention')
    .description(
      'Tells what a broker would delete next by retention.ms, retention.bytes and the log start\n' +
        'offset: now, and when the rest. Configs are those of the topic, or else of the broker, of its\n' +
        'file, of Kafka. Beside a live broker, too; with --execute, what is due is deleted, as a broker\n' +
        'does within log.retention.check.interval.ms of its start; no copy is kept: kbroker export makes one.',
    )
    .argument('[words...]', 'partitions: paths, or names with --log-dirs (default: all)')
    .option('--at <time>', 'what would be due then: 2026-03-01T12:00:00Z (default: now)')
  return addMaintenanceOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((words: string[], options: RetentionOptions) => runRetention(words, options, context))
}

async function runRetention(
  words: readonly string[],
  given: RetentionOptions,
  context: CommandContext,
): Promise<void> {
  const { options, brokerFile } = withBrokerFile(given, context)
  const isPreview = options.execute !== true
  if (options.at !== undefined && !isPreview) {
    throw new UsageError('--at is for previews: --execute deletes what is due now')
  }
  const nowMs = BigInt(context.nowMs())
  const atMs = options.at === undefined ? nowMs : parseTime(options.at, context.nowMs())
  const { partitions, logDirs } = await maintainedPartitions(words, options, context)
  for (const path of logDirs) requireLogDir(context.disk, path)
  const reading = { disk: context.disk, ...readingFor(options, context) }
  const broker = readMaintainedBroker(logDirs, brokerFile, reading)
  const { cluster, configs } = broker
  const notice = noticesTo(options, context)
  // A topic may say that it keeps all for ever.
  if (isPreview) tellOfUnknownTopics(cluster, 'retention', notice)
  else refuseUnknownTopics(cluster, 'retention')
  const retained = partitions
    .filter(({ topic }) => topic !== METADATA_TOPIC)
    .filter(partition => isOfCluster(partition, cluster, notice))
    .map(partition => retainedOf(partition, broker))
  const isKnown = cluster.metadataLog !== undefined
  const shown = previewed(retained, { isKnown, atMs }, context)
  if (!isPreview) holdLogDirs(logDirs, { takesLocks: false }).release()
  const results = isPreview ? shown : await executed(shown, configs, { notice, context })
  const lines =
    options.json === true
      ? results.map(each => retentionJson(each, { isPreview, atMs }))
      : retentionText(results, { isPreview, atMs, colour: PLAIN })
  for (const line of lines) context.stdout.line(line)
  for (const { name, config } of results) {
    if (config.isRemote)
      notice(`${name}: what is in its remote storage too is a broker's to delete`)
  }
  if (isPreview) notice(isKnown ? PREVIEW_NOTICE : UNKNOWN_NOTICE)
}

const UNKNOWN_NOTICE = 'nothing was changed: --execute refuses where nobody knows what topics say'

/** What the cluster does not know is no topic's, and a broker puts it aside. */
function isOfCluster(
  { topic, name }: MaintainedPartition,
  { metadataLog }: ClusterHere,
  notice: (line: string) => void,
): boolean {
  if (metadataLog === undefined || metadataLog.image.topics.byName(topic) !== undefined) return true
  notice(`${name}: left alone, as the cluster has no topic of that name`)
  return false
}

type Planned = Retained & ShownRetention
type Retained = MaintainedPartition & ExpiringPartition & TopicRetention

function retainedOf(
  partition: MaintainedPartition,
  { cluster, configs }: MaintainedBroker,
): Retained {
  const { topic } = partition
  const image = cluster.metadataLog?.image.topics.byName(topic)
  const replicas = image?.partitions.get(partition.partition)?.replicas
  return {
    ...partition,
    ...topicRetention(effectiveConfigs(topic, configs)),
    isOnlyReplica: replicas === undefined || replicas.length === 1,
  }
}

/** Where nobody knows what the topics say, only what lies before the log start is sure to go. */
function previewed(
  partitions: readonly Retained[],
  { isKnown, atMs }: { readonly isKnown: boolean; readonly atMs: bigint },
  { disk }: Pick<CommandContext, 'disk'>,
): Planned[] {
  const reader = new PartitionLogReader(disk, limitsOf({}))
  return partitions.map(partition => {
    const log = readRetainedLog(disk, reader.read(partition.path), partition.isOnlyReplica)
    const config = isKnown ? partition.config : { ...partition.config, deletes: false }
    return { ...partition, isKnown, plan: planRetention(log, config, atMs) }
  })
}

/** Logs of which nothing is due are left alone; and those that would lose more, if they were opened. */
async function executed(
  shown: readonly Planned[],
  configs: BrokerConfigs,
  { notice, context }: { notice: (line: string) => void; context: CommandContext },
): Promise<Planned[]> {
  const expiring = shown.filter(({ plan }) => plan.expired.length > 0)
  const opening = { disk: context.writableDisk, clock: context, ...logOpening(configs) }
  const refused = await rehearseLoading(expiring, opening)
  for (const error of refused.values()) {
    context.stderr(`kbroker: ${error instanceof Error ? error.message : String(error)}`)
    context.endWith(EXIT.itemFailed)
  }
  const due = expiring.filter(({ path }) => !refused.has(path))
  const isPreview = false
  const onAction = loadNotices(notice, { isPreview })
  const deleted = await deleteExpired(due, { ...opening, onAction }, logDirs => {
    tellOfUnclean(logDirs, notice, { isPreview })
  })
  const plans = new Map(due.map((partition, index) => [partition, deleted[index]!.plan]))
  const left = shown.filter(({ path }) => !refused.has(path))
  return left.map(each => {
    const plan = plans.get(each)
    return plan === undefined ? each : { ...each, plan }
  })
}

const EXAMPLES = `
Examples:
  kbroker retention --log-dirs /data/a,/data/b
  kbroker retention --log-dirs /data/a,/data/b --config server.properties --execute
  kbroker retention orders --log-dirs /data/a --at 2026-03-08T00:00:00Z --json | jq .freedBytes

Exit codes: 0 fine · 1 the disk failed, or a broker has the log.dir · 2 usage`
