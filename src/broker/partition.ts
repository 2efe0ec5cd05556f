/**
 * A partition that this broker leads: its log, and who waits for it to grow.
 *
 * Source: kafka.cluster.Partition
 */
import type { Appended, AppendOptions } from '../log/log-append.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { TopicPartition } from '../log-dirs/open-log-dir.ts'

/** Somebody who wants more bytes than there are. */
export interface BytesWaiter {
  /** @param size of what can be read more than before */
  arrived(size: number): void
  /** Something else has happened, after which there may be an answer: the partition is gone, or its log has failed. */
  changed(): void
}

export interface PartitionOptions {
  readonly topicId: string
  readonly leaderEpoch: number
}

export class Partition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  readonly log: PartitionLog
  leaderEpoch: number
  readonly #waiters = new Set<BytesWaiter>()

  constructor(
    { topic, partition }: TopicPartition,
    log: PartitionLog,
    { topicId, leaderEpoch }: PartitionOptions,
  ) {
    this.topic = topic
    this.partition = partition
    this.log = log
    this.topicId = topicId
    this.leaderEpoch = leaderEpoch
  }

  /** Of a client that knows the leader by its epoch; −1 where it knows none. */
  epochError(known: number): 'FENCED_LEADER_EPOCH' | 'UNKNOWN_LEADER_EPOCH' | undefined {
    if (known === -1 || known === this.leaderEpoch) return undefined
    return known < this.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH'
  }

  get isOffline(): boolean {
    return this.log.failure !== undefined
  }

  /**
   * Appends, and lets it be read: the only replica in sync is this one. Under `flush.messages` that waits for the disk.
   *
   * @throws RefusedError nothing was appended
   * @throws DiskError
   */
  append(
    records: Buffer,
    origin: AppendOptions['origin'],
  ): Appended | undefined | Promise<Appended> {
    const appended = this.log.append(records, { leaderEpoch: this.leaderEpoch, origin })
    if (appended === undefined) return undefined
    if (appended.flushed === undefined) return this.#publish(appended)
    return appended.flushed.then(() => this.#publish(appended))
  }

  #publish(appended: Appended): Appended {
    this.log.raiseHighWatermark(appended.lastOffset + 1n)
    if (appended.size > 0) for (const waiter of this.#waiters) waiter.arrived(appended.size)
    return appended
  }

  /** What can be read has changed otherwise. */
  tellWaiters(): void {
    for (const waiter of this.#waiters) waiter.changed()
  }

  addWaiter(waiter: BytesWaiter): void {
    this.#waiters.add(waiter)
  }

  removeWaiter(waiter: BytesWaiter): void {
    this.#waiters.delete(waiter)
  }
}
