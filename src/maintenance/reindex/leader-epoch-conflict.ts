/** Leader epochs as batches tell them, and as the partition's checkpoint does: which may know more than they. */
import type { LeaderEpochEntry } from '../../log/leader-epoch-checkpoint.ts'

/**
 * An epoch whose records were compacted away, or that had none yet, stands in the checkpoint alone.
 *
 * @param told by the batches: each epoch, and the first of its records that is still there
 * @returns whether the checkpoint says another epoch of one of those records
 */
export function contradicts(
  checkpoint: readonly LeaderEpochEntry[],
  told: readonly LeaderEpochEntry[],
): boolean {
  return told.some(({ epoch, startOffset }) => {
    const floor = checkpoint.findLast(entry => entry.startOffset <= startOffset)
    return floor?.epoch !== epoch
  })
}
