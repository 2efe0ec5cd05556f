/** ListPartitionReassignments 0: none is ever under way, on one broker. */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { LIST_PARTITION_REASSIGNMENTS } from '../../protocol/messages/46-list-partition-reassignments.ts'
import type { Handler } from '../handler.ts'

export const handleListPartitionReassignments: Handler<
  typeof LIST_PARTITION_REASSIGNMENTS
> = () => {
  return { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, errorMessage: null, topics: [] }
}
