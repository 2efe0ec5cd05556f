/** LeaveGroup 0–5: one member, or (v3) several, static ones by their instance alone if need be. */
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { LEAVE_GROUP } from '../../protocol/messages/13-leave-group.ts'
import type { Handler } from '../handler.ts'

type Response = ValueOf<(typeof LEAVE_GROUP)['response']>

const SINCE_SEVERAL = 3

export const handleLeaveGroup: Handler<typeof LEAVE_GROUP> = (request, { apiVersion }, broker) => {
  const { groupId } = request
  const hasSeveral = apiVersion >= SINCE_SEVERAL
  const members = hasSeveral
    ? request.members
    : [{ memberId: request.memberId, groupInstanceId: null }]
  const shard = groupId === '' ? 'INVALID_GROUP_ID' : broker.groups.shardOf(groupId)
  if (typeof shard === 'string') return failed(shard)
  const leaving = members.map(({ memberId, groupInstanceId }) => {
    return { memberId, groupInstanceId: groupInstanceId ?? undefined }
  })
  const left = shard.coordinator.leave(groupId, leaving, broker.clock.nowMs())
  if (left === undefined) return failed('UNKNOWN_MEMBER_ID')
  shard.run(left.coordinated)
  broker.groups.scheduleTick()
  if (!hasSeveral) return failed(left.errors[0]!)
  const answers = members.map(({ memberId, groupInstanceId }, index) => {
    return { memberId, groupInstanceId, errorCode: ERROR_CODES[left.errors[index]!] }
  })
  return { throttleTimeMs: 0, errorCode: ERROR_CODES.NONE, members: answers }
}

function failed(error: ErrorName): Response {
  return { throttleTimeMs: 0, errorCode: ERROR_CODES[error], members: [] }
}
