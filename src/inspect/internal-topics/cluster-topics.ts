/**
 * The topics of the cluster, as its metadata log says: the last KRaft snapshot, and the records behind it. Metadata
 * transactions (KIP-868) are taken as if all of them had been committed.
 *
 * Source: org.apache.kafka.image.TopicsDelta#replay
 */
import { CorruptDataError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import { decodeMetadataRecord, type MetadataRecord } from '../../metadata/metadata-records.ts'
import type { PartitionHere, PartitionsHere } from './partitions-here.ts'
import { walkFile, walkPartition, type ProblemTaker, type RecordVisitor } from './record-walk.ts'

export interface ClusterTopic {
  readonly name: string
  readonly topicId: string
  readonly partitionCount: number
}

export interface ClusterTopics {
  byId(topicId: string): ClusterTopic | undefined
  byName(name: string): ClusterTopic | undefined
}

/** Undefined where the log is not here. */
export function readClusterTopics(
  disk: Disk,
  partitions: PartitionsHere,
  problem: ProblemTaker,
): ClusterTopics | undefined {
  const here = partitions.open({ topic: METADATA_TOPIC, partition: 0 })
  return here && new TopicsReplay().read(disk, here, problem)
}

class TopicsReplay implements ClusterTopics {
  readonly #byId = new Map<string, { name: string; topicId: string; partitionCount: number }>()
  readonly #idOf = new Map<string, string>()

  read(disk: Disk, { log }: PartitionHere, problem: ProblemTaker): this {
    const visitor: RecordVisitor = {
      record: ({ value }) => this.#apply(value),
      endTransaction: () => undefined,
    }
    const snapshot = log.directory.checkpoints.at(-1)
    if (snapshot !== undefined) {
      const { file, endOffset } = snapshot
      const { limits } = log
      walkFile(disk, file.path, { visitor, problem, isLast: false, baseOffset: 0n, limits })
      const logStartCheckpoint = greaterOf(log.logStartCheckpoint ?? 0n, endOffset)
      walkPartition(disk, { ...log, logStartCheckpoint }, visitor, problem)
    } else walkPartition(disk, log, visitor, problem)
    return this
  }

  byId(topicId: string): ClusterTopic | undefined {
    return this.#byId.get(topicId)
  }

  byName(name: string): ClusterTopic | undefined {
    const topicId = this.#idOf.get(name)
    return topicId === undefined ? undefined : this.#byId.get(topicId)
  }

  #apply(bytes: Buffer | null): void {
    const record = decodeIfKnown(bytes)
    if (record?.type === 'TopicRecord') {
      const { name, topicId } = record.value
      this.#byId.set(topicId, { name, topicId, partitionCount: 0 })
      this.#idOf.set(name, topicId)
    } else if (record?.type === 'PartitionRecord') {
      const { topicId, partitionId } = record.value
      const topic = this.#byId.get(topicId)
      if (topic !== undefined)
        topic.partitionCount = Math.max(topic.partitionCount, partitionId + 1)
    } else if (record?.type === 'RemoveTopicRecord') this.#remove(record.value.topicId)
  }

  #remove(topicId: string): void {
    const name = this.#byId.get(topicId)?.name
    this.#byId.delete(topicId)
    if (name !== undefined && this.#idOf.get(name) === topicId) this.#idOf.delete(name)
  }
}

/** A record of a later Kafka says nothing about topics that this one could understand. */
function decodeIfKnown(bytes: Buffer | null): MetadataRecord | undefined {
  try {
    return decodeMetadataRecord(bytes)
  } catch (error) {
    if (error instanceof CorruptDataError) return undefined
    throw error
  }
}

function greaterOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
