/** Makes records of an input's bytes, one at a time, in an object that it is handed. */
import type { OutgoingRecord } from '../../client/outgoing-record.ts'
import type { InputWindow } from './input-window.ts'

export interface RecordReader {
  /**
   * Takes the next record out of the window; false where more has to be read first, or, at the input's end, nothing is
   * left. The record's slices are valid until the window is filled again; what the input doesn't say of it (partition,
   * timestamp) is left as it was.
   *
   * @throws CorruptDataError where the bytes are no record
   * @throws LimitError where a record is too large
   */
  next(window: InputWindow, record: OutgoingRecord): boolean
  /** Of the last record, for messages: 'line 7'. */
  readonly place: string
  /** Of the last record's first byte, in the input. */
  readonly position: number
}

/** For records that are too large, told before they are read to their end. */
export const RECORD_SIZE_MAX_FLAG = '--max-record-bytes'
