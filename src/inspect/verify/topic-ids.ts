/**
 * The id that each folder of a partition carries, held against what the metadata log of the same
 * node says of its topic, else against the topic's first folder.
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager#isStrayKraftReplica
 */
import { basename, join } from 'node:path'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { METADATA_TOPIC, parsePartitionFolder, PARTITION_METADATA } from '../../log/file-names.ts'
import { readClusterTopics, type ClusterTopics } from '../internal-topics/cluster-topics.ts'
import { PartitionsHere } from '../internal-topics/partitions-here.ts'
import { startOf, toFinding, type Finding } from './finding.ts'

export interface KnownTopicId {
  readonly id: string
  /** Where it stands. */
  readonly path: string
}

export function topicIdFinding(
  path: string,
  id: string,
  expected: KnownTopicId,
): Finding | undefined {
  if (expected.id === id) return undefined
  return toFinding(
    'topic-id',
    {
      file: join(path, PARTITION_METADATA),
      found: `topic id ${id}`,
      expected: `${expected.id}, as in ${expected.path}`,
    },
    startOf('trusted'),
  )
}

export class TopicIds {
  readonly #disk: Disk
  readonly #limits: DecodeLimits
  /** By topic: the first folder's. */
  readonly #known = new Map<string, KnownTopicId>()
  /** By log.dir; undefined where not all of the metadata log can be read. */
  readonly #clusters = new Map<string, ClusterTopics | undefined>()

  constructor(disk: Disk, limits: DecodeLimits) {
    this.#disk = disk
    this.#limits = limits
  }

  /**
   * What contradicts the id of a folder.
   *
   * @param metadataDir the log.dir that holds the metadata log of the folder's node
   */
  compare(path: string, id: string | undefined, metadataDir?: string): Finding | undefined {
    const folder = parsePartitionFolder(basename(path))
    if (folder === undefined || folder.state === 'stray' || id === undefined) return undefined
    const { topic } = folder
    const expected = this.#inMetadata(topic, metadataDir) ?? this.#first(topic, { id, path })
    return topicIdFinding(path, id, expected)
  }

  #inMetadata(topic: string, metadataDir: string | undefined) {
    if (metadataDir === undefined) return undefined
    if (!this.#clusters.has(metadataDir)) this.#clusters.set(metadataDir, this.#read(metadataDir))
    const known = this.#clusters.get(metadataDir)?.byName(topic)
    return known && { id: known.topicId, path: join(metadataDir, `${METADATA_TOPIC}-0`) }
  }

  #first(topic: string, own: KnownTopicId) {
    const known = this.#known.get(topic) ?? own
    this.#known.set(topic, known)
    return known
  }

  /** What is wrong with the log, its own check tells. */
  #read(metadataDir: string): ClusterTopics | undefined {
    const problems: string[] = []
    const problem = (message: string) => problems.push(message)
    const options = { limits: this.#limits, problem, notice: () => undefined }
    const partitions = new PartitionsHere(this.#disk, [metadataDir], options)
    const topics = readClusterTopics(this.#disk, partitions, problem)
    return problems.length === 0 ? topics : undefined
  }
}
