/** Opens log.dirs for `produce`: makes the topic where it is not there, and puts in order what a crash has left. */
import { join } from 'node:path'
import { DiskError, RefusedError, UsageError } from '../base/errors.ts'
import { seededRandom } from '../base/random.ts'
import type { Disk } from '../disk/disk.ts'
import { OverlayDisk } from '../disk/overlay-disk.ts'
import { allocateProducerId } from '../inspect/topics/producer-ids.ts'
import { logDirAddition, topicCreation } from '../inspect/topics/topic-change.ts'
import type { StoppedNode } from '../inspect/topics/stopped-node.ts'
import { topicIdFindings } from '../inspect/verify/start-findings.ts'
import { isNews } from '../log/load-action.ts'
import { PARTITION_METADATA, type PartitionFolderName } from '../log/file-names.ts'
import type { LogConfig } from '../log/log-config.ts'
import { drawJitterMs } from '../log/roll-policy.ts'
import { FlushScheduler } from '../log-dirs/flush-scheduler.ts'
import { LogDirs, type LogDirsOptions } from '../log-dirs/log-dirs.ts'
import { topicLogConfigs } from '../log-dirs/topic-log-configs.ts'
import { brokerNumber, type BrokerConfigs } from '../metadata/broker-configs.ts'
import { rehearseLoading } from '../maintenance/rehearse-loading.ts'
import type { TopicImage } from '../metadata/topic-images.ts'
import { appendProblem } from '../metadata/topic-name.ts'
import { ProducerSink } from './producer-sink.ts'
import type { CommandContext } from './command-context.ts'
import { logDirsOf, type LogDirsOption } from './common-options.ts'
import type { DirectorySink, DirectorySinkOptions } from './directory-sink.ts'
import { nodeTimers } from './node-timers.ts'
import { recoveryThreading } from './recovery-threads.ts'
import { loadActionText } from './render/recover-output.ts'
import { tellOfRoots } from './start-notices.ts'
import { changeOptions, inPlaceOfLost, placesOf, readNode, writeChange } from './stopped-cluster.ts'

/**
 * @throws UsageError where the topic can't be made
 * @throws RefusedError where the log.dirs can't be written to: a broker runs on them, or they are not all of one
 * @throws DiskError
 */
export async function openDirectorySink(
  options: DirectorySinkOptions,
  context: CommandContext,
): Promise<DirectorySink> {
  const { topic: image, node } = await topicHere(options, context)
  tellOfRoots(node.logDirs, options, context)
  const producerId = options.isIdempotent ? await newProducerId(node, context) : undefined
  const paths = logDirsOf(options, context.environment)
  const logDirs = await openLogDirs(paths, { options, node, context })
  try {
    completeFolders(logDirs, image, context.disk)
    const sink = new ProducerSink(logDirs, image, options.durability)
    const producer = producerId === undefined ? undefined : { producerId, producerEpoch: 0 }
    const scheduler = flushScheduler(logDirs, { options, node, context })
    scheduler.start()
    const close = () => {
      scheduler.stop()
      return sink.close()
    }
    return { sink, producer, close }
  } catch (error) {
    return await closeAfter(error, logDirs)
  }
}

interface TopicHere {
  readonly topic: TopicImage
  readonly node: StoppedNode
}

/** As the cluster knows it, from now on if not before. */
async function topicHere(
  options: DirectorySinkOptions,
  context: CommandContext,
): Promise<TopicHere> {
  const { topic: name } = options
  const problem = appendProblem(name)
  if (problem !== undefined) throw new UsageError(problem)
  const node = changeable(options, context)
  const topic = node.image.topics.byName(name)
  if (topic === undefined) {
    await createTopic(node, options, context)
    const created = changeable(options, context)
    return { topic: created.image.topics.byName(name)!, node: created }
  }
  refuseOtherTopic(topic, options)
  refuseStrays(node, name, context)
  const fresh = inPlaceOfLost(node, placesOf(options, context))
  if (fresh.length === 0) return { topic, node }
  await writeChange(logDirAddition(node, fresh, node.identity!, changeOptions(context)), context)
  return { topic, node: changeable(options, context) }
}

