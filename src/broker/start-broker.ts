/**
 * From log.dirs to a broker: those that are new are formatted, logs are put in order, the metadata log is led once
 * more, the broker registers with its own controller and leads every partition that it has.
 *
 * Source: kafka.server.KafkaRaftServer, BrokerLifecycleManager
 */
import { dirname, join, resolve } from 'node:path'
import { RefusedError } from '../base/errors.ts'
import { DEFAULT_DECODE_LIMITS } from '../base/limits.ts'
import { METADATA_TOPIC_ID } from '../binary/uuid.ts'
import type { Disk } from '../disk/disk.ts'
import type { LockHolder } from '../disk/file-lock.ts'
import { replaceFile } from '../disk/replace-file.ts'
import { freshLogDir, type FreshPath } from '../inspect/topics/topic-change.ts'
import type { NodeIdentity } from '../inspect/topics/node-identity.ts'
import { readStoppedNode, type StoppedNode } from '../inspect/topics/stopped-node.ts'
import type { LogClock } from '../log/active-segments.ts'
import { METADATA_TOPIC, PARTITION_METADATA, QUORUM_STATE } from '../log/file-names.ts'
import type { LogConfig } from '../log/log-config.ts'
import { isNews } from '../log/load-action.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { readPartitionMetadata } from '../log/partition-metadata.ts'
import { FlushScheduler, type Timers } from '../log-dirs/flush-scheduler.ts'
import { formatLogDir } from '../log-dirs/formatted-log-dir.ts'
import { LogDirs } from '../log-dirs/log-dirs.ts'
import { quorumStateBytes } from '../log-dirs/quorum-state.ts'
import type { TopicPartition } from '../log-dirs/open-log-dir.ts'
import type { RecoveryThreading } from '../log-dirs/recovery.ts'
import { topicLogConfigs } from '../log-dirs/topic-log-configs.ts'
import { type BrokerConfigs, brokerNumber } from '../metadata/broker-configs.ts'
import type { ClusterImage } from '../metadata/cluster-image.ts'
import { assignDirectories } from '../metadata/assign-directories.ts'
import { brokerAtWork, registerRunningBroker } from '../metadata/running-broker.ts'
import { Broker } from './broker.ts'
import type { BrokerLog } from './broker-log.ts'
import { Controller } from './controller.ts'
import { ReplicaManager } from './replica-manager.ts'

export interface StartOptions {
  readonly disk: Disk
  /** False where the disk keeps what is written to itself. */
  readonly takesLocks?: boolean
  readonly places: BrokerPlaces
  /** For log.dirs of which none is formatted yet; by default 1. */
  readonly nodeId: number | undefined
  /** What the broker's file says. */
  readonly file: BrokerConfigs['file']
  /** Where clients find it. */
  readonly advertised: { readonly host: string; readonly port: number }
  readonly clock: LogClock
  readonly timers: Timers
  readonly newId: () => string
  readonly newFolderId: () => string
  /** The text of a random UUID. */
  readonly newMemberId: () => string
  readonly newSessionId: () => number
  readonly drawJitterMs: (config: LogConfig) => number
  readonly askLock: (path: string) => LockHolder | undefined | 'unknown'
  readonly threading?: RecoveryThreading
  readonly log: BrokerLog
}

export interface BrokerPlaces {
  /** Log.dirs that are there and not empty. */
  readonly paths: readonly string[]
  /** Those that are to be formatted. */
  readonly fresh: readonly FreshPath[]
  /** Of all; the metadata log begins there. */
  readonly firstPath: string
}

/**
 * @throws RefusedError where the log.dirs are not one node's, or others write them
 * @throws DiskError, CorruptDataError where a broker would not start
 */
