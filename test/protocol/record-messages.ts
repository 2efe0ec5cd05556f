/** Every message that records hold, by the name that Apache Kafka gives it. */
import { CONSUMER_OFFSETS_RECORDS } from '../../src/coordinator/consumer-offsets-records.ts'
import type { CoordinatorRecordTypes } from '../../src/coordinator/coordinator-record.ts'
import { SHARE_STATE_RECORDS } from '../../src/coordinator/share-state-record-types.ts'
import { TRANSACTION_LOG_RECORDS } from '../../src/coordinator/transaction-log-record-types.ts'
import type { FramedRecordTypes } from '../../src/metadata/framed-record.ts'
import { METADATA_RECORDS } from '../../src/metadata/metadata-record-types.ts'
import { REMOTE_LOG_RECORDS } from '../../src/metadata/remote-log-record-types.ts'
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
} from '../../src/protocol/consumer-protocol.ts'
import {
  controlRecordKey,
  endTxnMarker,
  kRaftVersionRecord,
  leaderChangeMessage,
  snapshotFooterRecord,
  snapshotHeaderRecord,
  votersRecord,
} from '../../src/protocol/control-record.ts'
import type { Message } from '../../src/protocol/message.ts'

export const RECORD_MESSAGES: Readonly<Record<string, Message<unknown>>> = {
  ConsumerProtocolAssignment: consumerProtocolAssignment,
  ConsumerProtocolSubscription: consumerProtocolSubscription,
  ControlRecordTypeSchema: controlRecordKey,
  EndTxnMarker: endTxnMarker,
  KRaftVersionRecord: kRaftVersionRecord,
  LeaderChangeMessage: leaderChangeMessage,
  SnapshotFooterRecord: snapshotFooterRecord,
  SnapshotHeaderRecord: snapshotHeaderRecord,
  VotersRecord: votersRecord,
  ...keysAndValues(CONSUMER_OFFSETS_RECORDS),
  ...keysAndValues(TRANSACTION_LOG_RECORDS),
  ...keysAndValues(SHARE_STATE_RECORDS),
  ...framed(METADATA_RECORDS),
  ...framed(REMOTE_LOG_RECORDS),
}

function keysAndValues(types: CoordinatorRecordTypes): Record<string, Message<unknown>> {
  const named = Object.entries(types).flatMap(([name, { key, value }]) => [
    [`${name}Key`, key] as const,
    [`${name}Value`, value] as const,
  ])
  return Object.fromEntries(named)
}

function framed(types: FramedRecordTypes): Record<string, Message<unknown>> {
  return Object.fromEntries(Object.entries(types).map(([name, { message }]) => [name, message]))
}
