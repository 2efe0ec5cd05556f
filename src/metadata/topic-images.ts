/**
 * The topics of a cluster, by name and by id.
 *
 * Source: org.apache.kafka.image.TopicsDelta, TopicDelta
 */
import {
  changedPartition,
  partitionOf,
  withoutEligibleLeaders,
  type PartitionChangeValue,
  type PartitionImage,
  type PartitionRecordValue,
} from './partition-image.ts'

export interface TopicImage {
  readonly name: string
  readonly topicId: string
  /** By number. */
  readonly partitions: ReadonlyMap<number, PartitionImage>
}

interface Topic extends TopicImage {
  readonly partitions: Map<number, PartitionImage>
}

export class TopicImages {
  readonly #byId = new Map<string, Topic>()
  readonly #byName = new Map<string, Topic>()

  byId(topicId: string): TopicImage | undefined {
    return this.#byId.get(topicId)
  }

  byName(name: string): TopicImage | undefined {
    return this.#byName.get(name)
  }

  /** Sorted by name. */
  all(): TopicImage[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  add({ name, topicId }: { readonly name: string; readonly topicId: string }): void {
    const topic: Topic = { name, topicId, partitions: new Map() }
    this.#byId.set(topicId, topic)
    this.#byName.set(name, topic)
  }

  addPartition(record: PartitionRecordValue): void {
    this.#byId.get(record.topicId)?.partitions.set(record.partitionId, partitionOf(record))
  }

  changePartition(change: PartitionChangeValue): void {
    const partitions = this.#byId.get(change.topicId)?.partitions
    const partition = partitions?.get(change.partitionId)
    if (partition === undefined) return
    partitions!.set(change.partitionId, changedPartition(partition, change))
  }

  /** @param name of the topic; empty for all */
  clearEligibleLeaders(name: string): void {
    const topics = name === '' ? this.#byId.values() : [this.#byName.get(name)]
    for (const topic of topics) {
      for (const [number, partition] of topic?.partitions ?? []) {
        topic!.partitions.set(number, withoutEligibleLeaders(partition))
      }
    }
  }

  remove({ name, topicId }: TopicImage): void {
    this.#byId.delete(topicId)
    if (this.#byName.get(name)?.topicId === topicId) this.#byName.delete(name)
  }
}
