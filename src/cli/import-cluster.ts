/** The cluster that something is imported into: the topic as it is there, or as it would be made. */
import { RefusedError, UsageError } from '../base/errors.ts'
import { logEndOffset, localLogStartOffset } from '../inspect/offsets/log-bounds.ts'
import { PartitionLogReader } from '../inspect/offsets/partition-log.ts'
import { pathsById } from '../inspect/topics/cluster-here.ts'
import {
  moveProducerIds,
  nextProducerIdChange,
  nextProducerIdRecord,
  type ProducerIdMove,
} from '../inspect/topics/producer-ids.ts'
import type { StoppedNode } from '../inspect/topics/stopped-node.ts'
import { logDirReadying, topicCreation, type FreshPath } from '../inspect/topics/topic-change.ts'
import type { BrokerFile } from '../log-dirs/broker-file.ts'
import type { ClusterChange } from '../log-dirs/cluster-change.ts'
import { isMetadata } from '../log-dirs/log-note.ts'
import { type LogConfig, logConfigOf } from '../log/log-config.ts'
import { effectiveConfigs } from '../metadata/broker-configs.ts'
import { topicConfigProblem } from '../metadata/topic-configs.ts'
import { appendProblem } from '../metadata/topic-name.ts'
import type { CommandContext } from './command-context.ts'
import {
  limitsOf,
  type LimitOption,
  type LogDirsOption,
  type QuietOption,
} from './common-options.ts'
import {
  changeOptions,
  inPlaceOfLost,
  placesOf,
  readNode,
  writeChange,
  type Places,
} from './stopped-cluster.ts'
import { topicRetention, type TopicRetention } from './topic-retention.ts'

export type ImportClusterOptions = LogDirsOption & LimitOption & QuietOption

export interface WantedTopic {
  readonly partitionCount: number
  /** Of a topic that has to be made; by default a new one. */
  readonly topicId: string | undefined
  /** Of the logs that are to be imported, by partition. */
  readonly leaderEpochs: ReadonlyMap<number, number>
  /** That comes in; −1 where none does. */
  readonly highestProducerId: bigint
}

export interface ImportTarget {
  readonly topic: string
  readonly topicId: string
  /** Else it is to be made. */
  readonly isThere: boolean
  /** So that no producer is given an id that comes in; undefined where none would be. */
  readonly producerIds: ProducerIdMove | undefined
  /** All that has to be changed of the cluster; undefined where nothing has. */
  readonly change: ClusterChange | undefined
  /** Log.dirs that have to be formatted first. */
  readonly fresh: readonly FreshPath[]
  readonly partitions: readonly TargetPartition[]
}

export interface TargetPartition {
  readonly partition: number
  readonly logDir: string
  readonly leaderEpoch: number
  /** Undefined where it has no folder. */
  readonly log: TargetLog | undefined
}

export interface TargetLog {
  readonly path: string
  readonly endOffset: bigint
  /** Of its segments. */
  readonly bytes: number
  readonly isEmpty: boolean
}

export class ImportCluster {
  readonly topic: string
  /** Of the topic. */
  readonly config: LogConfig
  readonly retention: TopicRetention
  readonly #node: StoppedNode
  readonly #places: Places
  /** In the place of log.dirs that are lost, as far as there are any. */
  readonly #fresh: readonly FreshPath[]
  readonly #configs: ReadonlyMap<string, string>
  readonly #brokerFile: BrokerFile
  readonly #options: ImportClusterOptions
  readonly #context: CommandContext

