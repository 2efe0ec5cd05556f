/**
 * `__remote_log_metadata`: which segments of which partitions are in remote storage (KIP-405). It
 * stands beside the cluster metadata because its records are framed alike.
 *
 * Kafka's tools print the objects that it makes of the records, as Java's `toString` shows them;
 * what those objects refuse (no leader epochs, an unknown state) is an error here too.
 *
 * Source: org.apache.kafka.server.log.remote.metadata.storage.serialization,
 * RemoteLogSegmentMetadata, RemoteLogSegmentMetadataUpdate, RemotePartitionDeleteMetadata,
 * RemoteLogSegmentMetadataSnapshot
 */
import { assertNever } from '../base/errors.ts'
import {
  type DumpedRecord,
  RefusedRecordError,
  type StoredRecord,
} from '../protocol/dumped-record.ts'
import type { ValueOf } from '../protocol/message.ts'
import { type FramedRecord, framedSerde } from './framed-record.ts'
import { REMOTE_LOG_RECORDS } from './remote-log-record-types.ts'

export type RemoteLogRecord = FramedRecord<typeof REMOTE_LOG_RECORDS>

export const remoteLogSerde = framedSerde(REMOTE_LOG_RECORDS)

/** By the id that `remoteLogSegmentState` holds. */
export const REMOTE_LOG_SEGMENT_STATES = [
  'COPY_SEGMENT_STARTED',
  'COPY_SEGMENT_FINISHED',
  'DELETE_SEGMENT_STARTED',
  'DELETE_SEGMENT_FINISHED',
] as const

/** By the id that `remotePartitionDeleteState` holds. */
export const REMOTE_PARTITION_DELETE_STATES = [
  'DELETE_PARTITION_MARKED',
  'DELETE_PARTITION_STARTED',
  'DELETE_PARTITION_FINISHED',
] as const

/** As `--remote-log-metadata-decoder` prints it. */
export function dumpRemoteLogRecord({ offset, value }: StoredRecord): DumpedRecord {
  try {
    if (value === null) throw nullValue()
    return { payload: remoteLogRecordText(remoteLogSerde.decode(value)) }
  } catch (error) {
    if (!(error instanceof RefusedRecordError)) throw error
    return { payload: `Error at offset ${offset}, skipping. ${error.javaMessage}` }
  }
}

/** @throws RefusedRecordError */
export function remoteLogRecordText(record: RemoteLogRecord): string {
  switch (record.type) {
    case 'RemoteLogSegmentMetadataRecord':
      return segmentText(record.value)
    case 'RemoteLogSegmentMetadataUpdateRecord':
      return updateText(record.value)
    case 'RemotePartitionDeleteMetadataRecord':
      return partitionDeleteText(record.value)
    case 'RemoteLogSegmentMetadataSnapshotRecord':
      return snapshotText(record.value)
    default:
      return assertNever(record)
  }
}

type Types = typeof REMOTE_LOG_RECORDS
type Segment = ValueOf<Types['RemoteLogSegmentMetadataRecord']['message']>
type Update = ValueOf<Types['RemoteLogSegmentMetadataUpdateRecord']['message']>
type PartitionDelete = ValueOf<Types['RemotePartitionDeleteMetadataRecord']['message']>
type Snapshot = ValueOf<Types['RemoteLogSegmentMetadataSnapshotRecord']['message']>

function segmentText(segment: Segment): string {
  const { startOffset, endOffset } = segment
  if (startOffset < 0n) {
    throw refused(
      { what: 'start offset', found: String(startOffset), expected: '0 or more' },
      `Unexpected start offset = ${startOffset}. ` +
        'StartOffset for a remote segment cannot be negative',
    )
  }
  if (endOffset < startOffset) {
    throw refused(
      { what: 'end offset', found: String(endOffset), expected: `${startOffset} or more` },
      `Unexpected end offset = ${endOffset}. ` +
        `EndOffset for a remote segment cannot be less than startOffset = ${startOffset}`,
    )
  }
  const segmentLeaderEpochs = leaderEpochsText(segment.segmentLeaderEpochs)
  return javaText('RemoteLogSegmentMetadata', {
    remoteLogSegmentId: segmentIdText(segment.remoteLogSegmentId),
    startOffset,
    endOffset,
    brokerId: segment.brokerId,
    maxTimestampMs: segment.maxTimestampMs,
    eventTimestampMs: segment.eventTimestampMs,
    segmentLeaderEpochs,
    segmentSizeInBytes: segment.segmentSizeInBytes,
    customMetadata: customMetadataText(segment.customMetadata),
    state: segmentStateText(segment.remoteLogSegmentState),
    txnIdxEmpty: segment.txnIndexEmpty,
  })
}

