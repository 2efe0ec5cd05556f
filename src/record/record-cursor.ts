/**
 * Walks the records of one batch without building an object for each: the cursor is the record it stands on, its
 * fields change with every `next()`. What a caller wants to keep, it copies.
 */
export interface RecordHeader {
  readonly key: Buffer
  readonly value: Buffer | null
}

export interface RecordCursor {
  /**
   * Steps to the next record, or returns false behind the last.
   *
   * @throws CorruptDataError where the records are not what the batch declares; its position counts from the batch's
   *   first byte (for a compressed batch it is the payload's beginning, and the reason says where in the payload).
   */
  next(): boolean
  /** Back before the first record. */
  rewind(): void
  /** Holds the current record's key and value. */
  readonly bytes: Buffer
  readonly keyStart: number
  /** −1 for a null key. */
  readonly keySize: number
  readonly valueStart: number
  /** −1 for a null value. */
  readonly valueSize: number
  readonly offset: bigint
  /** The offset as a number; NaN beyond 2⁵³. */
  readonly offsetNumber: number
  /** Milliseconds since 1970, −1 for none. */
  readonly timestamp: bigint
  /** The timestamp as a number; NaN beyond 2⁵³. */
  readonly timestampNumber: number
  /** Producer's sequence number, −1 for none. */
  readonly sequence: number
  /** Bytes that the record takes, decompressed, its own overhead included. */
  readonly size: number
  readonly headerCount: number
  headers(): RecordHeader[]
  /** v0/v1 messages carry a checksum each. */
  checksum(): MessageChecksum | undefined
}

export interface MessageChecksum {
  readonly stored: number
  readonly isValid: boolean
}

export function keyOf(record: RecordCursor): Buffer | null {
  if (record.keySize < 0) return null
  return record.bytes.subarray(record.keyStart, record.keyStart + record.keySize)
}

export function valueOf(record: RecordCursor): Buffer | null {
  if (record.valueSize < 0) return null
  return record.bytes.subarray(record.valueStart, record.valueStart + record.valueSize)
}
