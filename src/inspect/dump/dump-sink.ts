/**
 * Where a dump goes. A dump is a stream of a million things a second, so it is pushed, not returned: the views handed
 * over are valid during the call only.
 */
import type { CorruptDataError, DiskError, LimitError } from '../../base/errors.ts'
import type { OffsetPosition } from '../../log/offset-index.ts'
import type { ProducerStateEntry } from '../../log/producer-snapshot.ts'
import type { TimestampOffset } from '../../log/time-index.ts'
import type { AbortedTransaction } from '../../log/transaction-index.ts'
import type { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'

export type Batch = BatchV2 | LegacyMessage

export interface DumpSink {
  /** The file that all following calls are about. */
  file(file: DumpedFile): void
  /** @param bytes the whole batch, where the dump was asked to load bodies; else its header at least. */
  batch(batch: Batch, position: number, isValid: boolean): void
  record(batch: Batch, record: RecordCursor): void
  indexEntry(entry: OffsetPosition): void
  timeIndexEntry(entry: TimestampOffset): void
  abortedTransaction(transaction: AbortedTransaction): void
  producer(entry: ProducerStateEntry): void
  leaderEpoch(entry: { readonly epoch: number; readonly startOffset: bigint }): void
  note(note: DumpNote): void
  /** Something that could not be read; the dump goes on behind it, or with the next file. */
  failure(failure: DumpFailure): void
}

export interface DumpedFile {
  readonly path: string
  readonly kind: FileKind
  /** From the file's name; for a KRaft snapshot its end offset. */
  readonly baseOffset: bigint | undefined
  readonly epoch?: number
}

export type FileKind =
  | 'log'
  | 'checkpoint'
  | 'bootstrap'
  | 'index'
  | 'timeindex'
  | 'txnindex'
  | 'snapshot'
  | 'epoch'
  | 'unknown'

export type DumpNote =
  | { readonly kind: 'empty-index' }
  | { readonly kind: 'passed-sanity-check' }
  | { readonly kind: 'trailing-bytes'; readonly position: number; readonly count: number }
  | { readonly kind: 'corrupt-snapshot'; readonly message: string }
  | {
      readonly kind: 'skipped'
      readonly from: number
      readonly to: number
      /** Offsets that may have been in the skipped bytes, inclusive; undefined where none are missing. */
      readonly firstOffset: bigint | undefined
      /** Undefined as well where nothing behind the bytes tells it. */
      readonly lastOffset: bigint | undefined
    }

export interface DumpFailure {
  readonly path: string
  readonly position: number
  readonly error: CorruptDataError | LimitError | DiskError
}
