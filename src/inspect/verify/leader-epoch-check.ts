/**
 * The leader epochs of a partition's batches: among themselves they never go back, and leader-epoch-checkpoint says
 * where each began. Epochs of which no batch is left may stand in the checkpoint, at most at the end of the log.
 *
 * Its first entry begins with the log start, if that moved, or with the first epoch since the file was lost: batches of
 * earlier epochs may lie before it, but of its own epoch only such as lie before the log start.
 */
import type { LeaderEpochEntry } from '../../log/leader-epoch-checkpoint.ts'
import { NO_EPOCH } from '../../record/batch.ts'

export class LeaderEpochCheck {
  /** Of the batch before. */
  latest = NO_EPOCH
  /** A batch before the first entry, of its epoch. */
  earlier: { readonly offset: bigint; readonly entry: LeaderEpochEntry } | undefined
  readonly #entries: readonly LeaderEpochEntry[]
  readonly #logStart: bigint | undefined
  #index = -1
  #isBehindStart = false

  /** @param logStart undefined where it is not known for sure */
  constructor(entries: readonly LeaderEpochEntry[], logStart: bigint | undefined) {
    this.#entries = entries
    this.#logStart = logStart
  }

  /** Where the log or the next entry begins: up to there a batch of the latest epoch has nothing new to say. */
  get nextStart(): bigint | undefined {
    const next = this.#entries[this.#index + 1]?.startOffset
    const logStart = this.#isBehindStart ? undefined : this.#logStart
    return next === undefined || logStart === undefined || next < logStart ? next : logStart
  }

  /** The entry that a sound batch contradicts. */
  batch(baseOffset: bigint, epoch: number): LeaderEpochEntry | undefined {
    this.latest = epoch
    this.#isBehindStart = this.#logStart !== undefined && baseOffset >= this.#logStart
    while ((this.#entries[this.#index + 1]?.startOffset ?? baseOffset + 1n) <= baseOffset) {
      this.#index++
    }
    const [first] = this.#entries
    if (this.#index < 0 && this.#isBehindStart && first !== undefined && first.epoch === epoch) {
      this.earlier ??= { offset: baseOffset, entry: first }
    }
    const entry = this.#entries[this.#index]
    return entry === undefined || entry.epoch === epoch ? undefined : entry
  }

  /** Entries that begin behind the end of the log. */
  beyond(logEndOffset: bigint): readonly LeaderEpochEntry[] {
    return this.#entries.filter(({ startOffset }) => startOffset > logEndOffset)
  }
}
