/**
 * Why a broker would not delete records of a topic by offset.
 *
 * Source: kafka.server.ReplicaManager#deleteRecordsOnLocalLog, kafka.cluster.Partition#deleteRecordsOnLeader
 */
import { isInternalTopic } from '../../metadata/topic-name.ts'

/** @param policy the topic's `cleanup.policy`, where it is not the default */
export function deletionProblem(topic: string, policy = 'delete'): string | undefined {
  if (isInternalTopic(topic)) return `${topic} is an internal topic: no records of it are deleted`
  const policies = policy.split(',').map(name => name.trim())
  if (policies.includes('delete') || !policies.includes('compact')) return undefined
  return `${topic} has cleanup.policy=${policy}: records are deleted only where delete is in it`
}
