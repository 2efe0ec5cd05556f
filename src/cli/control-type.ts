/** What kind of control record some bytes are, as lines name it. */
import { decodeControlRecord } from '../protocol/control-record.ts'
import { RefusedRecordError } from '../protocol/dumped-record.ts'

/** COMMIT, ABORT …; UNKNOWN, too, where they are none. */
export function controlTypeOf(key: Buffer | null, value: Buffer | null): string {
  try {
    return decodeControlRecord(key, value).type
  } catch (error) {
    if (!(error instanceof RefusedRecordError)) throw error
    return 'UNKNOWN'
  }
}
