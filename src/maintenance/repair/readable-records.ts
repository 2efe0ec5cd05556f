/** Whether anybody can read the records of a batch. */
import type { DecodeLimits } from '../../base/limits.ts'
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import { checkRecords } from '../../inspect/verify/records-check.ts'

export type ReadableRecords = { readonly count: number } | { readonly flaw: string }

/** A batch of these is passed on as it is: it costs too much to look into, or nobody minds. */
const HARMLESS: ReadonlySet<string> = new Set(['max-timestamp', 'too-large'])

/** @param batch with its body */
export function readableRecords(batch: Batch, limits: DecodeLimits): ReadableRecords {
  const { flaw, count } = checkRecords(batch, limits)
  if (flaw === undefined || HARMLESS.has(flaw.kind)) return { count: Math.max(count, 0) }
  return { flaw: `${flaw.found}, not ${flaw.expected}` }
}