function refuseOtherTopic(
  { name, partitions }: TopicImage,
  { partitionCount, topicConfig }: DirectorySinkOptions,
): void {
  const found = partitions.size
  if (partitionCount !== undefined && partitionCount !== found) {
    throw new UsageError(`--partitions ${partitionCount}: ${name} is there, and has ${found}`)
  }
  if (Object.keys(topicConfig).length > 0) {
    throw new UsageError(`--topic-config is for new topics: ${name} is there`)
  }
}

function changeable(options: LogDirsOption, context: CommandContext): StoppedNode {
  const node = readNode(placesOf(options, context), {}, context)
  const [problem] = node.problems
  if (problem !== undefined) throw new RefusedError('KAFKA_STORAGE_ERROR', problem)
  return node
}

/** What is written into a folder that a broker puts aside, is gone for every consumer. */
function refuseStrays(
  { folders, metadataLog }: StoppedNode,
  topic: string,
  context: CommandContext,
) {
  const [finding] = folders.ofTopic(topic).flatMap(folder => {
    return topicIdFindings(context.disk, folder, metadataLog!)
  })
  if (finding === undefined) return
  const { file, found, expected, atStart } = finding
  throw new RefusedError(
    'INCONSISTENT_TOPIC_ID',
    `${file}: found ${found}, expected ${expected}; a broker ${atStart}: see 'kbroker verify'`,
  )
}

async function createTopic(
  node: StoppedNode,
  { topic: name, partitionCount = 1, topicConfig, brokerFile, ...options }: DirectorySinkOptions,
  context: CommandContext,
): Promise<void> {
  const changing = changeOptions(context)
  const identity = node.identity ?? {
    clusterId: changing.newId(),
    nodeId: brokerFile.nodeId ?? 1,
  }
  const configs = new Map(Object.entries(topicConfig))
  const fresh = inPlaceOfLost(node, placesOf(options, context))
  const wanted = { name, partitionCount, configs, fresh, identity }
  const creation = topicCreation(node, wanted, changing)
  if (creation.error === 'TOPIC_ALREADY_EXISTS') {
    throw new RefusedError('KAFKA_STORAGE_ERROR', creation.message)
  }
  if (creation.error !== undefined) throw new UsageError(creation.message)
  await writeChange(creation.change, context)
}

async function newProducerId(node: StoppedNode, context: CommandContext): Promise<bigint> {
  const { producerId, change } = allocateProducerId(node, node.identity!, changeOptions(context))
  await writeChange(change, context)
  return producerId
}

interface Opening {
  readonly options: DirectorySinkOptions
  readonly node: StoppedNode
  readonly context: CommandContext
}

/**
 * Opens the logs of the topic; after a crash all are put in order first, as a broker does.
 *
 * @throws RefusedError where that would lose what is there, or what is written would lie behind it
 */
async function openLogDirs(
  paths: readonly string[],
  { options, node, context }: Opening,
): Promise<LogDirs> {
  const configs = brokerConfigs(node, options)
  const isClean = node.logDirs.every(({ cleanShutdown }) => cleanShutdown !== undefined)
  const random = seededRandom(context.nowMs())
  const opening = {
    clock: context,
    configOf: topicLogConfigs(configs),
    producerExpirationMs: brokerNumber('producer.id.expiration.ms', configs),
    drawJitterMs: (config: LogConfig) => drawJitterMs(config, random),
  }
  const isWanted = ({ topic, state }: PartitionFolderName) =>
    topic === options.topic && state === 'live'
  if (!isClean) {
    await refuseLoss(paths, { ...opening, disk: new OverlayDisk(context.disk) }, context)
  } else {
    const wanted = node.logDirs.flatMap(({ path: logDir, partitions }) =>
      partitions
        .filter(({ parsed }) => isWanted(parsed))
        .map(({ path, parsed }) => ({ ...parsed, path, logDir })),
    )
    const refused = await rehearseLoading(wanted, { ...opening, disk: context.disk })
    for (const error of refused.values()) throw error
  }
  const logDirs = LogDirs.open(paths, {
    ...opening,
    disk: context.writableDisk,
    onAction: (partition, action) => {
      if (isNews(action)) context.stderr(`kbroker: ${partition}: ${loadActionText(action)}`)
    },
  })
  try {
    if (!isClean) await recoverAll(logDirs, { isPreview: false }, context)
    for (const { error } of logDirs.openAll(isWanted)) throw error
    return logDirs
  } catch (error) {
    return await closeAfter(error, logDirs)
  }
}

