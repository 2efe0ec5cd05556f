/**
 * The leader epochs of a partition's batches: among themselves they never go back, and leader-epoch-checkpoint says
 * where each began. Epochs of which no batch is left may stand in the checkpoint, at most at the end of the log; what
 * lies before its first entry it has forgotten (the log start has moved).
 */
import type { LeaderEpochEntry } from '../../log/leader-epoch-checkpoint.ts'
import { NO_EPOCH } from '../../record/batch.ts'

export class LeaderEpochCheck {
  /** Of the batch before. */
  latest = NO_EPOCH
  readonly #entries: readonly LeaderEpochEntry[]
  #index = -1

  constructor(entries: readonly LeaderEpochEntry[]) {
    this.#entries = entries
  }

  /** Where the next entry begins: up to there a batch of the latest epoch has nothing new to say. */
  get nextStart(): bigint | undefined {
    return this.#entries[this.#index + 1]?.startOffset
  }

  /** The entry that a sound batch contradicts. */
  batch(baseOffset: bigint, epoch: number): LeaderEpochEntry | undefined {
    this.latest = epoch
    while ((this.nextStart ?? baseOffset + 1n) <= baseOffset) this.#index++
    const entry = this.#entries[this.#index]
    return entry === undefined || entry.epoch === epoch ? undefined : entry
  }

  /** Entries that begin behind the end of the log. */
  beyond(logEndOffset: bigint): readonly LeaderEpochEntry[] {
    return this.#entries.filter(({ startOffset }) => startOffset > logEndOffset)
  }
}
