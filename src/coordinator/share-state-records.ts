/**
 * `__share_group_state`: how far each share group has acknowledged each partition (KIP-932), as
 * snapshots and updates.
 *
 * Source: org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
 * DumpLogSegments.ShareGroupStateMessageParser
 */
import type { DumpedRecord, StoredRecord } from '../protocol/dumped-record.ts'
import { type CoordinatorRecord, coordinatorSerde } from './coordinator-record.ts'
import { dumpCoordinatorRecord } from './dump-coordinator-record.ts'
import { SHARE_STATE_RECORDS } from './share-state-record-types.ts'

export type ShareStateRecord = CoordinatorRecord<typeof SHARE_STATE_RECORDS>

export const shareStateSerde = coordinatorSerde(SHARE_STATE_RECORDS)

/** As `--share-group-state-decoder` prints it. */
export function dumpShareStateRecord(record: StoredRecord): DumpedRecord {
  return dumpCoordinatorRecord(shareStateSerde, record)
}
