/** The batches of a file that a real Kafka wrote. */
import fs from 'node:fs'
import { DEFAULT_DECODE_LIMITS } from '../../src/base/limits.ts'
import { INT64_MAX } from '../../src/binary/big-endian.ts'
import { decodeMetadataRecord, type MetadataRecord } from '../../src/metadata/metadata-records.ts'
import { BatchV2 } from '../../src/record/batch-v2.ts'
import { keyOf, valueOf } from '../../src/record/record-cursor.ts'
import { recordsOf } from '../../src/record/records.ts'

export interface StoredPair {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

export function batchesOf(path: string): BatchV2[] {
  return batchesIn(fs.readFileSync(path))
}

export function batchesIn(bytes: Buffer): BatchV2[] {
  const batches: BatchV2[] = []
  for (let at = 0; at < bytes.length; at += batches.at(-1)!.size) {
    batches.push(new BatchV2(bytes, at))
  }
  return batches
}

export function bytesOf({ buffer, start, size }: BatchV2): Buffer {
  return buffer.subarray(start, start + size)
}

export function pairsOf(batch: BatchV2): StoredPair[] {
  const records = recordsOf(batch, DEFAULT_DECODE_LIMITS)
  const pairs: StoredPair[] = []
  while (records.next()) pairs.push({ key: keyOf(records), value: valueOf(records) })
  return pairs
}

/** @param before offset, exclusive; of a whole batch */
export function metadataRecordsOf(path: string, before = INT64_MAX): MetadataRecord[] {
  return batchesOf(path)
    .filter(batch => !batch.isControl && batch.lastOffset < before)
    .flatMap(batch => pairsOf(batch).map(({ value }) => decodeMetadataRecord(value)))
}
