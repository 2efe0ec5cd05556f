import type { TimestampOffset } from './time-index.ts'

/** What the records of a segment say that its indexes should hold. */
export interface RecoveredIndexes {
  readonly offsets: Buffer
  readonly times: Buffer
  /** Of the transaction index; empty where no transaction was aborted. */
  readonly aborted: Buffer
  readonly greatest: TimestampOffset
}
