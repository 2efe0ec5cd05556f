/** A group of the classic protocol: one record holds all of it. */
import {
  classicMembers,
  type GroupMetadataValue,
} from '../../coordinator/consumer-offsets-records.ts'
import { CONSUMER_PROTOCOL_TYPE, type Assignment } from '../../protocol/consumer-protocol.ts'
import { type ClassicGroup } from './group.ts'
import { NOTHING_ASSIGNED } from './group-member.ts'

/** Before its first rebalance, and for ever where it has no members. */
export const SIMPLE_GROUP: ClassicGroup = {
  type: 'classic',
  protocolType: null,
  protocol: null,
  generation: 0,
  leader: null,
  stateTimestamp: undefined,
  members: [],
  subscribedTopics: undefined,
}

export function classicGroupOf(value: GroupMetadataValue): ClassicGroup {
  const { protocolType, currentStateTimestamp } = value
  const members = classicMembers(value)
  const subscriptions = members.map(({ decodedSubscription }) => decodedSubscription?.topics)
  const isOfConsumers = protocolType === CONSUMER_PROTOCOL_TYPE
  const isKnown = isOfConsumers && subscriptions.every(topics => topics !== undefined)
  return {
    type: 'classic',
    protocolType: protocolType === '' ? null : protocolType,
    protocol: value.protocol,
    generation: value.generation,
    leader: value.leader,
    stateTimestamp: currentStateTimestamp < 0n ? undefined : currentStateTimestamp,
    members: members.map(member => ({
      memberId: member.memberId,
      instanceId: member.groupInstanceId,
      rackId: member.decodedSubscription?.rackId ?? null,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs:
        member.rebalanceTimeout < 0 ? member.sessionTimeout : member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      ...(member.decodedSubscription && { subscribedTopics: member.decodedSubscription.topics }),
      assigned: assignedTo(member.decodedAssignment),
    })),
    subscribedTopics: isKnown ? new Set(subscriptions.flat()) : undefined,
  }
}

function assignedTo(assignment: Assignment | null) {
  if (assignment === null) return NOTHING_ASSIGNED
  const topics = assignment.assignedPartitions.map(({ topic, partitions }) => ({
    name: topic,
    partitions,
  }))
  return { topics }
}
