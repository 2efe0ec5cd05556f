/**
 * AlterPartitionReassignments 0–1: every partition has its one replica here, and may keep it; there is nowhere else to
 * go, and nothing under way to be cancelled.
 */
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { ALTER_PARTITION_REASSIGNMENTS } from '../../protocol/messages/45-alter-partition-reassignments.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'
import { assignedProblem } from '../topic-creation.ts'

interface Wanted {
  readonly partitionIndex: number
  /** Null to cancel what is under way. */
  readonly replicas: readonly number[] | null
}

export const handleAlterPartitionReassignments: Handler<typeof ALTER_PARTITION_REASSIGNMENTS> = (
  { topics, allowReplicationFactorChange },
  _,
  broker,
) => {
  const responses = topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(wanted => {
      const { error, message } = outcomeOf(name, wanted, broker)
      const { partitionIndex } = wanted
      return { partitionIndex, errorCode: ERROR_CODES[error], errorMessage: message }
    }),
  }))
  const answer = { throttleTimeMs: 0, allowReplicationFactorChange, errorMessage: null, responses }
  return { ...answer, errorCode: ERROR_CODES.NONE }
}

function outcomeOf(
  topic: string,
  { partitionIndex, replicas }: Wanted,
  { controller, node }: Broker,
): { readonly error: ErrorName; readonly message: string | null } {
  const image = controller.image.topics.byName(topic)
  if (image === undefined) {
    const message = `Unable to find a topic named ${topic}.`
    return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message }
  }
  if (!image.partitions.has(partitionIndex)) {
    const message = `Unable to find partition ${topic}:${partitionIndex}.`
    return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message }
  }
  if (replicas === null) return { error: 'NO_REASSIGNMENT_IN_PROGRESS', message: null }
  const message = assignedProblem(replicas, node.nodeId) ?? null
  return { error: message === null ? 'NONE' : 'INVALID_REPLICA_ASSIGNMENT', message }
}
