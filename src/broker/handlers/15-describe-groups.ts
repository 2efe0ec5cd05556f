/**
 * DescribeGroups 0–6: groups of the classic protocol with their members; what members say and were assigned while the
 * group is stable. One that is not there is Dead, or (v6) not found.
 */
import { ERROR_CODES, type ErrorName } from '../../protocol/error-codes.ts'
import type { ValueOf } from '../../protocol/message.ts'
import type { DESCRIBE_GROUPS } from '../../protocol/messages/15-describe-groups.ts'
import { type ClassicGroup, metadataOf } from '../../coordinator/classic-group.ts'
import type { Broker } from '../broker.ts'
import type { Handler } from '../handler.ts'

type Group = ValueOf<(typeof DESCRIBE_GROUPS)['response']>['groups'][number]

const SINCE_NOT_FOUND = 6
const UNKNOWN_OPERATIONS = -2147483648

export const handleDescribeGroups: Handler<typeof DESCRIBE_GROUPS> = (request, context, broker) => {
  const groups = request.groups.map(groupId => describe(groupId, context.apiVersion, broker))
  return { throttleTimeMs: 0, groups }
}

function describe(groupId: string, apiVersion: number, { groups }: Broker): Group {
  const shard = groupId === '' ? 'INVALID_GROUP_ID' : groups.shardOf(groupId)
  if (typeof shard === 'string') {
    // Without a topic of offsets there is no group that it could be.
    if (shard === 'COORDINATOR_NOT_AVAILABLE') return missing(groupId, apiVersion)
    return failed(groupId, shard, null)
  }
  const group = shard.coordinator.group(groupId)
  return group === undefined ? missing(groupId, apiVersion) : found(group)
}

function found(group: ClassicGroup): Group {
  const isStable = group.is('Stable')
  const { protocolName } = group
  const members = group.members.map(member => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId ?? null,
    clientId: member.clientId,
    clientHost: member.clientHost,
    memberMetadata: isStable ? metadataOf(member.protocols, protocolName) : NOTHING,
    memberAssignment: isStable ? member.assignment : NOTHING,
  }))
  return {
    ...failed(group.groupId, 'NONE', null),
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (protocolName ?? '') : '',
    members,
  }
}

const NOTHING = Buffer.alloc(0)

function missing(groupId: string, apiVersion: number): Group {
  const isNotFound = apiVersion >= SINCE_NOT_FOUND
  const message = isNotFound ? `Group ${groupId} not found.` : null
  const group = failed(groupId, isNotFound ? 'GROUP_ID_NOT_FOUND' : 'NONE', message)
  return { ...group, groupState: 'Dead' }
}

function failed(groupId: string, error: ErrorName, errorMessage: string | null): Group {
  return {
    errorCode: ERROR_CODES[error],
    errorMessage,
    groupId,
    groupState: '',
    protocolType: '',
    protocolData: '',
    members: [],
    authorizedOperations: UNKNOWN_OPERATIONS,
  }
}
