/**
 * Metadata records as the batches that KRaft keeps them in, uncompressed: of the log, of its snapshots, and of
 * `bootstrap.checkpoint`, the snapshot that a fresh cluster begins with.
 *
 * | batch of a snapshot | holds                                       | offsets            |
 * |---------------------|---------------------------------------------|--------------------|
 * | 1                   | control record SnapshotHeader               | 0                  |
 * | 2 …                 | metadata records                            | 1 …                |
 * | last                | control record SnapshotFooter               | the one after them |
 *
 * Source: org.apache.kafka.raft.internals.BatchBuilder, org.apache.kafka.snapshot.RecordsSnapshotWriter,
 * org.apache.kafka.metadata.util.BatchFileWriter
 */
import { assert } from '../base/errors.ts'
import { ZERO_UUID } from '../binary/uuid.ts'
import {
  leaderChangeRecord,
  snapshotFooter,
  snapshotHeader,
  type ControlRecordBytes,
} from '../protocol/control-record.ts'
import { BatchBuilder } from '../record/batch-builder.ts'
import { BATCH_HEADER } from '../record/batch-v2.ts'
import { metadataSerde, type MetadataRecord } from './metadata-records.ts'

/** What a controller appends at once. */
export const METADATA_BATCH_BYTES_MAX = 8 * 2 ** 20

export interface MetadataBatchOptions {
  readonly leaderEpoch: number
  /** Milliseconds since 1970. */
  readonly timestamp: bigint
  /** 0 for whoever has a log that assigns offsets. */
  readonly baseOffset?: bigint
}

/** Records that count together or not at all: a batch is on disk whole, or is cut off. */
export function metadataBatch(
  records: readonly MetadataRecord[],
  { leaderEpoch, timestamp, baseOffset = 0n }: MetadataBatchOptions,
): Buffer {
  const builder = new BatchBuilder({ partitionLeaderEpoch: leaderEpoch })
  for (const record of records) {
    builder.add({ timestamp, key: null, value: metadataSerde.encode(record), headers: [] })
  }
  assert(
    builder.uncompressedSize <= METADATA_BATCH_BYTES_MAX,
    'a controller would append it at once',
  )
  return at(baseOffset, builder.build())
}

/** What a leader's term begins with. */
export function leaderChangeBatch(
  leaderId: number,
  voters: readonly number[],
  options: MetadataBatchOptions,
): Buffer {
  const members = voters.map(voterId => ({ voterId, voterDirectoryId: ZERO_UUID }))
  const value = { version: 0, leaderId, voters: members, grantingVoters: members }
  return controlBatch(leaderChangeRecord(value), options)
}

/** Of a snapshot, or of `bootstrap.checkpoint`, for which epoch and `lastContainedLogTimestamp` are 0. */
export function snapshotBatches(
  records: readonly MetadataRecord[],
  {
    lastContainedLogTimestamp = 0n,
    ...options
  }: Omit<MetadataBatchOptions, 'baseOffset'> & { readonly lastContainedLogTimestamp?: bigint },
): Buffer[] {
  const header = snapshotHeader({ version: 0, lastContainedLogTimestamp })
  const footerOffset = 1n + BigInt(records.length)
  return [
    controlBatch(header, options),
    ...(records.length === 0 ? [] : [metadataBatch(records, { ...options, baseOffset: 1n })]),
    controlBatch(snapshotFooter({ version: 0 }), { ...options, baseOffset: footerOffset }),
  ]
}

function controlBatch(
  { key, value }: ControlRecordBytes,
  { leaderEpoch, timestamp, baseOffset = 0n }: MetadataBatchOptions,
): Buffer {
  const builder = new BatchBuilder({ partitionLeaderEpoch: leaderEpoch, isControl: true })
  builder.add({ timestamp, key, value, headers: [] })
  return at(baseOffset, builder.build())
}

/** The offset lies outside the checksum. */
function at(baseOffset: bigint, batch: Buffer): Buffer {
  batch.writeBigInt64BE(baseOffset, BATCH_HEADER.offsetOf.baseOffset)
  return batch
}
