/** Topics by their id: as the cluster's metadata has them, else as the folders here are marked. */
import type { ClusterTopics } from './cluster-topics.ts'
import type { NamedPartition, PartitionsHere } from './partitions-here.ts'

/**
 * What is known of a partition's log, or of its absence.
 *
 * | place     | means                                                                        |
 * |-----------|------------------------------------------------------------------------------|
 * | here      | its folder is                                                                |
 * | recreated | a folder of that name is, but of another topic: the one meant was deleted    |
 * | elsewhere | the cluster has it, these log.dirs don't                                     |
 * | deleted   | the cluster doesn't have it                                                  |
 * | unknown   | it is not here, and the metadata log, which would know the cluster, neither  |
 */
export type LogPlace = 'here' | 'recreated' | 'elsewhere' | 'deleted' | 'unknown'

export class TopicNames {
  readonly #partitions: PartitionsHere
  readonly #cluster: ClusterTopics | undefined
  #byId: Map<string, string> | undefined

  constructor(partitions: PartitionsHere, cluster: ClusterTopics | undefined) {
    this.#partitions = partitions
    this.#cluster = cluster
  }

  nameOf(topicId: string): string | undefined {
    return this.#cluster?.byId(topicId)?.name ?? (this.#byId ??= this.#namesHere()).get(topicId)
  }

  /** @param topicId which topic of that name is meant, where that is known */
  placeOf(named: NamedPartition, topicId: string | undefined): LogPlace {
    if (this.#partitions.has(named)) {
      const found = this.#partitions.topicIdOf(named)
      const isOther = topicId !== undefined && found !== undefined && found !== topicId
      return isOther ? 'recreated' : 'here'
    }
    if (this.#cluster === undefined) return 'unknown'
    const topic = this.#cluster.byName(named.topic)
    const isOther = topicId !== undefined && topic?.topicId !== topicId
    if (topic === undefined || isOther) return 'deleted'
    return named.partition < topic.partitionCount ? 'elsewhere' : 'deleted'
  }

  /** Whether a topic has a partition of that number, as far as can be told. */
  exists(named: NamedPartition): boolean {
    const topic = this.#cluster?.byName(named.topic)
    return topic === undefined
      ? this.#partitions.has(named)
      : named.partition < topic.partitionCount
  }

  #namesHere(): Map<string, string> {
    const names = new Map<string, string>()
    const seen = new Set<string>()
    for (const named of this.#partitions.all()) {
      if (seen.has(named.topic)) continue
      seen.add(named.topic)
      const topicId = this.#partitions.topicIdOf(named)
      if (topicId !== undefined) names.set(topicId, named.topic)
    }
    return names
  }
}