/** Directories that are in order end so. */
async function closeAfter(error: unknown, logDirs: LogDirs): Promise<never> {
  try {
    await logDirs.close()
  } catch (failure) {
    if (!(failure instanceof DiskError)) throw failure
  }
  throw error
}

/** Of a folder that a crash left without its topic's id; it has no records yet. */
function completeFolders(logDirs: LogDirs, { topicId }: TopicImage, disk: Disk): void {
  for (const { dir, folder } of logDirs.folders()) {
    const log = folder.parsed.state === 'live' ? dir.log(folder.parsed) : undefined
    const hasId = disk.status(join(folder.path, PARTITION_METADATA)) !== undefined
    if (!hasId) log?.writeTopicId(topicId)
  }
}

async function recoverAll(
  logDirs: LogDirs,
  { isPreview }: { readonly isPreview: boolean },
  context: CommandContext,
): Promise<void> {
  const wanted = { logDirCount: logDirs.dirs.length, isPreview }
  const threading = recoveryThreading(wanted, context)
  for (const { error } of await logDirs.recoverAll({ isPreview, threading })) throw error
}

/** How much may be lost under --durability interval, in milliseconds; and how soon `flush.ms` is looked at without. */
const FLUSH_MS = 1000

function flushScheduler(logDirs: LogDirs, { options, node, context }: Opening): FlushScheduler {
  const configs = brokerConfigs(node, options)
  const isInterval = options.durability === 'interval'
  return new FlushScheduler(logDirs, {
    clock: context,
    timers: nodeTimers,
    intervals: {
      flushMs: isInterval
        ? FLUSH_MS
        : brokerNumber('log.flush.scheduler.interval.ms', configs, FLUSH_MS),
      recoveryPointMs: brokerNumber('log.flush.offset.checkpoint.interval.ms', configs),
      logStartMs: brokerNumber('log.flush.start.offset.checkpoint.interval.ms', configs),
      highWatermarkMs: brokerNumber('replica.high.watermark.checkpoint.interval.ms', configs),
    },
    ...(isInterval && { flushMsMax: 0 }),
  })
}

function brokerConfigs({ image, identity }: StoppedNode, options: DirectorySinkOptions) {
  const { configs: file } = options.brokerFile
  const configs = { knowsTopics: true, dynamic: image.configs, nodeId: identity?.nodeId, file }
  return configs satisfies BrokerConfigs
}

/** A batch that a crash cut off is nothing to ask about; what would go with damage in the midst of a log is. */
async function refuseLoss(
  paths: readonly string[],
  options: LogDirsOptions,
  context: CommandContext,
): Promise<void> {
  const dropped: string[] = []
  const logDirs = LogDirs.open(paths, {
    ...options,
    takesLocks: false,
    onAction: (_partition, action) => {
      if (action.kind === 'segment-dropped') dropped.push(action.path)
    },
  })
  await recoverAll(logDirs, { isPreview: true }, context)
  if (dropped.length === 0) return
  throw new RefusedError(
    'KAFKA_STORAGE_ERROR',
    `a recovery would give up whole segments (${dropped[0]}): see 'kbroker recover'`,
  )
}