export async function startBroker(options: StartOptions): Promise<Broker> {
  const { disk, places, log, askLock, newId, clock } = options
  const notice = (text: string) => log.warn({}, text)
  const limits = DEFAULT_DECODE_LIMITS
  const node = readStoppedNode(disk, places, { limits, notice, askLock })
  const [problem] = node.problems
  if (problem !== undefined) throw new RefusedError('KAFKA_STORAGE_ERROR', problem)
  const identity = node.identity ?? { clusterId: newId(), nodeId: options.nodeId ?? 1 }
  if (options.nodeId !== undefined && options.nodeId !== identity.nodeId) {
    const found = `the log.dirs are of node ${identity.nodeId}`
    throw new RefusedError('KAFKA_STORAGE_ERROR', `${found}, and node.id is ${options.nodeId}`)
  }
  const nowMs = clock.nowMs()
  for (const path of places.fresh) {
    formatLogDir(
      disk,
      freshLogDir(path, identity, { nowMs, newId, newFolderId: options.newFolderId }),
    )
  }
  const { nodeId } = identity
  const configs = { knowsTopics: true, dynamic: node.image.configs, nodeId, file: options.file }
  const logDirs = openLogDirs(configs, options)
  try {
    await loadLogs(logDirs, node, options)
    return await takeUpWork({ node, identity, configs, logDirs }, options)
  } catch (error) {
    await logDirs.close().catch(() => undefined)
    throw error
  }
}

function openLogDirs(configs: BrokerConfigs, options: StartOptions): LogDirs {
  const { disk, places, clock, drawJitterMs, log, takesLocks = true } = options
  const paths = [
    ...new Set([places.firstPath, ...places.paths, ...places.fresh.map(({ path }) => path)]),
  ]
  return LogDirs.open(paths, {
    disk,
    takesLocks,
    clock,
    drawJitterMs,
    configOf: topicLogConfigs(configs),
    producerExpirationMs: brokerNumber('producer.id.expiration.ms', configs),
    onAction: (partition, action) => {
      if (isNews(action)) log.warn({ partition, action }, 'a log was put in order')
    },
  })
}

/** All of the cluster's; folders that it knows nothing of are put aside, as nobody could read them. */
async function loadLogs(
  logDirs: LogDirs,
  { image }: StoppedNode,
  { disk, newFolderId, threading, log }: StartOptions,
): Promise<void> {
  for (const dir of logDirs.dirs) {
    for (const { parsed, path } of dir.folders) {
      if (parsed.state !== 'live' || isOfCluster(parsed, path, image, disk)) continue
      const to = dir.putAside(parsed, newFolderId())
      log.warn({ path, to }, 'the cluster knows nothing of a partition: its folder was put aside')
    }
    dir.giveUpDeleted()
  }
  if (!logDirs.dirs.every(dir => dir.isClean)) {
    const failed = await logDirs.recoverAll({ isPreview: false, ...(threading && { threading }) })
    for (const { error } of failed) throw error
  }
  for (const { error } of logDirs.openAll(({ state }) => state === 'live')) throw error
}

/** A folder that has no id yet was made just before a crash. */
function isOfCluster(
  { topic, partition }: TopicPartition,
  folder: string,
  { topics }: ClusterImage,
  disk: Disk,
): boolean {
  if (topic === METADATA_TOPIC) return true
  const known = topics.byName(topic)
  if (known?.partitions.has(partition) !== true) return false
  const path = join(folder, PARTITION_METADATA)
  if (disk.status(path) === undefined) return true
  const { topicId } = readPartitionMetadata(disk.readWhole(path), path)
  return topicId === undefined || topicId === known.topicId
}

interface Loaded {
  readonly node: StoppedNode
  readonly identity: NodeIdentity
  readonly configs: BrokerConfigs
  readonly logDirs: LogDirs
}

