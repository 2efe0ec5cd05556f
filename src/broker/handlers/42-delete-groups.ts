/** DeleteGroups 0–2: groups without members, and all that they have committed. */
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { DELETE_GROUPS } from '../../protocol/messages/42-delete-groups.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'

export const handleDeleteGroups: Handler<typeof DELETE_GROUPS> = async (request, _, broker) => {
  const results = request.groupsNames.map(async groupId => {
    return { groupId, errorCode: ERROR_CODES[await remove(groupId, broker)] }
  })
  return { throttleTimeMs: 0, results: await Promise.all(results) }
}

async function remove(groupId: string, { groups }: Broker): Promise<ErrorName> {
  if (groupId === '') return 'INVALID_GROUP_ID'
  const shard = groups.shardOf(groupId)
  if (typeof shard === 'string') {
    return shard === 'COORDINATOR_NOT_AVAILABLE' ? 'GROUP_ID_NOT_FOUND' : shard
  }
  const { answer, reply } = shard.reply<ErrorName>()
  shard.run(shard.coordinator.remove(groupId, reply))
  return answer
}
