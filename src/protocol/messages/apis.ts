/** The APIs of Kafka's protocol that are spoken here, by their keys. */
import { PRODUCE } from './00-produce.ts'
import { FETCH } from './01-fetch.ts'
import { LIST_OFFSETS } from './02-list-offsets.ts'
import { METADATA } from './03-metadata.ts'
import { OFFSET_COMMIT } from './08-offset-commit.ts'
import { OFFSET_FETCH } from './09-offset-fetch.ts'
import { FIND_COORDINATOR } from './10-find-coordinator.ts'
import { JOIN_GROUP } from './11-join-group.ts'
import { HEARTBEAT } from './12-heartbeat.ts'
import { LEAVE_GROUP } from './13-leave-group.ts'
import { SYNC_GROUP } from './14-sync-group.ts'
import { DESCRIBE_GROUPS } from './15-describe-groups.ts'
import { LIST_GROUPS } from './16-list-groups.ts'
import { API_VERSIONS } from './18-api-versions.ts'
import { CREATE_TOPICS } from './19-create-topics.ts'
import { DELETE_TOPICS } from './20-delete-topics.ts'
import { DELETE_RECORDS } from './21-delete-records.ts'
import { INIT_PRODUCER_ID } from './22-init-producer-id.ts'
import { OFFSET_FOR_LEADER_EPOCH } from './23-offset-for-leader-epoch.ts'
import { DESCRIBE_CONFIGS } from './32-describe-configs.ts'
import { ALTER_CONFIGS } from './33-alter-configs.ts'
import { ALTER_REPLICA_LOG_DIRS } from './34-alter-replica-log-dirs.ts'
import { DESCRIBE_LOG_DIRS } from './35-describe-log-dirs.ts'
import { CREATE_PARTITIONS } from './37-create-partitions.ts'
import { DELETE_GROUPS } from './42-delete-groups.ts'
import { ELECT_LEADERS } from './43-elect-leaders.ts'
import { INCREMENTAL_ALTER_CONFIGS } from './44-incremental-alter-configs.ts'
import { ALTER_PARTITION_REASSIGNMENTS } from './45-alter-partition-reassignments.ts'
import { LIST_PARTITION_REASSIGNMENTS } from './46-list-partition-reassignments.ts'
import { OFFSET_DELETE } from './47-offset-delete.ts'
import { DESCRIBE_QUORUM } from './55-describe-quorum.ts'
import { DESCRIBE_CLUSTER } from './60-describe-cluster.ts'
import { DESCRIBE_PRODUCERS } from './61-describe-producers.ts'
import { LIST_CONFIG_RESOURCES } from './74-list-config-resources.ts'
import { DESCRIBE_TOPIC_PARTITIONS } from './75-describe-topic-partitions.ts'

export const APIS = [
  PRODUCE,
  FETCH,
  LIST_OFFSETS,
  METADATA,
  OFFSET_COMMIT,
  OFFSET_FETCH,
  FIND_COORDINATOR,
  JOIN_GROUP,
  HEARTBEAT,
  LEAVE_GROUP,
  SYNC_GROUP,
  DESCRIBE_GROUPS,
  LIST_GROUPS,
  API_VERSIONS,
  CREATE_TOPICS,
  DELETE_TOPICS,
  DELETE_RECORDS,
  INIT_PRODUCER_ID,
  OFFSET_FOR_LEADER_EPOCH,
  DESCRIBE_CONFIGS,
  ALTER_CONFIGS,
  ALTER_REPLICA_LOG_DIRS,
  DESCRIBE_LOG_DIRS,
  CREATE_PARTITIONS,
  DELETE_GROUPS,
  ELECT_LEADERS,
  INCREMENTAL_ALTER_CONFIGS,
  ALTER_PARTITION_REASSIGNMENTS,
  LIST_PARTITION_REASSIGNMENTS,
  OFFSET_DELETE,
  DESCRIBE_QUORUM,
  DESCRIBE_CLUSTER,
  DESCRIBE_PRODUCERS,
  LIST_CONFIG_RESOURCES,
  DESCRIBE_TOPIC_PARTITIONS,
] as const