async function takeUpWork(loaded: Loaded, options: StartOptions): Promise<Broker> {
  const { identity, configs, logDirs } = loaded
  const { clock, newId, advertised, log } = options
  const { nodeId, clusterId } = identity
  const rack = options.file.get('broker.rack') ?? null
  const controller = await beginTerm(loaded, options)
  const { image } = controller
  const configOf = topicLogConfigs(configs)
  const { newFolderId } = options
  const replicas = new ReplicaManager({ nodeId, logDirs, image, configOf, newFolderId, log })
  const directoryIds = logDirs.dirs.flatMap(({ before }) => before.meta?.directoryId ?? [])
  const registration = {
    brokerId: nodeId,
    incarnationId: newId(),
    endPoints: [{ name: LISTENER, ...advertised }],
    logDirs: directoryIds,
    rack,
  }
  const brokerEpoch = await controller.change(() => {
    const epoch = controller.nextOffset
    const records = registerRunningBroker({ ...registration, brokerEpoch: epoch }, image)
    return { records, answer: epoch }
  })
  await controller.change(() => {
    const records = brokerAtWork({ brokerId: nodeId, brokerEpoch }, image)
    return { records, answer: undefined }
  })
  replicas.publish()
  await controller.change(() => {
    return {
      records: assignDirectories(placesOf(logDirs, image), nodeId, image),
      answer: undefined,
    }
  })
  const scheduler = schedulerOf(logDirs, configs, options)
  scheduler.start()
  return new Broker({
    disk: options.disk,
    node: { nodeId, clusterId, ...advertised, rack },
    brokerEpoch,
    controller,
    replicas,
    configs,
    scheduler,
    clock,
    newId,
    newMemberId: options.newMemberId,
    newSessionId: options.newSessionId,
    log,
  })
}

const LISTENER = 'PLAINTEXT'

async function beginTerm(
  { node, identity, logDirs }: Loaded,
  { disk, clock }: StartOptions,
): Promise<Controller> {
  const { nodeId } = identity
  const log = metadataLogOf(node, logDirs)
  const { lastEpoch, isDynamic } = node.quorum
  const leaderEpoch = lastEpoch + 1
  const state = { leaderId: nodeId, leaderEpoch, voters: [nodeId], isDynamic }
  replaceFile(disk, join(node.metadataFolder, QUORUM_STATE), quorumStateBytes(state))
  const controller = new Controller({ log, image: node.image, nodeId, leaderEpoch, clock })
  await controller.begin(node.activation)
  return controller
}

/** One that ends before its last snapshot begins anew behind that. */
function metadataLogOf(
  { metadataFolder, logEndOffset }: StoppedNode,
  logDirs: LogDirs,
): PartitionLog {
  const partition = { topic: METADATA_TOPIC, partition: 0 }
  const dir = logDirs.dirs.find(({ path }) => resolve(path) === resolve(dirname(metadataFolder)))!
  const log = dir.log(partition) ?? dir.create(partition, METADATA_TOPIC_ID)
  dir.ready()
  if (log.endOffset < logEndOffset) log.truncateFullyAndStartAt(logEndOffset)
  if (log.endOffset === logEndOffset) return log
  const found = `${metadataFolder} ends at offset ${log.endOffset}`
  throw new RefusedError('OFFSET_OUT_OF_RANGE', `${found}, no longer at ${logEndOffset}: try again`)
}

/** Where the replicas of this broker lie. */
function placesOf({ dirs }: LogDirs, { topics }: ClusterImage) {
  return dirs.flatMap(dir => {
    const directoryId = dir.before.meta?.directoryId
    if (directoryId === undefined) return []
    return [...dir.logs].flatMap(({ folder }) => {
      const topicId = topics.byName(folder.topic)?.topicId
      return topicId === undefined ? [] : [{ topicId, partitionId: folder.partition, directoryId }]
    })
  })
}

function schedulerOf(logDirs: LogDirs, configs: BrokerConfigs, { clock, timers }: StartOptions) {
  const intervals = {
    flushMs: brokerNumber('log.flush.scheduler.interval.ms', configs),
    recoveryPointMs: brokerNumber('log.flush.offset.checkpoint.interval.ms', configs),
    logStartMs: brokerNumber('log.flush.start.offset.checkpoint.interval.ms', configs),
    highWatermarkMs: brokerNumber('replica.high.watermark.checkpoint.interval.ms', configs),
  }
  return new FlushScheduler(logDirs, { clock, timers, intervals })
}