function updateText(update: Update): string {
  return javaText('RemoteLogSegmentMetadataUpdate', {
    remoteLogSegmentId: segmentIdText(update.remoteLogSegmentId),
    customMetadata: customMetadataText(update.customMetadata),
    state: segmentStateText(update.remoteLogSegmentState),
    eventTimestampMs: update.eventTimestampMs,
    brokerId: update.brokerId,
  })
}

function partitionDeleteText(deletion: PartitionDelete): string {
  const state = REMOTE_PARTITION_DELETE_STATES[deletion.remotePartitionDeleteState]
  if (state === undefined) throw unknownState(deletion.remotePartitionDeleteState, 'null')
  return javaText('RemotePartitionDeleteMetadata', {
    topicPartition: partitionText(deletion.topicIdPartition),
    state,
    eventTimestampMs: deletion.eventTimestampMs,
    brokerId: deletion.brokerId,
  })
}

function snapshotText(snapshot: Snapshot): string {
  const state = segmentStateText(snapshot.remoteLogSegmentState)
  return javaText('RemoteLogSegmentMetadataSnapshot', {
    segmentId: snapshot.segmentId,
    startOffset: snapshot.startOffset,
    endOffset: snapshot.endOffset,
    maxTimestampMs: snapshot.maxTimestampMs,
    segmentLeaderEpochs: leaderEpochsText(snapshot.segmentLeaderEpochs),
    segmentSizeInBytes: snapshot.segmentSizeInBytes,
    customMetadata: customMetadataText(snapshot.customMetadata),
    state,
    txnIdxEmpty: snapshot.txnIndexEmpty,
  })
}

function javaText(name: string, parts: Readonly<Record<string, unknown>>): string {
  const texts = Object.entries(parts).map(([part, value]) => `${part}=${String(value)}`)
  return `${name}{${texts.join(', ')}}`
}

function segmentIdText({ topicIdPartition, id }: Segment['remoteLogSegmentId']): string {
  return javaText('RemoteLogSegmentId', { topicIdPartition: partitionText(topicIdPartition), id })
}

function partitionText({ id, name, partition }: PartitionDelete['topicIdPartition']): string {
  return `${id}:${name}-${partition}`
}

/** As of a sorted map: one entry an epoch, the last one given. */
function leaderEpochsText(epochs: Segment['segmentLeaderEpochs']): string {
  if (epochs.length === 0) {
    throw refused(
      { what: 'segment leader epochs', found: 'none', expected: 'one or more' },
      'segmentLeaderEpochs can not be null or empty',
    )
  }
  const offsets = new Map(epochs.map(({ leaderEpoch, offset }) => [leaderEpoch, offset]))
  const entries = [...offsets].sort(([one], [other]) => one - other)
  return `{${entries.map(([epoch, offset]) => `${epoch}=${offset}`).join(', ')}}`
}

function customMetadataText(metadata: Buffer | null): string {
  if (metadata === null) return 'Optional.empty'
  return `Optional[CustomMetadata{${metadata.length} bytes}]`
}

function segmentStateText(id: number): string {
  const state = REMOTE_LOG_SEGMENT_STATES[id]
  if (state === undefined) throw unknownState(id, 'state can not be null')
  return state
}

function unknownState(id: number, javaMessage: string): RefusedRecordError {
  return refused({ what: 'state', found: String(id), expected: 'a known one' }, javaMessage)
}

/** The words of the virtual machine itself. */
function nullValue(): RefusedRecordError {
  return refused(
    { what: 'value', found: 'null', expected: 'a record' },
    'Cannot invoke "java.nio.ByteBuffer.remaining()" because the return value of ' +
      '"org.apache.kafka.common.record.internal.Record.value()" is null',
  )
}

function refused(
  { what, found, expected }: { what: string; found: string; expected: string },
  javaMessage: string,
): RefusedRecordError {
  return new RefusedRecordError({ position: 0, reason: what, found, expected }, javaMessage)
}
