/** Which APIs are served, and by what. */
import type { Api } from '../protocol/messages/api.ts'
import { APIS } from '../protocol/messages/apis.ts'
import type { Handler } from './handler.ts'
import { handleProduce } from './handlers/00-produce.ts'
import { handleFetch } from './handlers/01-fetch.ts'
import { handleListOffsets } from './handlers/02-list-offsets.ts'
import { handleMetadata } from './handlers/03-metadata.ts'
import { handleOffsetCommit } from './handlers/08-offset-commit.ts'
import { handleOffsetFetch } from './handlers/09-offset-fetch.ts'
import { handleFindCoordinator } from './handlers/10-find-coordinator.ts'
import { handleJoinGroup } from './handlers/11-join-group.ts'
import { handleHeartbeat } from './handlers/12-heartbeat.ts'
import { handleLeaveGroup } from './handlers/13-leave-group.ts'
import { handleSyncGroup } from './handlers/14-sync-group.ts'
import { handleDescribeGroups } from './handlers/15-describe-groups.ts'
import { handleListGroups } from './handlers/16-list-groups.ts'
import { apiVersionsHandler } from './handlers/18-api-versions.ts'
import { handleCreateTopics } from './handlers/19-create-topics.ts'
import { handleDeleteTopics } from './handlers/20-delete-topics.ts'
import { handleDeleteRecords } from './handlers/21-delete-records.ts'
import { handleInitProducerId } from './handlers/22-init-producer-id.ts'
import { handleOffsetForLeaderEpoch } from './handlers/23-offset-for-leader-epoch.ts'
import { handleDescribeConfigs } from './handlers/32-describe-configs.ts'
import { handleAlterConfigs } from './handlers/33-alter-configs.ts'
import { handleDescribeLogDirs } from './handlers/35-describe-log-dirs.ts'
import { handleCreatePartitions } from './handlers/37-create-partitions.ts'
import { handleDeleteGroups } from './handlers/42-delete-groups.ts'
import { handleElectLeaders } from './handlers/43-elect-leaders.ts'
import { handleIncrementalAlterConfigs } from './handlers/44-incremental-alter-configs.ts'
import { handleAlterPartitionReassignments } from './handlers/45-alter-partition-reassignments.ts'
import { handleListPartitionReassignments } from './handlers/46-list-partition-reassignments.ts'
import { handleOffsetDelete } from './handlers/47-offset-delete.ts'
import { handleDescribeQuorum } from './handlers/55-describe-quorum.ts'
import { handleDescribeCluster } from './handlers/60-describe-cluster.ts'
import { handleDescribeProducers } from './handlers/61-describe-producers.ts'
import { handleListConfigResources } from './handlers/74-list-config-resources.ts'
import { handleDescribeTopicPartitions } from './handlers/75-describe-topic-partitions.ts'

type Handlers = { readonly [A in (typeof APIS)[number] as A['name']]?: Handler<A> }

const HANDLERS: Handlers = {
  Produce: handleProduce,
  Fetch: handleFetch,
  ListOffsets: handleListOffsets,
  Metadata: handleMetadata,
  OffsetCommit: handleOffsetCommit,
  OffsetFetch: handleOffsetFetch,
  FindCoordinator: handleFindCoordinator,
  JoinGroup: handleJoinGroup,
  Heartbeat: handleHeartbeat,
  LeaveGroup: handleLeaveGroup,
  SyncGroup: handleSyncGroup,
  DescribeGroups: handleDescribeGroups,
  ListGroups: handleListGroups,
  ApiVersions: apiVersionsHandler(() => SERVED_APIS, servedVersions),
  CreateTopics: handleCreateTopics,
  DeleteTopics: handleDeleteTopics,
  DeleteRecords: handleDeleteRecords,
  InitProducerId: handleInitProducerId,
  OffsetForLeaderEpoch: handleOffsetForLeaderEpoch,
  DescribeConfigs: handleDescribeConfigs,
  AlterConfigs: handleAlterConfigs,
  DescribeLogDirs: handleDescribeLogDirs,
  CreatePartitions: handleCreatePartitions,
  DeleteGroups: handleDeleteGroups,
  ElectLeaders: handleElectLeaders,
  IncrementalAlterConfigs: handleIncrementalAlterConfigs,
  AlterPartitionReassignments: handleAlterPartitionReassignments,
  ListPartitionReassignments: handleListPartitionReassignments,
  OffsetDelete: handleOffsetDelete,
  DescribeQuorum: handleDescribeQuorum,
  DescribeCluster: handleDescribeCluster,
  DescribeProducers: handleDescribeProducers,
  ListConfigResources: handleListConfigResources,
  DescribeTopicPartitions: handleDescribeTopicPartitions,
}

/** In the order of their keys. */
export const SERVED_APIS: readonly Api[] = APIS.filter(({ name }) => HANDLERS[name] !== undefined)

/** Versions that Kafka 4.3 knows and does not offer, as they may change yet: the newest that it does. */
const NEWEST_STABLE: ReadonlyMap<string, number> = new Map([['InitProducerId', 5]])

export function servedVersions({ name, request }: Api): { oldest: number; newest: number } {
  return { oldest: request.oldest, newest: NEWEST_STABLE.get(name) ?? request.newest }
}

const BY_KEY: ReadonlyMap<number, Api> = new Map(SERVED_APIS.map(api => [api.key, api]))

export function apiOf(key: number): Api | undefined {
  return BY_KEY.get(key)
}

export function handlerOf({ name }: Api): unknown {
  return HANDLERS[name as keyof Handlers]
}
