/**
 * JoinGroup 0–9: the answer comes when the group has come together. A new member has to come back with the id that it
 * is given since v4; static members since v5; protocols told since v7; since v9 a leader may have nothing to assign.
 */
import { ERROR_CODES } from '../../protocol/error-codes.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { JOIN_GROUP } from '../../protocol/messages/11-join-group.ts'
import type { JoinOutcome } from '../../coordinator/group-member.ts'
import type { Handler } from '../handler.ts'

type Response = ValueOf<(typeof JOIN_GROUP)['response']>

const SINCE_KNOWN_IDS = 4
const SINCE_NULL_PROTOCOL = 7
const SINCE_SKIPPING = 9

export const handleJoinGroup: Handler<typeof JOIN_GROUP> = async (request, context, broker) => {
  const { apiVersion, clientId, clientHost } = context
  const { groupId, memberId, sessionTimeoutMs, protocolType, protocols } = request
  const shard = groupId === '' ? 'INVALID_GROUP_ID' : broker.groups.shardOf(groupId)
  if (typeof shard === 'string') return answerOf({ error: shard, memberId }, apiVersion)
  const { answer, reply } = shard.reply<JoinOutcome>()
  const join = {
    groupId,
    memberId,
    groupInstanceId: request.groupInstanceId ?? undefined,
    clientId,
    clientHost: `/${clientHost}`,
    sessionTimeoutMs,
    rebalanceTimeoutMs:
      request.rebalanceTimeoutMs < 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
    protocolType,
    protocols,
    isIdRequired: apiVersion >= SINCE_KNOWN_IDS,
    canSkipAssignment: apiVersion >= SINCE_SKIPPING,
  }
  shard.run(shard.coordinator.join(join, broker.clock.nowMs(), reply))
  broker.groups.scheduleTick()
  return answerOf(await answer, apiVersion)
}

function answerOf(outcome: JoinOutcome, apiVersion: number): Response {
  if (outcome.error === undefined) {
    return {
      throttleTimeMs: 0,
      errorCode: ERROR_CODES.NONE,
      ...outcome,
      members: [...outcome.members],
    }
  }
  return {
    throttleTimeMs: 0,
    errorCode: ERROR_CODES[outcome.error],
    generationId: -1,
    protocolType: null,
    protocolName: apiVersion >= SINCE_NULL_PROTOCOL ? null : '',
    leader: '',
    skipAssignment: false,
    memberId: outcome.memberId,
    members: [],
  }
}
