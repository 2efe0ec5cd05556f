/** What was found of a log when it was opened, in order by now. */
import type { LeaderEpochs } from './leader-epochs.ts'
import type { LogSegment } from './log-segment.ts'
import type { PartitionProducers } from './partition-producers.ts'

export interface LoadedLog {
  /** Ascending; at least one. */
  readonly segments: readonly LogSegment[]
  readonly epochs: LeaderEpochs
  readonly producers: PartitionProducers
  readonly logStartOffset: bigint
  readonly endOffset: bigint
  /** Nothing below has to be read again after a crash. */
  readonly recoveryPoint: bigint
  /** Segments before the last that were written to, and not synced. */
  readonly unsynced: readonly LogSegment[]
  /** Paths of files that were renamed out of the way, to be removed after a while. */
  readonly condemned: readonly string[]
}
