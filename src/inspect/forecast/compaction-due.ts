/**
 * How much of a compacted log waits to be compacted: what lies between the offset that the cleaner has noted and the
 * active segment. How much that frees only the keys tell; at most it is all but one record of each.
 *
 * Source: org.apache.kafka.storage.internals.log.LogToClean
 */
import type { RetainedLog } from '../../log/retention-policy.ts'

export interface CompactionDue {
  /** Compacted before. */
  readonly cleanBytes: number
  /** To be compacted. */
  readonly dirtyBytes: number
  /** Dirty of both, 0 to 1. */
  readonly dirtyRatio: number
  /** `min.cleanable.dirty.ratio` */
  readonly minRatio: number
  /** Whether a broker would begin at once. */
  readonly isDue: boolean
}

export function compactionDue(
  { segments, logStartOffset, logEndOffset }: RetainedLog,
  { checkpoint, minRatio }: { readonly checkpoint: bigint | undefined; readonly minRatio: number },
): CompactionDue {
  const noted = checkpoint ?? logStartOffset
  const firstDirty = noted < logStartOffset || noted > logEndOffset ? logStartOffset : noted
  const closed = segments.slice(0, -1)
  const isClean = (slot: number) => (segments[slot + 1]?.baseOffset ?? logEndOffset) <= firstDirty
  const cleanBytes = closed.reduce((sum, { size }, slot) => sum + (isClean(slot) ? size : 0), 0)
  const dirtyBytes = closed.reduce((sum, { size }, slot) => sum + (isClean(slot) ? 0 : size), 0)
  const total = cleanBytes + dirtyBytes
  const dirtyRatio = total === 0 ? 0 : dirtyBytes / total
  return { cleanBytes, dirtyBytes, dirtyRatio, minRatio, isDue: dirtyRatio > minRatio }
}
