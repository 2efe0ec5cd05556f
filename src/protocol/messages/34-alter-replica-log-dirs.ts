/**
 * Source: AlterReplicaLogDirsRequest.json, AlterReplicaLogDirsResponse.json (clients, Kafka 4.3)
 */
import { array, int16, int32, string, struct } from '../field.ts'
import { message, versions } from '../message.ts'
import type { Api } from './api.ts'

export const ALTER_REPLICA_LOG_DIRS = {
  key: 34,
  name: 'AlterReplicaLogDirs',
  request: message(versions(2, { oldest: 1, flexible: 2 }), {
    dirs: array(
      struct({ path: string, topics: array(struct({ name: string, partitions: array(int32) })) }),
    ),
  }),
  response: message(versions(2, { oldest: 1, flexible: 2 }), {
    throttleTimeMs: int32,
    results: array(
      struct({
        topicName: string,
        partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
      }),
    ),
  }),
} satisfies Api
