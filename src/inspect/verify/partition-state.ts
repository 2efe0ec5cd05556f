/** What is known of a partition while its segments are scanned, from the first to the last. */
import type { ProducerStateEntry } from '../../log/producer-snapshot.ts'
import type { SnapshotFile } from '../../log/partition-directory.ts'
import type { LeaderEpochCheck } from './leader-epoch-check.ts'
import type { ProducerTracker } from './producer-tracker.ts'
import { emptyTally, type Tally } from './tally.ts'

export interface ReadSnapshot {
  readonly snapshot: SnapshotFile
  readonly entries: readonly ProducerStateEntry[]
}

export class PartitionState {
  readonly tracker: ProducerTracker
  readonly epochs: LeaderEpochCheck
  /** Ascending; those that are not compared yet. */
  readonly snapshots: ReadSnapshot[]
  readonly tally: Tally = emptyTally()
  /** Behind the last batch; undefined before the first segment. */
  nextOffset: bigint | undefined
  /** Of the first batch that was scanned. */
  firstOffset: bigint | undefined
  /** Batches with fewer records than offsets, or none at all: compaction leaves them. */
  isThinned = false
  /** Offsets that no batch holds, between batches of one segment. */
  hasGaps = false
  hasDamage = false
  /** Whether the last segment so far was read to its end. */
  isEndKnown = true
  /** Between segments: some are missing, or overlap. */
  hasSegmentGaps = false

  constructor(
    tracker: ProducerTracker,
    epochs: LeaderEpochCheck,
    snapshots: readonly ReadSnapshot[],
  ) {
    this.tracker = tracker
    this.epochs = epochs
    this.snapshots = [...snapshots]
  }

  /** Whether no batch that ever was can be missing. */
  get hasAll(): boolean {
    return !this.hasGaps && !this.isThinned && !this.hasDamage && !this.hasSegmentGaps
  }
}
