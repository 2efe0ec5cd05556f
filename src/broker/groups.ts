/**
 * The groups of this broker: which shard coordinates which, when they are loaded, and when something of them is due.
 *
 * Source: org.apache.kafka.coordinator.group.GroupCoordinatorService
 */
import { isReadFailure } from '../base/errors.ts'
import { javaStringHash } from '../binary/java-hash.ts'
import type { GroupConfig } from '../coordinator/group-config.ts'
import type { LogClock } from '../log/active-segments.ts'
import type { ErrorName } from '../protocol/error-codes.ts'
import type { BrokerLog } from './broker-log.ts'
import { GroupShard } from './group-shard.ts'
import type { ReplicaManager } from './replica-manager.ts'

export const OFFSETS_TOPIC = '__consumer_offsets'

export interface GroupsOptions {
  readonly replicas: ReplicaManager
  readonly config: () => GroupConfig
  readonly clock: LogClock
  /** The text of a random UUID. */
  readonly newId: () => string
  readonly log: BrokerLog
}

/** Times of sessions and rebalances are looked at no more often. */
const TICK_MS_MIN = 5
const TICK_MS_MAX = 1000

export class Groups {
  readonly #options: GroupsOptions
  readonly #shards = new Map<number, GroupShard>()
  #timer: NodeJS.Timeout | undefined
  #timerDueMs = Infinity
  #isClosed = false

  constructor(options: GroupsOptions) {
    this.#options = options
  }

  get shards(): GroupShard[] {
    return [...this.#shards.values()]
  }

  /** The one that coordinates a group, or why nobody does. */
  shardOf(groupId: string): GroupShard | ErrorName {
    const count = this.#options.replicas.ofTopic(OFFSETS_TOPIC).length
    if (count === 0) return 'COORDINATOR_NOT_AVAILABLE'
    return this.#shard(partitionOf(groupId, count))
  }

  /** All that are loaded; undefined while one is not. */
  loadedShards(): GroupShard[] | undefined {
    this.publish()
    const shards = this.shards.filter(({ partition }) => !partition.isOffline)
    return shards.every(shard => shard.isLoaded) ? shards : undefined
  }

  /** Brings the shards in line with the partitions that there are; those that are new are loaded. */
  publish(): void {
    const { replicas } = this.#options
    for (const [number, shard] of this.#shards) {
      if (replicas.partition(OFFSETS_TOPIC, number) === shard.partition) continue
      shard.coordinator.unload('NOT_COORDINATOR')
      this.#shards.delete(number)
    }
    for (const { partition } of replicas.ofTopic(OFFSETS_TOPIC)) this.#shard(partition)
  }

  /** Offsets of topics that are no more. */
  topicsRemoved(topics: ReadonlySet<string>): void {
    if (topics.size === 0) return
    for (const shard of this.#loaded()) shard.run(shard.coordinator.topicsRemoved(topics))
  }

  expireOffsets(): void {
    const nowMs = this.#options.clock.nowMs()
    for (const shard of this.#loaded()) {
      for (const outcome of shard.coordinator.expireOffsets(nowMs)) shard.run(outcome)
    }
  }

  /** Whatever of groups is over by now. */
  tick(): void {
    const nowMs = this.#options.clock.nowMs()
    for (const shard of this.#loaded()) {
      for (const outcome of shard.coordinator.tick(nowMs)) shard.run(outcome)
    }
    this.scheduleTick()
  }

  /** Whoever waits is told that there is nobody to wait for. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const { coordinator } of this.#shards.values()) coordinator.unload('NOT_COORDINATOR')
    this.#shards.clear()
  }

  #loaded(): GroupShard[] {
    return this.shards.filter(({ isLoaded, partition }) => isLoaded && !partition.isOffline)
  }

  #shard(number: number): GroupShard | ErrorName {
    const { replicas, log } = this.#options
    const known = this.#shards.get(number)
    const partition = known?.partition ?? replicas.partition(OFFSETS_TOPIC, number)
    if (partition === undefined || partition.isOffline) return 'NOT_COORDINATOR'
    if (known !== undefined) return known.isLoaded ? known : 'COORDINATOR_LOAD_IN_PROGRESS'
    const shard = new GroupShard(partition, {
      ...this.#options,
      onChange: () => this.scheduleTick(),
    })
    this.#shards.set(number, shard)
    shard.load().catch((error: unknown) => {
      if (!isReadFailure(error)) throw error
      const event = { partition: number, error: error.message }
      log.error(event, `groups of a partition of ${OFFSETS_TOPIC} can't be loaded`)
    })
    return shard.isLoaded ? shard : 'COORDINATOR_LOAD_IN_PROGRESS'
  }

  /** Whatever is due next may have changed. */
  scheduleTick(): void {
    if (this.#isClosed) return
    const dueMs = this.shards.reduce((least, { coordinator }) => {
      return Math.min(least, coordinator.nextTickMs)
    }, Infinity)
    if (dueMs === this.#timerDueMs && this.#timer !== undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#timerDueMs = dueMs
    if (dueMs === Infinity) return
    const waitMs = dueMs - this.#options.clock.nowMs()
    const boundedMs = Math.min(Math.max(waitMs, TICK_MS_MIN), TICK_MS_MAX)
    this.#timer = setTimeout(() => this.#onTimer(), boundedMs)
    this.#timer.unref()
  }

  #onTimer(): void {
    this.#timer = undefined
    this.tick()
  }
}

/** As every coordinator of Kafka's counts. */
export function partitionOf(groupId: string, count: number): number {
  const hash = javaStringHash(groupId)
  return hash === -(2 ** 31) ? 0 : Math.abs(hash) % count
}
