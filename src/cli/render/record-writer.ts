/** What becomes of records on their way out of `consume`, whatever they look like there. */
import type { PartitionCursor } from '../../inspect/consume/partition-cursor.ts'

export interface RecordWriter {
  /** The record that the cursor stands on. */
  write(cursor: PartitionCursor): void
}
