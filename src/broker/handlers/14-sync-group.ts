/** SyncGroup 0–5: the answer comes when the leader has assigned what there is to be read. */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { SYNC_GROUP } from '../../protocol/messages/14-sync-group.ts'
import type { SyncOutcome } from '../../coordinator/group-member.ts'
import type { Broker } from '../broker.ts'
import type { SyncRequest } from '../../coordinator/sync-group.ts'
import type { Handler } from '../handler.ts'

export const handleSyncGroup: Handler<typeof SYNC_GROUP> = async (request, _, broker) => {
  const { groupId, generationId, memberId, groupInstanceId, protocolType, protocolName } = request
  const outcome = await sync(
    {
      groupId,
      generationId,
      memberId,
      groupInstanceId: groupInstanceId ?? undefined,
      protocolType: protocolType ?? undefined,
      protocolName: protocolName ?? undefined,
      assignments: new Map(request.assignments.map(each => [each.memberId, each.assignment])),
    },
    broker,
  )
  if (outcome.error === undefined) {
    return { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, ...outcome }
  }
  const nothing = { protocolType: null, protocolName: null, assignment: Buffer.alloc(0) }
  return { throttleTimeMs: 0, errorCode: ERROR_CODES[outcome.error], ...nothing }
}

async function sync(request: SyncRequest, broker: Broker): Promise<SyncOutcome> {
  if (request.groupId === '') return { error: 'INVALID_GROUP_ID' }
  const shard = broker.groups.shardOf(request.groupId)
  // Whoever syncs has joined a coordinator that was loaded: it has to join again.
  if (shard === 'COORDINATOR_LOAD_IN_PROGRESS') return { error: 'REBALANCE_IN_PROGRESS' }
  if (typeof shard === 'string') return { error: shard }
  const { answer, reply } = shard.reply<SyncOutcome>()
  shard.run(shard.coordinator.sync(request, broker.clock.nowMs(), reply))
  broker.groups.scheduleTick()
  return answer
}
