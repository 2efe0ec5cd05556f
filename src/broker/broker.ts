/**
 * An embedded broker: what requests are answered by.
 *
 * Source: kafka.server.BrokerServer
 */
import type { Disk } from '../disk/disk.ts'
import { ERROR_CODES, type ErrorName } from '../protocol/error-codes.ts'
import type { LogClock } from '../log/active-segments.ts'
import type { LogDirs } from '../log-dirs/log-dirs.ts'
import type { FlushScheduler } from '../log-dirs/flush-scheduler.ts'
import type { BrokerConfigName } from '../metadata/broker-config-definitions.ts'
import {
  type BrokerConfigs,
  brokerFlag,
  brokerNumber,
  effectiveConfigs,
} from '../metadata/broker-configs.ts'
import { NO_LEADER, type PartitionImage } from '../metadata/partition-image.ts'
import { brokerShutdown } from '../metadata/running-broker.ts'
import type { BrokerLog } from './broker-log.ts'
import type { Controller } from './controller.ts'
import { FetchSessions } from './fetch-sessions.ts'
import { ProducerIds } from './producer-ids.ts'
import type { ReplicaManager } from './replica-manager.ts'
import { groupConfigOf, offsetsTopicConfigs } from './group-configs.ts'
import { Groups, OFFSETS_TOPIC } from './groups.ts'
import { decideTopic, type WantedTopic } from './topic-creation.ts'

/** As clients are told of it. */
export interface BrokerNode {
  readonly nodeId: number
  readonly clusterId: string
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

export interface DescribedPartition {
  readonly errorCode: number
  readonly partitionIndex: number
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly replicaNodes: readonly number[]
  readonly isrNodes: readonly number[]
  readonly offlineReplicas: readonly number[]
}

export interface BrokerParts {
  readonly disk: Disk
  readonly node: BrokerNode
  /** Of its registration. */
  readonly brokerEpoch: bigint
  readonly controller: Controller
  readonly replicas: ReplicaManager
  readonly configs: BrokerConfigs
  readonly scheduler: FlushScheduler
  readonly clock: LogClock
  /** As topics have them. */
  readonly newId: () => string
  /** The text of a random UUID. */
  readonly newMemberId: () => string
  /** From 1 up, below 2^31. */
  readonly newSessionId: () => number
  readonly log: BrokerLog
}

export class Broker {
  readonly node: BrokerNode
  readonly controller: Controller
  readonly replicas: ReplicaManager
  readonly configs: BrokerConfigs
  readonly fetchSessions: FetchSessions
  readonly producerIds: ProducerIds
  readonly groups: Groups
  readonly newId: () => string
  readonly clock: LogClock
  readonly disk: Disk
  readonly log: BrokerLog
  readonly #brokerEpoch: bigint
  readonly #scheduler: FlushScheduler

  constructor(parts: BrokerParts) {
    const { node, controller, replicas, configs, brokerEpoch, clock } = parts
    this.node = node
    this.controller = controller
    this.replicas = replicas
    this.configs = configs
    this.newId = parts.newId
    this.clock = clock
    this.disk = parts.disk
    this.log = parts.log
    this.#brokerEpoch = brokerEpoch
    this.#scheduler = parts.scheduler
    this.producerIds = new ProducerIds(controller, brokerEpoch)
    this.fetchSessions = new FetchSessions({
      countMax: this.number('max.incremental.fetch.session.cache.slots'),
      nowMs: () => clock.nowMs(),
      newId: parts.newSessionId,
    })
    this.groups = new Groups({
      replicas,
      clock,
      config: () => groupConfigOf(configs),
      newId: parts.newMemberId,
      log: parts.log,
    })
    this.groups.publish()
    controller.onChange(() => this.#clusterChanged())
  }

  #clusterChanged(): void {
    this.groups.topicsRemoved(this.replicas.publish())
    this.replicas.reconfigure()
    this.groups.publish()
  }

  /** A config of the broker, as it is now. */
  number(name: BrokerConfigName): number {
    return brokerNumber(name, this.configs)
  }

  flag(name: BrokerConfigName): boolean {
    return brokerFlag(name, this.configs)
  }

  /** `min.insync.replicas` of a topic. */
  minInsyncReplicas(topic: string): number {
    const name = 'min.insync.replicas'
    const own = this.configs.dynamic.of('topic', topic).get(name)
    return own === undefined ? this.number(name) : Number(own)
  }

  /** Whether retention may take records away: `cleanup.policy` has delete in it. */
  deletes(topic: string): boolean {
    const policy = effectiveConfigs(topic, this.configs).get('cleanup.policy')?.value ?? 'delete'
    return policy.split(',').some(part => part.trim() === 'delete')
  }

  /** A partition, as clients are told of it: with a leader, unless its log.dir is offline. */
  described(topic: string, image: PartitionImage): DescribedPartition {
    const { partitionId: partitionIndex, leader, leaderEpoch, replicas, isr } = image
    const isOffline = this.replicas.partition(topic, partitionIndex)?.isOffline ?? true
    const isLed = leader >= 0 && !isOffline
    return {
      errorCode: isLed ? ERROR_CODES.NONE : ERROR_CODES.LEADER_NOT_AVAILABLE,
      partitionIndex,
      leaderId: isLed ? leader : NO_LEADER,
      leaderEpoch,
      replicaNodes: replicas,
      isrNodes: isr,
      offlineReplicas: isOffline ? replicas : [],
    }
  }

  /**
   * Makes a topic that a client has asked about, where that is allowed.
   *
   * @returns why it was not made; undefined where it is there now
   */
  async autoCreateTopic(name: string, isAllowed: boolean): Promise<ErrorName | undefined> {
    if (!isAllowed || !this.flag('auto.create.topics.enable')) return 'UNKNOWN_TOPIC_OR_PARTITION'
    if (name === OFFSETS_TOPIC) return this.createOffsetsTopic()
    return this.#create(name, { partitionCount: -1, configs: [] })
  }

  /** @returns why it is not there; undefined where it is now */
  createOffsetsTopic(): Promise<ErrorName | undefined> {
    return this.#create(OFFSETS_TOPIC, {
      partitionCount: this.number('offsets.topic.num.partitions'),
      configs: offsetsTopicConfigs(this.number('offsets.topic.segment.bytes')),
    })
  }

  async #create(
    name: string,
    { partitionCount, configs }: Pick<WantedTopic, 'partitionCount' | 'configs'>,
  ): Promise<ErrorName | undefined> {
    const wanted = { name, partitionCount, replicationFactor: -1, assignments: [], configs }
    const { error } = await this.controller.change(image => {
      return decideTopic(wanted, { image, isOnlyTried: false }, this)
    })
    return error === 'TOPIC_ALREADY_EXISTS' ? undefined : error
  }

  /** Answers whoever waits, as the broker is about to end. */
  stopWaiting(): void {
    this.groups.close()
    for (const partition of this.replicas.all) partition.tellWaiters()
  }

  /** As a controlled shutdown leaves it; whoever has connections has ended them before. @throws DiskError */
  async close(): Promise<void> {
    this.#scheduler.stop()
    this.groups.close()
    const { nodeId: brokerId } = this.node
    const broker = { brokerId, brokerEpoch: this.#brokerEpoch }
    if (this.controller.log.failure === undefined) {
      for (const records of brokerShutdown(broker, this.controller.image)) {
        await this.controller.change(() => ({ records, answer: undefined }))
      }
    }
    await this.logDirs.close({ brokerEpoch: this.#brokerEpoch })
  }

  get logDirs(): LogDirs {
    return this.replicas.logDirs
  }
}
