/** `kbroker topics`: what `__cluster_metadata` says of topics, and changes to it, without a broker. */
import { Argument, Command } from 'commander'
import { UsageError } from '../../base/errors.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import type { MetadataLog } from '../../inspect/internal-topics/metadata-log.ts'
import {
  brokerConfigsHere,
  readClusterHere,
  type ClusterHere,
} from '../../inspect/topics/cluster-here.ts'
import { describeTopic } from '../../inspect/topics/topic-description.ts'
import type { TopicImage } from '../../metadata/topic-images.ts'
import type { BrokerFile } from '../../log-dirs/broker-file.ts'
import {
  addBrokerConfigOption,
  withBrokerFile,
  type BrokerConfigOption,
} from '../broker-config-option.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addJsonOption,
  addLimitOption,
  addLogDirsOption,
  addQuietOption,
  collect,
  parseNatural,
  parsePositiveInteger,
} from '../common-options.ts'
import { EXIT } from '../exit-code.ts'
import { readingFor } from '../left-out.ts'
import { topicJson, topicListJson } from '../render/topics-json.ts'
import { topicText } from '../render/topics-text.ts'
import { requiredLogDirs } from '../required-log-dirs.ts'
import { createTopics, deleteTopics, type TopicChangeOptions } from '../topic-changes.ts'
import { chosenTopics } from '../topic-choice.ts'

const ACTIONS = ['create', 'list', 'describe', 'delete'] as const
type Action = (typeof ACTIONS)[number]

interface TopicsCommandOptions extends TopicChangeOptions, BrokerConfigOption {
  readonly json?: true
}

export function createTopicsCommand(context: CommandContext): Command {
  const command = new Command('topics')
    .description(
      'Lists, describes, creates and deletes topics in the log.dirs of a broker, by the records\n' +
        'of __cluster_metadata-0. Listing and describing work beside a live broker, too. What\n' +
        'changes something shows what it would do, and does it with --execute, if the broker is\n' +
        'stopped and the only node of its cluster; Apache Kafka starts on the result as it is.',
    )
    .addArgument(new Argument('<action>', 'what to do with topics').choices(ACTIONS))
  addLogDirsOption(command, 'of a broker, in the order of its log.dirs')
  addBrokerConfigOption(command)
  command
    .option('--topic <name>', 'which one; but for create, a regular expression for whole names')
    .option('--partitions <count>', 'of a new topic (default: 1)', parsePositiveInteger)
    .option('--config <name=value>', 'of a new topic; may be given several times', collect)
    .option('--if-not-exists', 'create: a topic that is there already is fine')
    .option('--if-exists', 'describe, delete: no topic of that name is fine')
    .option('--exclude-internal', 'leave out the topics of coordinators')
    .option(
      '--node-id <id>',
      'of log.dirs that are empty yet (default: node.id of the file, or 1)',
      parseNatural,
    )
    .option('--cluster-id <id>', 'of log.dirs that are empty yet (default: a new one)')
    .option('--execute', 'create, delete: do it, not only show it')
  addJsonOption(command)
  addQuietOption(command)
  addLimitOption(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((action: Action, options: TopicsCommandOptions) => runTopics(action, options, context))
}

async function runTopics(
  action: Action,
  given: TopicsCommandOptions,
  context: CommandContext,
): Promise<void> {
  refuseOthers(action, given)
  const { options, brokerFile } = withBrokerFile(given, context)
  switch (action) {
    case 'create':
      return createTopics(options, brokerFile, context)
    case 'delete':
      return deleteTopics(options, context)
    case 'list':
      return listTopics(options, context)
    case 'describe':
      return describeTopics(options, brokerFile, context)
  }
}

const OF_FEW: Readonly<Record<string, readonly Action[]>> = {
  partitions: ['create'],
  config: ['create'],
  'if-not-exists': ['create'],
  'node-id': ['create'],
  'cluster-id': ['create'],
  'if-exists': ['describe', 'delete'],
  'exclude-internal': ['list', 'describe', 'delete'],
  execute: ['create', 'delete'],
}

function refuseOthers(action: Action, options: TopicsCommandOptions): void {
  for (const [flag, actions] of Object.entries(OF_FEW)) {
    const name = flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    if (!(name in options) || actions.includes(action)) continue
    throw new UsageError(`--${flag} goes with ${actions.join(' and ')}, not with ${action}`)
  }
}

function listTopics(options: TopicsCommandOptions, context: CommandContext): void {
  const { topics } = readTopics(options, context)
  for (const topic of topics) {
    context.stdout.line(options.json === true ? topicListJson(topic) : topic.name)
  }
}

function describeTopics(
  options: TopicsCommandOptions,
  brokerFile: BrokerFile,
  context: CommandContext,
): void {
  const { cluster, topics } = readTopics(options, context)
  const { topic, ifExists } = options
  if (cluster === undefined) return
  if (topics.length === 0 && topic !== undefined && ifExists === undefined) {
    context.stderr(`kbroker: Topic '${topic}' does not exist as expected`)
    return context.endWith(EXIT.itemFailed)
  }
  const configs = brokerConfigsHere(cluster, brokerFile.configs)
  for (const each of topics) {
    const description = describeTopic(context.disk, cluster, each, configs)
    const lines = options.json === true ? [topicJson(description)] : topicText(description)
    for (const line of lines) context.stdout.line(line)
  }
}

interface TopicsHere {
  /** Undefined where no metadata log is here. */
  readonly cluster?: ClusterHere & { readonly metadataLog: MetadataLog }
  readonly topics: readonly TopicImage[]
}

function readTopics(options: TopicsCommandOptions, context: CommandContext): TopicsHere {
  const logDirs = requiredLogDirs(options, context, [])
  const reading = readingFor(options, context)
  const cluster = readClusterHere(context.disk, logDirs, reading)
  const { metadataLog } = cluster
  if (metadataLog === undefined) {
    reading.problem(absence(cluster))
    return { topics: [] }
  }
  const topics = chosenTopics(metadataLog.image.topics.all(), options)
  return { cluster: { ...cluster, metadataLog }, topics }
}

function absence({ logDirs }: ClusterHere): string {
  const paths = logDirs.map(({ path }) => path).join(', ')
  const zooKeeper = logDirs.find(({ meta }) => meta?.version === 0)
  if (zooKeeper !== undefined && zooKeeper.meta?.values.has('broker.id') === true) {
    return `${zooKeeper.path} is of a broker under ZooKeeper: its topics are known there, not here`
  }
  return (
    `${METADATA_TOPIC}-0 is not in ${paths}: the broker was never started, or has it in ` +
    'another of its log.dirs, or its controller is another node'
  )
}

const EXAMPLES = `
Examples:
  kbroker topics list --log-dirs /data/a,/data/b
  kbroker topics describe --topic orders --log-dirs /data/a,/data/b
  kbroker topics create --topic orders --partitions 3 --config retention.ms=86400000 \\
    --log-dirs /data/a,/data/b --execute
  kbroker topics delete --topic 'tmp-.*' --log-dirs /data/a,/data/b

Exit codes: 0 fine · 1 there is no such topic, or it can't be read, made or deleted · 2 usage`
