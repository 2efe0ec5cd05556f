/** Batches into the partitions of a topic on log.dirs, each acknowledged when it is as durable as was asked for. */
import { RefusedError } from '../base/errors.ts'
import type { AppendedBatch, BatchSink } from '../client/batch-sink.ts'
import type { LogConfig } from '../log/log-config.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { LogDirs } from '../log-dirs/log-dirs.ts'
import type { TopicImage } from '../metadata/topic-images.ts'
import type { Durability } from './directory-sink.ts'

export class ProducerSink implements BatchSink {
  readonly partitionCount: number
  readonly #logDirs: LogDirs
  readonly #topic: TopicImage
  readonly #durability: Durability
  readonly #logs = new Map<number, PartitionLog>()

  constructor(logDirs: LogDirs, topic: TopicImage, durability: Durability) {
    this.#logDirs = logDirs
    this.#topic = topic
    this.#durability = durability
    this.partitionCount = topic.partitions.size
    for (const partition of topic.partitions.keys()) this.#open(partition)
  }

  get syncCount(): number {
    let count = 0
    for (const log of this.#logs.values()) count += log.flushCount
    return count
  }

  async append(partition: number, batch: Buffer): Promise<AppendedBatch> {
    this.#refuseAfterFailure()
    const log = this.#logs.get(partition)!
    const { leaderEpoch } = this.#topic.partitions.get(partition)!
    const appended = log.append(batch, { leaderEpoch, origin: 'client' })
    if (appended === undefined) throw new RefusedError('CORRUPT_MESSAGE', 'a batch is not whole')
    await (this.#durability === 'batch' ? log.flush(appended.lastOffset + 1n) : appended.flushed)
    log.raiseHighWatermark(log.endOffset)
    const { firstOffset, lastOffset, size: storedSize } = appended
    return { firstOffset, lastOffset, storedSize }
  }

  /** The same in all partitions. */
  get topicConfig(): LogConfig {
    return this.#logs.get(0)!.config
  }

  /** Leaves the directories as a clean shutdown does. @throws DiskError where one went offline */
  async close(): Promise<void> {
    for (const log of this.#logs.values()) log.raiseHighWatermark(log.endOffset)
    await this.#logDirs.close()
    this.#refuseAfterFailure()
  }

  #open(partition: number): void {
    const name = { topic: this.#topic.name, partition }
    const directoryId = this.#topic.partitions.get(partition)!.directories[0]
    const log =
      this.#logDirs.log(name) ?? this.#logDirs.create(name, this.#topic.topicId, directoryId)
    this.#logs.set(partition, log)
  }

  /** In the background, too. */
  #refuseAfterFailure(): void {
    const { failure } = this.#logDirs
    if (failure !== undefined) throw failure
  }
}