  /**
   * @param configs of the topic, if it has to be made
   * @throws RefusedError where the log.dirs can't be written to: a broker runs on them, or they are in no order
   */
  constructor(
    { topic, configs }: { readonly topic: string; readonly configs: ReadonlyMap<string, string> },
    options: ImportClusterOptions & { readonly brokerFile: BrokerFile },
    context: CommandContext,
  ) {
    const problem = appendProblem(topic)
    if (problem !== undefined) throw new UsageError(problem)
    this.topic = topic
    this.#configs = configs
    this.#options = options
    this.#context = context
    this.#brokerFile = options.brokerFile
    this.#places = placesOf(options, context)
    refuseMissing(this.#places)
    this.#node = readNode(this.#places, options, context)
    refuseUnready(this.#node)
    this.#fresh = inPlaceOfLost(this.#node, this.#places)
    const { image, identity } = this.#node
    const broker = {
      knowsTopics: true,
      dynamic: image.configs,
      nodeId: identity?.nodeId,
      file: this.#brokerFile.configs,
    }
    const effective = new Map(effectiveConfigs(topic, broker))
    if (!this.isThere) {
      const configProblem = topicConfigProblem(configs)
      if (configProblem !== undefined) throw new UsageError(configProblem)
      for (const [name, value] of configs) effective.set(name, { value, source: 'topic' })
    }
    this.config = logConfigOf(new Map([...effective].map(([name, { value }]) => [name, value])))
    this.retention = topicRetention(effective)
  }

  /** Whether the topic is. */
  get isThere(): boolean {
    return this.topicId !== undefined
  }

  /**
   * Of a topic that is there, what is asked of a new one has to hold already, as where an import is run again.
   *
   * @throws UsageError
   */
  refuseOtherThan(configs: ReadonlyMap<string, string>, partitionCount: number | undefined): void {
    const { topics, configs: known } = this.#node.image
    const found = topics.byName(this.topic)
    if (found === undefined) return
    const there = known.of('topic', this.topic)
    const isOther = ([name, value]: readonly [string, string]) => there.get(name) !== value
    const other = [...configs].find(isOther)
    if (other !== undefined) {
      const [name, value] = other
      throw new UsageError(
        `--topic-config ${name}=${value} is for new topics: ${this.topic} is there, with ` +
          (there.has(name) ? `${name}=${there.get(name)}` : `no ${name} of its own`),
      )
    }
    const { size } = found.partitions
    if (partitionCount === undefined || partitionCount === size) return
    throw new UsageError(`--partitions ${partitionCount}: ${this.topic} is there, and has ${size}`)
  }

  /** Undefined where the topic is not there. */
  get topicId(): string | undefined {
    return this.#node.image.topics.byName(this.topic)?.topicId
  }

  /** That are there, or are to be formatted. */
  get logDirs(): readonly string[] {
    return [...this.#places.paths, ...this.#fresh.map(({ path }) => path)]
  }

  /** Those that are there. */
  get formatted(): readonly string[] {
    return this.#places.paths
  }

  /** Whether all log.dirs are formatted, and marked as shut down cleanly: what is staged there doesn't change that. */
  get isReady(): boolean {
    return this.#readying().unused.length === 0
  }

  /** Makes it so; the cluster has to be looked at anew then. */
  async makeReady(): Promise<void> {
    await writeChange(this.#readying(), this.#context)
  }

  #readying(): ClusterChange {
    const changing = changeOptions(this.#context)
    return logDirReadying(this.#node, this.#fresh, this.#identity(), changing)
  }

  /** @throws UsageError where the topic can't be what is wanted */
  target(wanted: WantedTopic): ImportTarget {
    const known = this.#node.image.topics.byName(this.topic)
    if (known === undefined) return this.#newTopic(wanted)
    const producerIds = moveProducerIds(this.#node.image, wanted.highestProducerId)
    const changing = changeOptions(this.#context)
    const paths = new Map(pathsById(this.#node.logDirs))
    for (const { path, directoryId } of this.#fresh) {
      if (directoryId !== undefined) paths.set(directoryId, path)
    }
    return {
      topic: this.topic,
      topicId: known.topicId,
      isThere: true,
      producerIds,
      change:
        producerIds && nextProducerIdChange(this.#node, this.#identity(), producerIds.to, changing),
      fresh: this.#fresh,
      partitions: [...known.partitions].map(([partition, { leaderEpoch, directories }]) => {
        const [folder] = this.#node.folders.of(this.topic, partition)
        const assigned = directories[0] === undefined ? undefined : paths.get(directories[0])
        const logDir = folder?.logDir ?? assigned ?? this.#fallback
        return { partition, leaderEpoch, logDir, log: folder && this.#logAt(folder.path) }
      }),
    }
  }

  /** Where no log.dir was chosen. */
  get #fallback(): string {
    return this.#places.paths[0] ?? this.#places.firstPath
  }

  #newTopic(wanted: WantedTopic): ImportTarget {
    const { partitionCount, topicId, leaderEpochs } = wanted
    const { image } = this.#node
    const isFree = topicId !== undefined && image.topics.byId(topicId) === undefined
    const changing = changeOptions(this.#context)
    const id = isFree ? topicId : changing.newId()
    const identity = this.#identity()
    const producerIds = moveProducerIds(this.#node.image, wanted.highestProducerId)
    const result = topicCreation(
      this.#node,
      {
        name: this.topic,
        partitionCount,
        configs: this.#configs,
        topicId: id,
        leaderEpochs,
        others: producerIds ? [nextProducerIdRecord(identity, producerIds.to)] : [],
        fresh: this.#fresh,
        identity,
      },
      changing,
    )
    if (result.error !== undefined) throw new UsageError(result.message)
    const partitions = result.partitions.map(({ partition, logDir }) => ({
      partition,
      logDir: logDir ?? this.#fallback,
      leaderEpoch: leaderEpochs.get(partition) ?? 0,
      log: undefined,
    }))
    const facts = { topic: this.topic, topicId: id, isThere: false, fresh: this.#fresh }
    return { ...facts, producerIds, change: result.change, partitions }
  }

  /** Whether it gave out ids of producers that another cluster may have given as well. */
  hasProducersBesides(clusterId: string | null): boolean {
    return clusterId !== this.#node.identity?.clusterId && this.#node.image.nextProducerId > 0n
  }

  #identity() {
    return (
      this.#node.identity ?? {
        clusterId: changeOptions(this.#context).newId(),
        nodeId: this.#brokerFile.nodeId ?? 1,
      }
    )
  }

  #logAt(path: string): TargetLog {
    const { disk } = this.#context
    const log = new PartitionLogReader(disk, limitsOf(this.#options)).read(path)
    const endOffset = logEndOffset(disk, log)
    const bytes = log.segments.reduce((sum, segment) => sum + segment.log.size, 0)
    return { path, endOffset, bytes, isEmpty: localLogStartOffset(log) === endOffset }
  }
}

/** A name that was mistyped is no log.dir to be made. */
function refuseMissing({ paths: [known], fresh }: Places): void {
  const missing = fresh.find(({ exists }) => !exists)
  if (known === undefined || missing === undefined) return
  throw new UsageError(
    `${missing.path} is not there, and ${known} is a log.dir in use: where ${missing.path} is to be ` +
      'one more, or in the place of one that is lost, make it, empty, first',
  )
}

function refuseUnready(node: StoppedNode): void {
  const [problem] = node.problems
  if (problem !== undefined) throw new RefusedError('KAFKA_STORAGE_ERROR', problem)
  for (const { path, cleanShutdown, partitions } of node.logDirs) {
    if (cleanShutdown !== undefined || partitions.every(({ parsed }) => isMetadata(parsed)))
      continue
    throw new RefusedError(
      'KAFKA_STORAGE_ERROR',
      `${path} was not shut down cleanly: 'kbroker recover --execute' puts it in order first`,
    )
  }
}
