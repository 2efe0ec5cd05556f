/**
 * Ids for idempotent producers, taken from the cluster by blocks, so that a start needs not know which were given.
 *
 * Source: org.apache.kafka.coordinator.transaction.RPCProducerIdManager, org.apache.kafka.controller.ProducerIdControlManager
 */
import type { ClusterImage } from '../metadata/cluster-image.ts'
import { newRecord } from '../metadata/new-record.ts'
import { PRODUCER_ID_BLOCK_SIZE } from '../metadata/producer-id-block.ts'
import type { Controller } from './controller.ts'

export class ProducerIds {
  readonly #controller: Controller
  readonly #brokerEpoch: bigint
  #next = 0n
  /** Exclusive. */
  #end = 0n
  #taking: Promise<void> | undefined

  constructor(controller: Controller, brokerEpoch: bigint) {
    this.#controller = controller
    this.#brokerEpoch = brokerEpoch
  }

  /** @throws DiskError of the metadata log */
  async next(): Promise<bigint> {
    while (this.#next === this.#end) {
      this.#taking ??= this.#take().finally(() => (this.#taking = undefined))
      await this.#taking
    }
    return this.#next++
  }

  async #take(): Promise<void> {
    const first = await this.#controller.change(image => this.#block(image))
    this.#next = first
    this.#end = first + PRODUCER_ID_BLOCK_SIZE
  }

  #block({ nextProducerId: first }: ClusterImage) {
    const { nodeId: brokerId } = this.#controller
    const nextProducerId = first + PRODUCER_ID_BLOCK_SIZE
    const fields = { brokerId, brokerEpoch: this.#brokerEpoch, nextProducerId }
    return { records: [newRecord('ProducerIdsRecord', fields)], answer: first }
  }
}
