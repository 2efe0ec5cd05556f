/** `topics create` and `topics delete`: shown first, done with `--execute`. */
import { dirname } from 'node:path'
import { UsageError } from '../base/errors.ts'
import { newUuid } from '../binary/uuid.ts'
import type { Disk } from '../disk/disk.ts'
import { lockHolder } from '../disk/file-lock.ts'
import { clusterWriter } from '../log-dirs/cluster-writer.ts'
import { readStoppedNode, type StoppedNode } from '../inspect/topics/stopped-node.ts'
import {
  topicCreation,
  topicDeletion,
  type ChangeOptions,
  type FreshPath,
  type TopicChange,
} from '../inspect/topics/topic-change.ts'
import type { TopicRefusal } from '../metadata/topic-decision.ts'
import { mayCollide } from '../metadata/topic-name.ts'
import type { CommandContext } from './command-context.ts'
import {
  logDirsOf,
  noticesTo,
  type LimitOption,
  type LogDirsOption,
  type QuietOption,
} from './common-options.ts'
import { EXIT } from './exit-code.ts'
import { readingFor } from './left-out.ts'
import { topicChangeJson, topicChangeText } from './render/topic-change-output.ts'
import { requiredLogDirs, requireLogDir } from './required-log-dirs.ts'
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
  context: CommandContext,
): Promise<void> {
  const name = requiredTopic(options)
  const configs = parseConfigs(options.config ?? [])
  const places = placesOf(options, context)
  const node = readNode(places, options, context)
  if (node === undefined) return
  const changing = changeOptions(context)
  const identity = node.identity ?? {
    clusterId: options.clusterId ?? changing.newId(),
    nodeId: options.nodeId ?? 1,
  }
  refuseOtherIdentity(node, options)
  const wanted = {
    name,
    partitionCount: options.partitions ?? 1,
    configs,
    fresh: places.fresh,
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
  const [firstPath = '', ...others] = requiredLogDirs(options, context, [])
  const places = { firstPath, paths: [firstPath, ...others], fresh: [] }
  const node = readNode(places, options, context)
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
  if (executed) await write(result, context)
  const shown = { action, names, node, result, executed }
  const lines = options.json === true ? [topicChangeJson(shown)] : topicChangeText(shown)
  for (const line of lines) context.stdout.line(line)
  if (!executed) noticesTo(options, context)('kbroker: nothing was written; --execute does it')
}

async function write({ change }: TopicChange, context: CommandContext): Promise<void> {
  const { writableDisk: disk } = context
  const writeCluster = context.writeCluster ?? clusterWriter({ disk, clock: context })
  await writeCluster(change)
}

interface Places {
  /** Those that are no empty directories. */
  readonly paths: readonly string[]
  readonly fresh: readonly FreshPath[]
  /** Of all. */
  readonly firstPath: string
}

/** Directories that are empty, or not there at all, can be formatted. */
function placesOf(
  options: TopicChangeOptions,
  { disk, environment }: Pick<CommandContext, 'disk' | 'environment'>,
): Places {
  const all = [...new Set(logDirsOf(options, environment))]
  const [firstPath] = all
  if (firstPath === undefined) throw new UsageError('give --log-dirs, or set KBROKER_LOG_DIRS')
  const fresh = all.flatMap(path => freshPath(disk, path) ?? [])
  const paths = all.filter(path => !fresh.some(place => place.path === path))
  for (const path of paths) requireLogDir(disk, path)
  return { paths, fresh, firstPath }
}

function freshPath(disk: Disk, path: string): FreshPath | undefined {
  const status = disk.status(path)
  if (status === undefined) {
    const isPossible = disk.status(dirname(path))?.kind === 'directory'
    return isPossible ? { path, exists: false } : undefined
  }
  const isEmpty = status.kind === 'directory' && disk.list(path).length === 0
  return isEmpty ? { path, exists: true } : undefined
}

/** Undefined where it can't be changed; why, is told. */
function readNode(
  places: Places,
  options: TopicChangeOptions,
  context: CommandContext,
): StoppedNode | undefined {
  const { limits, notice } = readingFor(options, context)
  const node = readStoppedNode(context.disk, places, { limits, notice, askLock: lockHolder })
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

function changeOptions({ nowMs, randomBytes }: CommandContext): ChangeOptions {
  return {
    nowMs: nowMs(),
    newId: () => newUuid(randomBytes),
    newFolderId: () => randomBytes(16).toString('hex'),
  }
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
