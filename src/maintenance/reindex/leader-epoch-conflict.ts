/** Leader epochs as batches tell them, and as the partition's checkpoint does: which may know more than they. */
import { LEADER_EPOCH_CHECKPOINT } from '../../log/file-names.ts'
import { readLeaderEpochCheckpoint } from '../../log/leader-epoch-checkpoint.ts'

/**
 * An epoch whose records were compacted away, or that had none yet, stands in the checkpoint alone.
 *
 * @param told a checkpoint, too, of the batches alone: each epoch, and the first of its records that is still there
 * @returns whether the checkpoint says another epoch of one of those records, or nothing that can be read
 */
export function contradictsBatches(checkpoint: Buffer, told: Buffer): boolean {
  const { entries, damages } = read(checkpoint)
  if (damages.length > 0) return true
  return read(told).entries.some(({ epoch, startOffset }) => {
    const floor = entries.findLast(entry => entry.startOffset <= startOffset)
    return floor?.epoch !== epoch
  })
}

function read(bytes: Buffer) {
  return readLeaderEpochCheckpoint(bytes, LEADER_EPOCH_CHECKPOINT)
}
