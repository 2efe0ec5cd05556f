/** Offsets that checkpoints note and that the log does not reach: after a crash, or with another's checkpoint. */
import type { PartitionOffsets } from './partition-offsets.ts'

/** A sentence for each; a broker takes the log's end in their place. */
export function* beyondTheEnd(offsets: PartitionOffsets): Generator<string> {
  const { logEndOffset, highWatermark, recoveryPoint } = offsets
  const noted = [
    { name: 'high watermark', offset: highWatermark },
    { name: 'recovery point', offset: recoveryPoint },
  ]
  for (const { name, offset } of noted) {
    if (offset === undefined || offset <= logEndOffset) continue
    yield (
      `the checkpoint notes a ${name} of ${offset}, beyond the end of the log at ${logEndOffset}: ` +
      'a broker that starts takes the end'
    )
  }
}
