/**
 * Records of `__consumer_offsets` that streams groups write (KIP-1071): types 17 to 23.
 *
 * Source: StreamsGroupMetadataKey.json … StreamsGroupTopologyValue.json (group-coordinator, Kafka
 * 4.3)
 */
import { array, int16, int32, int64, int8, string, struct, uint16 } from '../protocol/field.ts'
import { message, versions } from '../protocol/message.ts'
import type { CoordinatorRecordTypes } from './coordinator-record.ts'
import { groupKey, memberKey } from './group-keys.ts'

const V0 = versions(0, { flexible: 0 })

const endpoint = struct({ host: string, port: uint16 })

const keyValue = struct({ key: string, value: string })

const taskIds = struct({ subtopologyId: string, partitions: array(int32) })

const taskIdEpochs = struct({
  subtopologyId: string,
  partitions: array(int32),
  assignmentEpochs: array(int32).nullable().tagged(0),
})

const topicInfo = struct({
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(keyValue),
})

export const STREAMS_GROUP_RECORDS = {
  StreamsGroupMetadata: {
    id: 17,
    key: groupKey,
    value: message(V0, {
      epoch: int32,
      metadataHash: int64,
      validatedTopologyEpoch: int32.tagged(0).or(-1),
      lastAssignmentConfigs: array(keyValue).nullable().tagged(1),
    }),
  },
  StreamsGroupMemberMetadata: {
    id: 19,
    key: memberKey,
    value: message(V0, {
      instanceId: string.nullable(),
      rackId: string.nullable(),
      clientId: string,
      clientHost: string,
      rebalanceTimeoutMs: int32.or(-1),
      topologyEpoch: int32,
      processId: string,
      userEndpoint: endpoint.nullable().or(null),
      clientTags: array(keyValue),
    }),
  },
  StreamsGroupTargetAssignmentMetadata: {
    id: 20,
    key: groupKey,
    value: message(V0, {
      assignmentEpoch: int32,
      assignmentTimestamp: int64.tagged(0).ignorable(),
    }),
  },
  StreamsGroupTargetAssignmentMember: {
    id: 21,
    key: memberKey,
    value: message(V0, {
      activeTasks: array(taskIds),
      standbyTasks: array(taskIds),
      warmupTasks: array(taskIds),
    }),
  },
  StreamsGroupCurrentMemberAssignment: {
    id: 22,
    key: memberKey,
    value: message(V0, {
      memberEpoch: int32,
      previousMemberEpoch: int32,
      state: int8,
      activeTasks: array(taskIdEpochs),
      standbyTasks: array(taskIdEpochs),
      warmupTasks: array(taskIdEpochs),
      activeTasksPendingRevocation: array(taskIdEpochs),
      standbyTasksPendingRevocation: array(taskIdEpochs),
      warmupTasksPendingRevocation: array(taskIdEpochs),
    }),
  },
  StreamsGroupTopology: {
    id: 23,
    key: groupKey,
    value: message(V0, {
      epoch: int32,
      subtopologies: array(
        struct({
          subtopologyId: string,
          sourceTopics: array(string),
          sourceTopicRegex: array(string),
          stateChangelogTopics: array(topicInfo),
          repartitionSinkTopics: array(string),
          repartitionSourceTopics: array(topicInfo),
          copartitionGroups: array(
            struct({
              sourceTopics: array(int16),
              sourceTopicRegex: array(int16),
              repartitionSourceTopics: array(int16),
            }),
          ),
        }),
      ),
    }),
  },
} as const satisfies CoordinatorRecordTypes
