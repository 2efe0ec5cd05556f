/**
 * A salvage as it was planned, kept until it is carried out, so that its log need not be read a second time. There is room
 * for the indexes of some GiB of damaged logs; the others are worked out again.
 */
import { MEBIBYTE } from '../../base/limits.ts'
import type { PartitionCure } from './partition-cure.ts'
import type { SegmentOutcome } from './segment-outcome.ts'

/** All segments of the cure are done. */
export interface WorkedOut {
  readonly cure: PartitionCure
  readonly outcomes: readonly SegmentOutcome[]
}

const BYTES_MAX = 32 * MEBIBYTE

/** Room in memory for what is worked out, of all logs together. */
export class WorkedOutRoom {
  #bytesLeft = BYTES_MAX

  /** What comes of a cure, as far as there is room for all of it; once it is done, `keep` it or leave it. */
  begin(cure: PartitionCure): WorkingOut {
    const outcomes: SegmentOutcome[] = []
    let bytes = 0
    return {
      add: outcome => {
        bytes += bytesOf(outcome)
        if (bytes <= this.#bytesLeft) outcomes.push(outcome)
        else outcomes.length = 0
      },
      keep: () => {
        if (bytes > this.#bytesLeft) return undefined
        this.#bytesLeft -= bytes
        return { cure, outcomes }
      },
    }
  }
}

export interface WorkingOut {
  add(outcome: SegmentOutcome): void
  /** Undefined where there was no room. */
  keep(): WorkedOut | undefined
}

function bytesOf({ logs }: SegmentOutcome): number {
  const sizes = logs.map(({ indexes: { offsets, times, aborted }, pieces }) => {
    const heads = pieces.reduce((sum, { head }) => sum + (head?.length ?? 0), 0)
    return offsets.length + times.length + aborted.length + heads
  })
  return sizes.reduce((sum, size) => sum + size, 0)
}
