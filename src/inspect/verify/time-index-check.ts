/**
 * The time index of one segment against its log, entry by entry while the log is scanned.
 *
 * An entry promises that its timestamp is the greatest of all batches up to the one that holds its offset. (The offset
 * is that batch's last, in logs of older brokers that of the very record.) A lookup by time begins behind the last
 * entry below the time: one with too low a timestamp makes it pass records over, one with too high a timestamp is a
 * promise broken without harm. The last entry of a closed segment holds the greatest timestamp of all.
 */
import { int32At, int64At, int64NumberAt } from '../../binary/big-endian.ts'
import type { DiskFile } from '../../disk/disk.ts'
import { TIME_INDEX_ENTRY } from '../../log/time-index.ts'
import { AscendingEntries, type IndexEntry } from './ascending-entries.ts'
import { EntryReader } from './entry-reader.ts'
import { IndexFindings, type IndexCheckOptions } from './index-findings.ts'

const AT = TIME_INDEX_ENTRY.offsetOf
const SIZE_WORDS = {
  title: 'Time index file',
  wrongSize: 'timeindex-size',
  untrimmed: 'timeindex-untrimmed',
} as const
const ENTRY_SIZE = TIME_INDEX_ENTRY.size
const NO_TIMESTAMP = -1

export class TimeIndexCheck {
  readonly #file: DiskFile
  readonly #findings: IndexFindings
  readonly #options: IndexCheckOptions
  readonly #reader: EntryReader
  readonly #entries: AscendingEntries
  #entry: IndexEntry | undefined
  /** Of the batches so far. */
  #greatest = NO_TIMESTAMP
  #previousLast = -1
  /** Whether batches were passed over: their timestamps may have been the greatest. */
  #isBlurred = false

  constructor(file: DiskFile, options: IndexCheckOptions) {
    this.#file = file
    this.#findings = new IndexFindings(file.path, options)
    this.#options = options
    this.#reader = new EntryReader(file, ENTRY_SIZE)
    this.#entries = new AscendingEntries(this.#reader, {
      decode: decodeEntry,
      ascends: (a, b) => b.relativeOffset >= a.relativeOffset && b.value > a.value,
      onOutlier: (entry, beside) => this.#reportOutlier(entry, beside),
      onZeros: position =>
        this.#findings.report('timeindex-order', position, 'zeros between entries', 'entries'),
    })
    this.#entry = this.#entries.next()
  }

  /** A batch that is sound. */
  batch(maxTimestamp: number, relativeBaseOffset: number, relativeLastOffset: number): void {
    if (this.#isBlurred) this.#passOver(relativeBaseOffset)
    if (maxTimestamp > this.#greatest) this.#greatest = maxTimestamp
    while (this.#entry !== undefined && this.#entry.relativeOffset <= relativeLastOffset) {
      this.#compare(this.#entry, relativeLastOffset)
      this.#entry = this.#entries.next()
    }
    this.#previousLast = relativeLastOffset
  }

  damaged(): void {
    this.#isBlurred = true
  }

  /** @param isClosed whether the segment was closed in order  @param mayBeBehind whether the log may have grown */
  end({ isClosed, mayBeBehind }: { isClosed: boolean; mayBeBehind: boolean }): void {
    const isComplete = this.#entry === undefined
    for (; this.#entry !== undefined; this.#entry = this.#entries.next()) {
      if (!mayBeBehind && !this.#isBlurred) this.#reportPastEnd(this.#entry)
    }
    this.#findings.checkSize(this.#reader, SIZE_WORDS)
    if (isClosed && isComplete && !this.#isBlurred) this.#checkLast()
  }

  /** Entries whose batches were damaged. */
  #passOver(relativeOffset: number): void {
    while (this.#entry !== undefined && this.#entry.relativeOffset < relativeOffset) {
      this.#entry = this.#entries.next()
    }
  }

  #compare(entry: IndexEntry, relativeLastOffset: number): void {
    if (entry.value === this.#greatest) return
    const greatest = this.#greatest
    if (entry.relativeOffset <= this.#previousLast && !this.#isBlurred) {
      const last = this.#findings.offsetOf(relativeLastOffset)
      return this.#reportEntry(entry, `an offset in a batch, as ${last}`)
    }
    if (entry.value > greatest && this.#isBlurred) return
    this.#reportEntry(entry, `timestamp ${numberText(greatest)}, the greatest up to there`)
  }

  #checkLast(): void {
    const last = this.#entries.last
    if ((last?.value ?? NO_TIMESTAMP) >= this.#greatest) return
    const found = last === undefined ? 'no entry' : `${this.#textOf(last)} as the last`
    const position = last?.at ?? 0
    const expected = `timestamp ${numberText(this.#greatest)}, the greatest of the segment`
    this.#findings.report('timeindex-short', position, found, expected)
  }

  #reportOutlier(entry: IndexEntry, beside: IndexEntry | undefined): void {
    const base = this.#options.baseOffset
    const offset = this.#findings.offsetOf(entry.relativeOffset)
    const found = this.#textOf(entry)
    const expected =
      beside === undefined
        ? `timestamp 0 or more at offset ${base} or more`
        : `${beside.at < entry.at ? 'more than' : 'less than'} ${this.#textOf(beside)}`
    this.#findings.report('timeindex-order', entry.at, found, expected, offset)
  }

  #reportEntry(entry: IndexEntry, expected: string): void {
    const offset = this.#findings.offsetOf(entry.relativeOffset)
    this.#findings.report('timeindex-entry', entry.at, this.#textOf(entry), expected, offset)
  }

  #reportPastEnd(entry: IndexEntry): void {
    const offset = this.#findings.offsetOf(entry.relativeOffset)
    const expected = `an offset in the log, at most ${this.#findings.offsetOf(this.#previousLast)}`
    this.#findings.report('timeindex-past-end', entry.at, this.#textOf(entry), expected, offset)
  }

  #textOf(entry: IndexEntry): string {
    const offset = this.#findings.offsetOf(entry.relativeOffset)
    return `timestamp ${this.#timestampOf(entry)} at offset ${offset}`
  }

  /** To its last digit. */
  #timestampOf({ at, value }: IndexEntry): number | bigint {
    if (Number.isSafeInteger(value)) return value
    const bytes = Buffer.alloc(ENTRY_SIZE)
    this.#file.read(bytes, at)
    return int64At(bytes, AT.timestamp)
  }
}

function numberText(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : `about ${BigInt(value)}`
}

/** Timestamps as numbers: milliseconds are exact, and what is none differs from them all the same. */
function decodeEntry({ window, start, position }: EntryReader): IndexEntry {
  return {
    at: position,
    relativeOffset: int32At(window, start + AT.relativeOffset),
    value: int64NumberAt(window, start + AT.timestamp),
  }
}
