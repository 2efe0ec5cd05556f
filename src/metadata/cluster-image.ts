/**
 * What a cluster is: its metadata records, replayed in the order of the log. `apply` is the only way to change it.
 *
 * A record counts once its metadata transaction (KIP-868) has ended; those of a transaction that was aborted, or that
 * the log ends in, never do. What names a topic, partition or broker that is not there is passed over, as an image of
 * half a log is better than none.
 *
 * Source: org.apache.kafka.image.MetadataDelta, org.apache.kafka.image.loader.MetadataBatchLoader
 */
import { BrokerRegistrations } from './broker-registrations.ts'
import type { MetadataRecord } from './metadata-records.ts'
import { MetadataTransaction } from './metadata-transaction.ts'
import { ResourceConfigs } from './resource-configs.ts'
import { TopicImages } from './topic-images.ts'

export const METADATA_VERSION = 'metadata.version'
export const ELIGIBLE_LEADER_REPLICAS_VERSION = 'eligible.leader.replicas.version'

export class ClusterImage {
  readonly topics = new TopicImages()
  readonly brokers = new BrokerRegistrations()
  readonly configs = new ResourceConfigs()
  readonly #features = new Map<string, number>()
  #nextProducerId = 0n
  readonly #transaction = new MetadataTransaction(record => this.#replay(record))

  apply(record: MetadataRecord): void {
    this.#transaction.take(record)
  }

  /** Whether the log ends in a transaction: whoever leads next has to abort it. */
  get hasOpenTransaction(): boolean {
    return this.#transaction.isOpen
  }

  /** The first that no producer was given. */
  get nextProducerId(): bigint {
    return this.#nextProducerId
  }

  /** 0 where the feature is off, or was never heard of. */
  featureLevel(name: string): number {
    return this.#features.get(name) ?? 0
  }

  /** Those that are on. */
  get features(): ReadonlyMap<string, number> {
    return this.#features
  }

  /** Undefined before the first records of a cluster: its log holds nothing that counts. */
  get metadataVersion(): number | undefined {
    return this.#features.get(METADATA_VERSION)
  }

  get hasEligibleLeaderReplicas(): boolean {
    return this.featureLevel(ELIGIBLE_LEADER_REPLICAS_VERSION) > 0
  }

  #replay(record: MetadataRecord): void {
    switch (record.type) {
      case 'ProducerIdsRecord':
        this.#nextProducerId = record.value.nextProducerId
        return
      case 'TopicRecord':
        return this.topics.add(record.value)
      case 'PartitionRecord':
        return this.topics.addPartition(record.value)
      case 'PartitionChangeRecord':
        return this.topics.changePartition(record.value)
      case 'ClearElrRecord':
        return this.topics.clearEligibleLeaders(record.value.topicName)
      case 'RemoveTopicRecord':
        return this.#removeTopic(record.value.topicId)
      case 'ConfigRecord':
        return this.configs.set(record.value)
      case 'FeatureLevelRecord':
        return this.#setFeature(record.value)
      case 'RegisterBrokerRecord':
        return this.brokers.register(record.value)
      case 'UnregisterBrokerRecord':
        return this.brokers.unregister(record.value.brokerId)
      case 'BrokerRegistrationChangeRecord':
        return this.brokers.change(record.value)
      case 'FenceBrokerRecord':
        return this.brokers.setFenced(record.value.id, true)
      case 'UnfenceBrokerRecord':
        return this.brokers.setFenced(record.value.id, false)
      default:
      // Quotas, tokens, credentials, access control, controllers: nothing here asks for them.
    }
  }

  #removeTopic(topicId: string): void {
    const topic = this.topics.byId(topicId)
    if (topic === undefined) return
    this.topics.remove(topic)
    this.configs.clear('topic', topic.name)
  }

  #setFeature({ name, featureLevel }: { readonly name: string; readonly featureLevel: number }) {
    if (featureLevel === 0) this.#features.delete(name)
    else this.#features.set(name, featureLevel)
  }
}
