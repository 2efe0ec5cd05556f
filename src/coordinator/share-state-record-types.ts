/**
 * The records of `__share_group_state` (KIP-932).
 *
 * Source: ShareSnapshotKey.json … ShareUpdateValue.json (share-coordinator, Kafka 4.3)
 */
import { array, int16, int32, int64, int8, string, struct, uuid } from '../protocol/field.ts'
import { message, versions } from '../protocol/message.ts'
import type { CoordinatorRecordTypes } from './coordinator-record.ts'

const V0 = versions(0, { flexible: 0 })

const sharePartitionKey = message(versions(0), {
  groupId: string,
  topicId: uuid,
  partition: int32,
})

const stateBatch = struct({
  firstOffset: int64,
  lastOffset: int64,
  deliveryState: int8,
  deliveryCount: int16,
})

export const SHARE_STATE_RECORDS = {
  ShareSnapshot: {
    id: 0,
    key: sharePartitionKey,
    value: message(V0, {
      snapshotEpoch: int32,
      stateEpoch: int32,
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: int32.tagged(0).or(-1),
      createTimestamp: int64,
      writeTimestamp: int64,
      stateBatches: array(stateBatch),
    }),
  },
  ShareUpdate: {
    id: 1,
    key: sharePartitionKey,
    value: message(V0, {
      snapshotEpoch: int32,
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: int32.tagged(0).or(-1),
      stateBatches: array(stateBatch),
    }),
  },
} as const satisfies CoordinatorRecordTypes
