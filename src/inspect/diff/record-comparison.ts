/** Two records with the same offset, field by field. */
import type { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import type { RecordCursor, RecordHeader } from '../../record/record-cursor.ts'

export interface PlacedRecord {
  readonly batch: BatchV2 | LegacyMessage
  readonly record: RecordCursor
}

/** By the names that records have in JSON; none where they are the same, but for the leader's epoch. */
export function differingFields(a: PlacedRecord, b: PlacedRecord): string[] {
  const fields: string[] = []
  const note = (name: string, isSame: boolean) => {
    if (!isSame) fields.push(name)
  }
  note('timestamp', a.record.timestamp === b.record.timestamp)
  note('timestampType', a.batch.timestampType === b.batch.timestampType)
  note('headers', haveSameHeaders(a.record, b.record))
  note('key', haveSameKey(a.record, b.record))
  note('value', haveSameValue(a.record, b.record))
  note('producerId', a.batch.producerId === b.batch.producerId)
  note('producerEpoch', a.batch.producerEpoch === b.batch.producerEpoch)
  note('sequence', a.record.sequence === b.record.sequence)
  note('isTransactional', a.batch.isTransactional === b.batch.isTransactional)
  note('control', a.batch.isControl === b.batch.isControl)
  return fields
}

function haveSameKey(a: RecordCursor, b: RecordCursor): boolean {
  if (a.keySize !== b.keySize) return false
  return a.keySize <= 0 || isSame(a, a.keyStart, b, b.keyStart, a.keySize)
}

function haveSameValue(a: RecordCursor, b: RecordCursor): boolean {
  if (a.valueSize !== b.valueSize) return false
  return a.valueSize <= 0 || isSame(a, a.valueStart, b, b.valueStart, a.valueSize)
}

function isSame(
  { bytes }: RecordCursor,
  start: number,
  { bytes: others }: RecordCursor,
  otherStart: number,
  size: number,
): boolean {
  return bytes.compare(others, otherStart, otherStart + size, start, start + size) === 0
}

function haveSameHeaders(a: RecordCursor, b: RecordCursor): boolean {
  if (a.headerCount !== b.headerCount) return false
  if (a.headerCount === 0) return true
  const others = b.headers()
  return a.headers().every((header, at) => isSameHeader(header, others[at]!))
}

function isSameHeader(a: RecordHeader, b: RecordHeader): boolean {
  if (!a.key.equals(b.key)) return false
  if (a.value === null || b.value === null) return a.value === b.value
  return a.value.equals(b.value)
}
