/** `topics create` and `topics delete`: shown first, done with `--execute`. */
import { UsageError } from '../base/errors.ts'
import type { StoppedNode } from '../inspect/topics/stopped-node.ts'
import { topicCreation, topicDeletion, type TopicChange } from '../inspect/topics/topic-change.ts'
import type { BrokerFile } from '../log-dirs/broker-file.ts'
import type { TopicRefusal } from '../metadata/topic-decision.ts'
import { mayCollide } from '../metadata/topic-name.ts'
import type { CommandContext } from './command-context.ts'
import {
  noticesTo,
  type LimitOption,
  type LogDirsOption,
  type QuietOption,
} from './common-options.ts'
import { EXIT } from './exit-code.ts'
import { topicChangeJson, topicChangeText } from './render/topic-change-output.ts'
import { refuseRepeated, requiredLogDirs } from './required-log-dirs.ts'
import {
  changeOptions,
  inPlaceOfLost,
  placesOf,
  readNode,
  writeChange,
  type Places,
} from './stopped-cluster.ts'
import { chosenTopics, type TopicChoice } from './topic-choice.ts'

export interface TopicChangeOptions extends LogDirsOption, LimitOption, QuietOption, TopicChoice {
  readonly partitions?: number
  readonly config?: readonly string[]
  readonly ifNotExists?: true
  readonly ifExists?: true
  readonly nodeId?: number
  readonly clusterId?: string
  readonly execute?: true
  readonly json?: true
}

export async function createTopics(
  options: TopicChangeOptions,
  brokerFile: BrokerFile,
  context: CommandContext,
): Promise<void> {
  const name = requiredTopic(options)
  const configs = parseConfigs(options.config ?? [])
  const places = placesOf(options, context)
  const node = changeableNode(places, options, context)
  if (node === undefined) return
  const changing = changeOptions(context)
  const identity = node.identity ?? {
    clusterId: options.clusterId ?? changing.newId(),
    nodeId: options.nodeId ?? brokerFile.nodeId ?? 1,
  }
  refuseOtherIdentity(node, options)
  const wanted = {
    name,
    partitionCount: options.partitions ?? 1,
    configs,
    fresh: inPlaceOfLost(node, places),
    identity,
  }
  const creation = topicCreation(node, wanted, changing)
  const isThere = node.image.topics.byName(name) !== undefined
  if (isThere && options.ifNotExists === true) return
  if (mayCollide(name)) noteCollisions(options, context)
  await finish({ action: 'create', names: [name], node, result: creation }, options, context)
}

export async function deleteTopics(
  options: TopicChangeOptions,
  context: CommandContext,
): Promise<void> {
  const topic = requiredTopic(options)
  const paths = requiredLogDirs(options, context, [])
  refuseRepeated(paths, context.disk)
  const places = { firstPath: paths[0]!, paths, fresh: [] }
  const node = changeableNode(places, options, context)
  if (node?.identity === undefined) return
  const names = chosenTopics(node.image.topics.all(), options).map(({ name }) => name)
  if (names.length === 0) {
    if (options.ifExists === true) return
    return fail(`Topic '${topic}' does not exist as expected`, context)
  }
  const result = topicDeletion(node, names, node.identity, changeOptions(context))
  await finish({ action: 'delete', names, node, result }, options, context)
}

interface Finish {
  readonly action: 'create' | 'delete'
  readonly names: readonly string[]
  readonly node: StoppedNode
  readonly result: TopicChange | TopicRefusal
}

async function finish(
  { action, names, node, result }: Finish,
  options: TopicChangeOptions,
  context: CommandContext,
): Promise<void> {
  if (result.error !== undefined) return fail(result.message, context)
  const executed = options.execute === true
  if (executed) await writeChange(result.change, context)
  const shown = { action, names, node, result, executed }
  const lines = options.json === true ? [topicChangeJson(shown)] : topicChangeText(shown)
  for (const line of lines) context.stdout.line(line)
  if (!executed) noticesTo(options, context)('kbroker: nothing was written; --execute does it')
}

/** Undefined where it can't be changed; why, is told. */
function changeableNode(
  places: Places,
  options: TopicChangeOptions,
  context: CommandContext,
): StoppedNode | undefined {
  const node = readNode(places, options, context)
  for (const problem of node.problems) fail(problem, context)
  return node.problems.length === 0 ? node : undefined
}

/** Log.dirs that are formatted know whose they are. */
function refuseOtherIdentity(
  { identity }: StoppedNode,
  { nodeId, clusterId }: TopicChangeOptions,
): void {
  if (identity === undefined) return
  if (nodeId !== undefined && nodeId !== identity.nodeId) {
    throw new UsageError(`--node-id ${nodeId}: the log.dirs are of node ${identity.nodeId}`)
  }
  if (clusterId !== undefined && clusterId !== identity.clusterId) {
    throw new UsageError(`--cluster-id ${clusterId}: the log.dirs are of ${identity.clusterId}`)
  }
}

function requiredTopic({ topic }: TopicChoice): string {
  if (topic === undefined) throw new UsageError('give --topic')
  return topic
}

function parseConfigs(texts: readonly string[]): ReadonlyMap<string, string> {
  const configs = new Map<string, string>()
  for (const text of texts) {
    const [, name, value] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(text) ?? []
    if (name === undefined) throw new UsageError(`--config ${text}: expected name=value`)
    if (configs.has(name)) throw new UsageError(`--config ${name} was given more than once`)
    configs.set(name, value!.trim())
  }
  return configs
}

function noteCollisions(options: QuietOption, context: CommandContext): void {
  noticesTo(
    options,
    context,
  )("kbroker: names of metrics take '.' for '_': use one of them in names of topics, not both")
}

function fail(message: string, { stderr, endWith }: CommandContext): void {
  stderr(`kbroker: ${message}`)
  endWith(EXIT.itemFailed)
}
