/**
 * The brokers that registered with the cluster's controller.
 *
 * Source: org.apache.kafka.image.ClusterDelta
 */
import type { MetadataRecord } from './metadata-records.ts'

export interface BrokerRegistration {
  readonly brokerId: number
  /** The offset of its registration in the metadata log. */
  readonly brokerEpoch: bigint
  readonly incarnationId: string
  readonly rack: string | null
  /** A fenced broker is registered, but leads nothing. */
  readonly isFenced: boolean
  readonly isInControlledShutdown: boolean
  /** Directory ids of its log.dirs; none before Kafka 3.7. */
  readonly logDirs: readonly string[]
  /** Those of them that get no new partitions. */
  readonly cordonedLogDirs: readonly string[]
}

type ValueOf<Type extends MetadataRecord['type']> = Extract<MetadataRecord, { type: Type }>['value']

export class BrokerRegistrations {
  readonly #byId = new Map<number, BrokerRegistration>()

  byId(brokerId: number): BrokerRegistration | undefined {
    return this.#byId.get(brokerId)
  }

  all(): BrokerRegistration[] {
    return [...this.#byId.values()]
  }

  /** Whether it may lead partitions. */
  isActive(brokerId: number): boolean {
    const broker = this.#byId.get(brokerId)
    return broker !== undefined && !broker.isFenced && !broker.isInControlledShutdown
  }

  register(value: ValueOf<'RegisterBrokerRecord'>): void {
    const { brokerId, brokerEpoch, incarnationId, rack, logDirs, cordonedLogDirs } = value
    this.#byId.set(brokerId, {
      brokerId,
      brokerEpoch,
      incarnationId,
      rack,
      isFenced: value.fenced,
      isInControlledShutdown: value.inControlledShutdown,
      logDirs,
      cordonedLogDirs: cordonedLogDirs ?? [],
    })
  }

  unregister(brokerId: number): void {
    this.#byId.delete(brokerId)
  }

  change(value: ValueOf<'BrokerRegistrationChangeRecord'>): void {
    const broker = this.#byId.get(value.brokerId)
    if (broker === undefined) return
    this.#byId.set(value.brokerId, {
      ...broker,
      isFenced: changedFlag(value.fenced, broker.isFenced),
      isInControlledShutdown: changedFlag(
        value.inControlledShutdown,
        broker.isInControlledShutdown,
      ),
      logDirs: value.logDirs.length > 0 ? value.logDirs : broker.logDirs,
      cordonedLogDirs: value.cordonedLogDirs ?? broker.cordonedLogDirs,
    })
  }

  setFenced(brokerId: number, isFenced: boolean): void {
    const broker = this.#byId.get(brokerId)
    if (broker !== undefined) this.#byId.set(brokerId, { ...broker, isFenced })
  }
}

/** In a change, 1 says that it is so now, −1 that it is no longer, 0 nothing. */
function changedFlag(change: number, before: boolean): boolean {
  return change === 0 ? before : change > 0
}
