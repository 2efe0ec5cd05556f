/**
 * Which leader epoch began at which offset: in memory, and in the partition's `leader-epoch-checkpoint`.
 *
 * Source: org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache
 */
import { join } from 'node:path'
import { assert, CorruptDataError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import { replaceFile } from '../disk/replace-file.ts'
import { LEADER_EPOCH_CHECKPOINT } from './file-names.ts'
import {
  encodeLeaderEpochCheckpoint,
  NOT_ASCENDING,
  readLeaderEpochCheckpoint,
  type LeaderEpochEntry,
} from './leader-epoch-checkpoint.ts'

export interface EpochEnd {
  /** −1 where the epoch asked for is none that this log knows the end of. */
  readonly epoch: number
  readonly endOffset: bigint
}

export const UNKNOWN_EPOCH_END: EpochEnd = { epoch: -1, endOffset: -1n }

export class LeaderEpochs {
  readonly #disk: Disk
  readonly #path: string
  #entries: readonly LeaderEpochEntry[]

  private constructor(disk: Disk, path: string, entries: readonly LeaderEpochEntry[]) {
    this.#disk = disk
    this.#path = path
    this.#entries = entries
  }

  /**
   * @param folder of the partition
   * @throws CorruptDataError where a broker would refuse the file
   */
  static load(disk: Disk, folder: string): LeaderEpochs {
    const path = join(folder, LEADER_EPOCH_CHECKPOINT)
    if (disk.status(path) === undefined) return new LeaderEpochs(disk, path, [])
    const { entries, damages } = readLeaderEpochCheckpoint(disk.readWhole(path), path)
    const refused = damages.find(({ reason }) => reason !== NOT_ASCENDING)
    if (refused !== undefined) throw new CorruptDataError(refused)
    return new LeaderEpochs(disk, path, entries.reduce(withEpoch, []))
  }

  get entries(): readonly LeaderEpochEntry[] {
    return this.#entries
  }

  get latest(): LeaderEpochEntry | undefined {
    return this.#entries.at(-1)
  }

  /** Durable when it returns. */
  assign(epoch: number, startOffset: bigint): void {
    assert(epoch >= 0 && startOffset >= 0n, 'a leader epoch and its offset are not negative')
    const entries = withEpoch(this.#entries, { epoch, startOffset })
    if (entries !== this.#entries) this.#replace(entries)
  }

  /** Takes these in the place of what begins at `startOffset` or behind it. Durable when it returns. */
  replaceFrom(startOffset: bigint, added: readonly LeaderEpochEntry[]): void {
    const left = this.#entries.filter(entry => entry.startOffset < startOffset)
    const entries = added.reduce(withEpoch, left)
    if (!areSame(entries, this.#entries)) this.#replace(entries)
  }

  /** Forgets what begins at `endOffset` or behind it. */
  truncateFromEnd(endOffset: bigint): void {
    const left = this.#entries.filter(({ startOffset }) => startOffset < endOffset)
    if (left.length < this.#entries.length) this.#replace(left)
  }

  /** Forgets what ended before `startOffset`; the epoch it falls into begins there from now on. */
  truncateFromStart(startOffset: bigint): void {
    const first = this.#entries.findLastIndex(entry => entry.startOffset <= startOffset)
    if (first < 0 || this.#entries[first]!.startOffset === startOffset) {
      if (first > 0) this.#replace(this.#entries.slice(first))
      return
    }
    const { epoch } = this.#entries[first]!
    this.#replace([{ epoch, startOffset }, ...this.#entries.slice(first + 1)])
  }

  clear(): void {
    if (this.#entries.length > 0) this.#replace([])
  }

  /** Of the epoch that was the leader's at `offset`. */
  epochAt(offset: bigint): number | undefined {
    return this.#entries.findLast(({ startOffset }) => startOffset <= offset)?.epoch
  }

  /** Where that epoch ended, or the last one before it that this log has; for followers that truncate. */
  endOffsetFor(epoch: number, logEndOffset: bigint): EpochEnd {
    const { latest } = this
    if (latest === undefined || epoch < 0 || epoch > latest.epoch) return UNKNOWN_EPOCH_END
    if (epoch === latest.epoch) return { epoch, endOffset: logEndOffset }
    const next = this.#entries.findIndex(entry => entry.epoch > epoch)
    const { startOffset: endOffset } = this.#entries[next]!
    return { epoch: next === 0 ? epoch : this.#entries[next - 1]!.epoch, endOffset }
  }

  #replace(entries: readonly LeaderEpochEntry[]): void {
    replaceFile(this.#disk, this.#path, encodeLeaderEpochCheckpoint(entries))
    this.#entries = entries
  }
}

function areSame(some: readonly LeaderEpochEntry[], others: readonly LeaderEpochEntry[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ epoch, startOffset }, index) => {
      const other = others[index]!
      return epoch === other.epoch && startOffset === other.startOffset
    })
  )
}

/** The entries, as they are where nothing is new; without those that the new one contradicts. */
function withEpoch(
  entries: readonly LeaderEpochEntry[],
  added: LeaderEpochEntry,
): readonly LeaderEpochEntry[] {
  const { epoch, startOffset } = added
  const latest = entries.at(-1)
  if (latest?.epoch === epoch && latest.startOffset <= startOffset) return entries
  const before = entries.filter(entry => entry.epoch < epoch && entry.startOffset < startOffset)
  return [...before, added]
}
