/** Heartbeat 0–4: a member is there; whether it has to join again. */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { HEARTBEAT } from '../../protocol/messages/12-heartbeat.ts'
import type { Handler } from '../handler.ts'

export const handleHeartbeat: Handler<typeof HEARTBEAT> = (request, _, broker) => {
  const { groupId, memberId, generationId } = request
  const groupInstanceId = request.groupInstanceId ?? undefined
  const shard = broker.groups.shardOf(groupId)
  // While it is loaded its members' sessions do not run.
  const error =
    shard === 'COORDINATOR_LOAD_IN_PROGRESS'
      ? 'NONE'
      : typeof shard === 'string'
        ? shard
        : shard.coordinator.heartbeat(
            { groupId, memberId, groupInstanceId, generationId },
            broker.clock.nowMs(),
          )
  return { throttleTimeMs: 0, errorCode: ERROR_CODES[error] }
}
