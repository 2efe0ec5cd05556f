/** From a batch to its records, whatever the format. */
import { AssertionError } from '../base/errors.ts'
import type { DecodeLimits } from '../base/limits.ts'
import { int8At } from '../binary/big-endian.ts'
import { MAGIC_AT, MAGIC_V2, type RecordBatch } from './batch.ts'
import { BatchV2 } from './batch-v2.ts'
import { LegacyCursor } from './legacy-cursor.ts'
import { LegacyMessage } from './legacy-message.ts'
import type { RecordCursor } from './record-cursor.ts'
import { V2Cursor } from './v2-cursor.ts'

/** The entry that begins at `start`; as Kafka's file reader, takes any magic from 2 up for v2. */
export function batchAt(buffer: Buffer, start: number): BatchV2 | LegacyMessage {
  const magic = int8At(buffer, start + MAGIC_AT)
  return magic >= MAGIC_V2 ? new BatchV2(buffer, start) : new LegacyMessage(buffer, start)
}

/**
 * @throws CorruptDataError where a compressed payload can't be decoded
 * @throws LimitError where it would take more than `limits` allow
 */
export function recordsOf(batch: RecordBatch, limits: DecodeLimits): RecordCursor {
  if (batch instanceof BatchV2) return new V2Cursor(batch, limits)
  if (batch instanceof LegacyMessage) return new LegacyCursor(batch, limits)
  throw new AssertionError(`no cursor for magic ${batch.magic}`)
}

/** Steps through all records; the cursor handed out is one and the same. */
export function* eachRecord(batch: RecordBatch, limits: DecodeLimits): Generator<RecordCursor> {
  const cursor = recordsOf(batch, limits)
  while (cursor.next()) yield cursor
}
