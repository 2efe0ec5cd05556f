/**
 * Why a broker would not delete records of a topic by offset, and what may be done about it.
 *
 * Source: kafka.server.ReplicaManager#deleteRecordsOnLocalLog, kafka.cluster.Partition#deleteRecordsOnLeader
 */
import { HIGH_WATERMARK_CHECKPOINT, METADATA_TOPIC } from '../../log/file-names.ts'
import { isInternalTopic } from '../../metadata/topic-name.ts'

/** @param policy the topic's `cleanup.policy`, where it is not the default */
export function deletionProblem(topic: string, policy = 'delete'): string | undefined {
  if (isInternalTopic(topic)) return `${topic} is an internal topic: no records of it are deleted`
  const policies = policy.split(',').map(name => name.trim())
  if (policies.includes('delete') || !policies.includes('compact')) return undefined
  return `${topic} has cleanup.policy=${policy}: records are deleted only where delete is in it`
}

export interface KnownCommitted {
  /** Whether the log.dir notes a high watermark of the partition. */
  readonly isNoted: boolean
  /** Whether a broker alone has it; undefined where the cluster's metadata are not here. */
  readonly isOnlyReplica: boolean | undefined
}

/** What to do where records behind the high watermark are to be deleted. */
export function uncommittedAdvice({ isNoted, isOnlyReplica }: KnownCommitted): string {
  if (isOnlyReplica !== undefined) {
    return 'its other replicas may not have those behind that yet: kafka-delete-records deletes them where brokers run'
  }
  const elsewhere =
    `give all log.dirs of its broker (all records are committed where ${METADATA_TOPIC} knows no ` +
    'other replica)'
  if (isNoted) return elsewhere
  return (
    'its log.dir notes none, so that no record is known to be committed; put the ' +
    `${HIGH_WATERMARK_CHECKPOINT} of the log.dir that it was copied from beside it, or ${elsewhere}`
  )
}
