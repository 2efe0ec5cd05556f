/** A batch against what came before it: leader epochs, and the producers that snapshots tell of. */
import type { BatchV2 } from '../../record/batch-v2.ts'
import type { Batch } from '../dump/dump-sink.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'
import type { PartitionState } from './partition-state.ts'
import type { EndedTransaction } from './producer-tracker.ts'
import { producerIdOf, type SegmentNumbers } from './segment-numbers.ts'
import { compareSnapshot } from './snapshot-check.ts'

export interface HistoryCheckOptions {
  readonly state: PartitionState
  readonly numbers: SegmentNumbers
  readonly report: (kind: FindingKind, place: FindingPlace) => void
}

export interface EpochVerdict {
  /** The batch's leader epoch. */
  readonly found: number
  readonly expected: string
  /** The epoch that leader-epoch-checkpoint has for the offset, where it is that which disagrees. */
  readonly noted?: number
}

export class HistoryCheck {
  readonly #options: HistoryCheckOptions
  /** Relative offsets up to which there is nothing to compare. */
  #nextSnapshot = Infinity
  #nextEpochStart = -Infinity

  constructor(options: HistoryCheckOptions) {
    this.#options = options
    this.#noteNextSnapshot()
  }

  /** Compares the snapshots that were taken before the batch at that relative offset. */
  before(relativeOffset: number): void {
    if (relativeOffset < this.#nextSnapshot) return
    const { state, numbers, report } = this.#options
    const offset = numbers.offsetOf(relativeOffset)
    while ((state.snapshots[0]?.snapshot.offset ?? offset + 1n) <= offset) {
      compareSnapshot(state.snapshots.shift()!, state, report)
    }
    this.#noteNextSnapshot()
  }

  /**
   * What contradicts the batch's leader epoch. One that leaps ahead while the batch behind goes on from before is
   * wrong itself.
   *
   * @param peek the batch behind
   */
  epoch(
    batch: BatchV2,
    relativeBase: number,
    peek: () => Batch | undefined,
  ): EpochVerdict | undefined {
    const { epochs } = this.#options.state
    const { latest } = epochs
    const epoch = batch.partitionLeaderEpoch
    if (epoch < 0 || (epoch === latest && relativeBase < this.#nextEpochStart)) return undefined
    if (epoch < latest) return { found: epoch, expected: `${latest} or more` }
    if (epoch > latest && latest >= 0) {
      const behind = peek()?.partitionLeaderEpoch ?? epoch
      if (behind >= latest && behind < epoch) return { found: epoch, expected: `${latest}` }
    }
    return this.#compareNoted(batch, epoch)
  }

  /** Takes in what the batch says of its producer; tells the transaction that it ends. */
  track(batch: BatchV2, marker: 'ABORT' | 'COMMIT' | undefined): EndedTransaction | undefined {
    const producerId = producerIdOf(batch)
    if (producerId < 0) return undefined
    const { state, numbers } = this.#options
    if (batch.isControl) return marker === undefined ? undefined : state.tracker.marker(batch)
    state.tracker.data(batch, producerId, numbers.baseNumber + numbers.relativeBaseOffset(batch))
    return undefined
  }

  #compareNoted(batch: BatchV2, epoch: number): EpochVerdict | undefined {
    const { state, numbers } = this.#options
    const entry = state.epochs.batch(batch.baseOffset, epoch)
    const { nextStart } = state.epochs
    this.#nextEpochStart = nextStart === undefined ? Infinity : numbers.relativeOf(nextStart)
    if (entry === undefined) return undefined
    return { found: epoch, expected: `${entry.epoch}`, noted: entry.epoch }
  }

  #noteNextSnapshot(): void {
    const { state, numbers } = this.#options
    const next = state.snapshots[0]?.snapshot.offset
    this.#nextSnapshot = next === undefined ? Infinity : numbers.relativeOf(next)
  }
}
