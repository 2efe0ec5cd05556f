import { DEFAULT_DECODE_LIMITS } from '../../src/base/limits.ts'
import type { NewRecord } from '../../src/record/batch-builder.ts'
import type { BatchV2 } from '../../src/record/batch-v2.ts'
import { V2Cursor } from '../../src/record/v2-cursor.ts'

/** Copies. */
export function recordsOf(batch: BatchV2): NewRecord[] {
  const cursor = new V2Cursor(batch, DEFAULT_DECODE_LIMITS)
  const records: NewRecord[] = []
  const slice = (start: number, size: number) =>
    size < 0 ? null : Buffer.from(cursor.bytes.subarray(start, start + size))
  while (cursor.next()) {
    records.push({
      timestamp: cursor.timestamp,
      key: slice(cursor.keyStart, cursor.keySize),
      value: slice(cursor.valueStart, cursor.valueSize),
      headers: cursor.headers(),
    })
  }
  return records
}
