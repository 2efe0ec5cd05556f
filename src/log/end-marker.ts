/** The control record that ends a transaction in a partition. */
import { DEFAULT_DECODE_LIMITS } from '../base/limits.ts'
import { decodeControlRecord } from '../protocol/control-record.ts'
import { RefusedRecordError } from '../protocol/dumped-record.ts'
import type { BatchV2 } from '../record/batch-v2.ts'
import { keyOf, valueOf } from '../record/record-cursor.ts'
import { V2Cursor } from '../record/v2-cursor.ts'

export interface EndMarker {
  readonly isAborted: boolean
  readonly coordinatorEpoch: number
  readonly timestamp: bigint
}

const NO_MARKER = 'a control batch of a producer that ends no transaction'

/**
 * Undefined where compaction has taken the record away, and the transaction with it.
 *
 * @param batch a control batch of a producer
 * @throws RefusedRecordError where it is no such marker
 * @throws CorruptDataError where the batch holds no record that can be read
 */
export function decodeEndMarker(batch: BatchV2): EndMarker | undefined {
  const record = new V2Cursor(batch, DEFAULT_DECODE_LIMITS)
  if (!record.next()) return undefined
  const control = decodeControlRecord(keyOf(record), valueOf(record))
  if (control.type !== 'ABORT' && control.type !== 'COMMIT') {
    const found = `control type ${control.type}`
    const damage = { position: 0, reason: NO_MARKER, found, expected: 'ABORT or COMMIT' }
    throw new RefusedRecordError(damage, `Invalid end transaction marker type ${control.type}`)
  }
  const { coordinatorEpoch } = control
  return { isAborted: control.type === 'ABORT', coordinatorEpoch, timestamp: record.timestamp }
}
