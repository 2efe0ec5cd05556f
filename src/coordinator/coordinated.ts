/** What a coordinator decides: records, and what follows once they are in its log. */
import type { ErrorName } from '../protocol/error-codes.ts'
import type { GroupRecord } from './consumer-offsets-records.ts'

export interface Coordinated {
  /** To be appended as one batch. */
  readonly records: readonly GroupRecord[]
  /** To be called when they are appended: what changes then, who is answered. */
  readonly done: () => void
  /** To be called instead where they can't be. */
  readonly failed: (error: ErrorName) => void
}

export const NOTHING_TO_DO: Coordinated = {
  records: [],
  done: () => undefined,
  failed: () => undefined,
}

/** Records whose fate nobody waits for. */
export function recorded(records: readonly GroupRecord[], done = NOTHING_TO_DO.done): Coordinated {
  return { records, done, failed: () => undefined }
}
