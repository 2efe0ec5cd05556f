/**
 * The partitions of this broker, by topic and by topic id, as the cluster has them: made, given up and configured anew
 * as its metadata changes.
 *
 * Source: kafka.server.ReplicaManager, kafka.server.metadata.BrokerMetadataPublisher
 */
import { DiskError } from '../base/errors.ts'
import type { ErrorName } from '../protocol/error-codes.ts'
import { METADATA_TOPIC } from '../log/file-names.ts'
import type { LogConfig } from '../log/log-config.ts'
import type { LogDirs } from '../log-dirs/log-dirs.ts'
import type { TopicPartition } from '../log-dirs/open-log-dir.ts'
import type { ClusterImage } from '../metadata/cluster-image.ts'
import { directoryOn, type PartitionImage } from '../metadata/partition-image.ts'
import type { TopicImage } from '../metadata/topic-images.ts'
import type { BrokerLog } from './broker-log.ts'
import { Partition } from './partition.ts'

export interface ReplicaManagerOptions {
  readonly nodeId: number
  readonly logDirs: LogDirs
  readonly image: ClusterImage
  readonly configOf: (topic: string) => LogConfig
  /** 32 hex digits. */
  readonly newFolderId: () => string
  readonly log: BrokerLog
}

interface Topic {
  readonly topicId: string
  readonly name: string
  /** By number. */
  readonly partitions: (Partition | undefined)[]
}

export class ReplicaManager {
  readonly logDirs: LogDirs
  readonly #options: ReplicaManagerOptions
  readonly #byName = new Map<string, Topic>()
  readonly #byId = new Map<string, Topic>()

  constructor(options: ReplicaManagerOptions) {
    this.#options = options
    this.logDirs = options.logDirs
  }

  /** Undefined where it is not here, for which `errorOf` has the reason. */
  partition(topic: string, partition: number): Partition | undefined {
    return this.#byName.get(topic)?.partitions[partition]
  }

  partitionById(topicId: string, partition: number): Partition | undefined {
    return this.#byId.get(topicId)?.partitions[partition]
  }

  /** Of a partition that is not here. */
  errorOf(topic: string, partition: number): ErrorName {
    const known = this.#options.image.topics.byName(topic)?.partitions.has(partition) === true
    return known ? 'KAFKA_STORAGE_ERROR' : 'UNKNOWN_TOPIC_OR_PARTITION'
  }

  get all(): Partition[] {
    const topics = [...this.#byName.values()]
    return topics.flatMap(({ partitions }) => partitions.flatMap(each => each ?? []))
  }

  ofTopic(topic: string): Partition[] {
    return (this.#byName.get(topic)?.partitions ?? []).flatMap(each => each ?? [])
  }

  /** Brings what is here in line with the cluster. @returns the names of topics that are no more */
  publish(): Set<string> {
    const { image } = this.#options
    const removed = new Set<string>()
    for (const { topicId, name, partitions } of [...this.#byId.values()]) {
      if (image.topics.byId(topicId) !== undefined) continue
      this.#giveUp(topicId, partitions)
      removed.add(name)
    }
    for (const topic of image.topics.all()) this.#publishTopic(topic)
    return removed
  }

  /** Of topics whose configs, or the broker's, were changed. */
  reconfigure(): void {
    const { configOf } = this.#options
    for (const { topic, log } of this.all) log.reconfigure(configOf(topic))
  }

  #publishTopic(image: TopicImage): void {
    const { name, topicId } = image
    const topic = this.#byId.get(topicId) ?? { topicId, name, partitions: [] }
    this.#byId.set(topicId, topic)
    this.#byName.set(name, topic)
    for (const [number, placed] of image.partitions) {
      const known = topic.partitions[number]
      if (known === undefined) topic.partitions[number] = this.#open(image, placed)
      else known.leaderEpoch = placed.leaderEpoch
    }
  }

  #open({ name, topicId }: TopicImage, placed: PartitionImage): Partition | undefined {
    const { nodeId, logDirs, log: brokerLog } = this.#options
    if (!placed.replicas.includes(nodeId)) return undefined
    const place = { topic: name, partition: placed.partitionId }
    try {
      const directory = directoryOn(placed, nodeId)
      const log = logDirs.log(place) ?? logDirs.create(place, topicId, directory)
      log.raiseHighWatermark(log.endOffset)
      return new Partition(place, log, { topicId, leaderEpoch: placed.leaderEpoch })
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      brokerLog.error({ ...place, error: error.message }, 'a partition is offline')
      return undefined
    }
  }

  #giveUp(topicId: string, partitions: readonly (Partition | undefined)[]): void {
    const topic = this.#byId.get(topicId)!
    this.#byId.delete(topicId)
    if (this.#byName.get(topic.name) === topic) this.#byName.delete(topic.name)
    for (const partition of partitions) {
      if (partition === undefined) continue
      this.#remove(partition)
      partition.tellWaiters()
    }
  }

  #remove(partition: TopicPartition): void {
    const { logDirs, newFolderId, log } = this.#options
    try {
      logDirs.giveUp(partition, newFolderId())
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      log.error({ ...partition, error: error.message }, 'a partition was not deleted')
    }
  }
}

/** The cluster's own log is none of a broker's partitions. */
export function isBrokersOwn({ topic }: TopicPartition): boolean {
  return topic !== METADATA_TOPIC
}
