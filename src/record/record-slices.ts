/**
 * A record to be written, as slices of bytes that others own: whoever reads a million records a second has one such
 * object and moves it along. What takes it copies what it wants to keep.
 */
import type { RecordHeader } from './record-cursor.ts'

export interface RecordSlices {
  /** Milliseconds since 1970, −1 for none; a bigint only where no number is exact. */
  readonly timestamp: number | bigint
  readonly keyBytes: Buffer
  readonly keyStart: number
  /** −1 for a null key. */
  readonly keySize: number
  readonly valueBytes: Buffer
  readonly valueStart: number
  /** −1 for a null value. */
  readonly valueSize: number
  readonly headers: readonly RecordHeader[]
}
