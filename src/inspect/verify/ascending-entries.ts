/**
 * The entries of an index that ascend, in order; those that break the order are reported and left out. Which of two
 * neighbours is the wrong one, the entries behind them tell: one that stands alone against two is.
 */
import type { EntryReader } from './entry-reader.ts'

export interface IndexEntry {
  /** Byte in the index. */
  readonly at: number
  readonly relativeOffset: number
  /** Position in the log, or timestamp. */
  readonly value: number
}

export interface EntryRules {
  decode(reader: EntryReader): IndexEntry
  /** Whether `b` may follow `a`. */
  ascends(a: IndexEntry, b: IndexEntry): boolean
  /** @param beside the entry that it contradicts; undefined where it is impossible in itself */
  onOutlier(entry: IndexEntry, beside: IndexEntry | undefined): void
  onZeros(position: number): void
}

const AHEAD = 3

export class AscendingEntries {
  /** The last that was handed out. */
  last: IndexEntry | undefined
  readonly #reader: EntryReader
  readonly #rules: EntryRules
  readonly #ahead: IndexEntry[] = []
  #ended = false

  constructor(reader: EntryReader, rules: EntryRules) {
    this.#reader = reader
    this.#rules = rules
  }

  next(): IndexEntry | undefined {
    for (;;) {
      this.#fill()
      const entry = this.#ahead.shift()
      if (entry === undefined) return undefined
      const contradicted = this.#contradicted(entry)
      if (contradicted === undefined) return (this.last = entry)
      this.#rules.onOutlier(entry, contradicted === 'itself' ? undefined : contradicted)
    }
  }

  #contradicted(entry: IndexEntry): IndexEntry | 'itself' | undefined {
    const rules = this.#rules
    if (entry.relativeOffset < 0 || entry.value < 0) return 'itself'
    if (this.last !== undefined && !rules.ascends(this.last, entry)) return this.last
    const [next, afterNext] = this.#ahead
    if (next === undefined || afterNext === undefined || rules.ascends(entry, next))
      return undefined
    const othersAgree = rules.ascends(next, afterNext) && !rules.ascends(entry, afterNext)
    const nextFits = this.last === undefined || rules.ascends(this.last, next)
    return othersAgree && nextFits ? next : undefined
  }

  #fill(): void {
    while (!this.#ended && this.#ahead.length < AHEAD) {
      if (!this.#reader.next()) {
        this.#ended = true
        return
      }
      if (this.#reader.skippedFrom !== undefined) this.#rules.onZeros(this.#reader.skippedFrom)
      this.#ahead.push(this.#rules.decode(this.#reader))
    }
  }
}
