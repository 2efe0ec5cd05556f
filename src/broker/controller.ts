/**
 * The controller of a cluster of one node: each change of the cluster is a batch of records in `__cluster_metadata-0`,
 * on disk before it counts. The image is the replay of that log, and nothing else.
 *
 * Changes are made one after another: each is decided by the image that those before it have left.
 *
 * Source: org.apache.kafka.controller.QuorumController, org.apache.kafka.raft.KafkaRaftClient
 */
import type { LogClock } from '../log/active-segments.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { ClusterImage } from '../metadata/cluster-image.ts'
import { leaderChangeBatch, metadataBatch } from '../metadata/metadata-batches.ts'
import type { MetadataRecord } from '../metadata/metadata-records.ts'

export interface ControllerOptions {
  readonly log: PartitionLog
  readonly image: ClusterImage
  readonly nodeId: number
  /** Of its term, which begins now. */
  readonly leaderEpoch: number
  readonly clock: LogClock
}

/** What a change comes to: records to be written together, and what whoever asked for it is told. */
export interface Decided<T> {
  readonly records: readonly MetadataRecord[]
  readonly answer: T
}

export class Controller {
  readonly image: ClusterImage
  readonly nodeId: number
  readonly leaderEpoch: number
  readonly log: PartitionLog
  readonly #clock: LogClock
  /** Told of each change once it counts. */
  readonly #observers: (() => void)[] = []
  #last: Promise<unknown> = Promise.resolve()

  constructor({ log, image, nodeId, leaderEpoch, clock }: ControllerOptions) {
    this.log = log
    this.image = image
    this.nodeId = nodeId
    this.leaderEpoch = leaderEpoch
    this.#clock = clock
  }

  /** The offset of the first record that is written next: what a broker is registered under is its epoch. */
  get nextOffset(): bigint {
    return this.log.endOffset
  }

  onChange(observer: () => void): void {
    this.#observers.push(observer)
  }

  /**
   * Begins its term.
   *
   * @param activation records that the image has already
   */
  async begin(activation: readonly MetadataRecord[]): Promise<void> {
    this.#append(leaderChangeBatch(this.nodeId, [this.nodeId], this.#batchOptions()))
    if (activation.length > 0) this.#append(metadataBatch(activation, this.#batchOptions()))
    await this.#flush()
  }

  /**
   * @param decide is called when all changes before it count
   * @throws DiskError of the metadata log: nothing more can be changed
   */
  change<T>(decide: (image: ClusterImage) => Decided<T>): Promise<T> {
    const changed = this.#last.then(() => this.#carryOut(decide(this.image)))
    this.#last = changed.catch(() => undefined)
    return changed
  }

  async #carryOut<T>({ records, answer }: Decided<T>): Promise<T> {
    if (records.length === 0) return answer
    this.#append(metadataBatch(records, this.#batchOptions()))
    await this.#flush()
    for (const record of records) this.image.apply(record)
    for (const observe of this.#observers) observe()
    return answer
  }

  #append(batch: Buffer): void {
    this.log.append(batch, { leaderEpoch: this.leaderEpoch, origin: 'raft' })
  }

  async #flush(): Promise<void> {
    await this.log.flush()
    this.log.raiseHighWatermark(this.log.endOffset)
  }

  #batchOptions() {
    const timestamp = BigInt(this.#clock.nowMs())
    return { leaderEpoch: this.leaderEpoch, timestamp, baseOffset: this.log.endOffset }
  }
}
