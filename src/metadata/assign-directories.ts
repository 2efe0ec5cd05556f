/**
 * Replicas that lie in another log.dir from now on: neither the leader nor its epoch changes by that.
 *
 * Source: org.apache.kafka.controller.ReplicationControlManager#handleAssignReplicasToDirs (KIP-858)
 */
import type { ClusterImage } from './cluster-image.ts'
import type { MetadataRecord } from './metadata-records.ts'
import { partitionRecordVersion } from './metadata-version.ts'
import { newRecord } from './new-record.ts'

export interface DirectoryAssignment {
  readonly topicId: string
  readonly partitionId: number
  readonly directoryId: string
}

/** Of replicas of one broker. Those that are assigned so already, and those that it has no replica of, need no record. */
export function assignDirectories(
  assignments: readonly DirectoryAssignment[],
  brokerId: number,
  image: ClusterImage,
): MetadataRecord[] {
  return assignments.flatMap(({ topicId, partitionId, directoryId }) => {
    const partition = image.topics.byId(topicId)?.partitions.get(partitionId)
    const at = partition?.replicas.indexOf(brokerId) ?? -1
    if (partition === undefined || at < 0 || partition.directories[at] === directoryId) return []
    const directories = partition.directories.with(at, directoryId)
    const fields = { topicId, partitionId, directories }
    return [newRecord('PartitionChangeRecord', fields, partitionRecordVersion(image))]
  })
}
