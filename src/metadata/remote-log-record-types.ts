/**
 * The records of `__remote_log_metadata` (KIP-405).
 *
 * Source: RemoteLogSegmentMetadataRecord.json … (storage, Kafka 4.3)
 */
import { array, bool, bytes, int32, int64, int8, string, struct, uuid } from '../protocol/field.ts'
import { message, versions } from '../protocol/message.ts'
import type { FramedRecordTypes } from './framed-record.ts'

const V0 = versions(0, { flexible: 0 })

const topicIdPartition = struct({ name: string, id: uuid, partition: int32 })

const remoteLogSegmentId = struct({ topicIdPartition, id: uuid })

const segmentLeaderEpoch = struct({ leaderEpoch: int32, offset: int64 })

export const REMOTE_LOG_RECORDS = {
  RemoteLogSegmentMetadataRecord: {
    id: 0,
    message: message(V0, {
      remoteLogSegmentId,
      startOffset: int64,
      endOffset: int64,
      brokerId: int32,
      maxTimestampMs: int64,
      eventTimestampMs: int64,
      segmentLeaderEpochs: array(segmentLeaderEpoch),
      segmentSizeInBytes: int32,
      customMetadata: bytes.nullable().or(null),
      remoteLogSegmentState: int8,
      txnIndexEmpty: bool.tagged(0),
    }),
  },
  RemoteLogSegmentMetadataUpdateRecord: {
    id: 1,
    message: message(V0, {
      remoteLogSegmentId,
      brokerId: int32,
      eventTimestampMs: int64,
      customMetadata: bytes.nullable().or(null),
      remoteLogSegmentState: int8,
    }),
  },
  RemotePartitionDeleteMetadataRecord: {
    id: 2,
    message: message(V0, {
      topicIdPartition,
      brokerId: int32,
      eventTimestampMs: int64,
      remotePartitionDeleteState: int8,
    }),
  },
  RemoteLogSegmentMetadataSnapshotRecord: {
    id: 3,
    message: message(V0, {
      segmentId: uuid,
      startOffset: int64,
      endOffset: int64,
      brokerId: int32,
      maxTimestampMs: int64,
      eventTimestampMs: int64,
      segmentLeaderEpochs: array(segmentLeaderEpoch),
      segmentSizeInBytes: int32,
      customMetadata: bytes.nullable().or(null),
      remoteLogSegmentState: int8,
      txnIndexEmpty: bool.tagged(0),
    }),
  },
} as const satisfies FramedRecordTypes
