/** A batch whose offsets lie below its segment. No checksum covers them. */
import type { RecordBatch } from '../record/batch.ts'

/** What is wrong with it; undefined where its offsets may be right. */
export function misplacement({ baseOffset, lastOffset }: RecordBatch, segmentBase: bigint) {
  if (lastOffset >= segmentBase) return undefined
  return {
    reason: 'the batch claims offsets that its segment cannot hold',
    found: `${baseOffset} to ${lastOffset}`,
    expected: `offset ${segmentBase} or more`,
  }
}
