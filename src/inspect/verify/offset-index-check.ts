/**
 * The offset index of one segment against its log, entry by entry while the log is scanned.
 *
 * An entry promises that a batch begins at its position, and that the batches from there on hold its offset as the last
 * of one of them. (Not: of the first. Up to Kafka 4.0 an append of several batches was indexed by the first one's
 * position and the last one's offset; so are chunks that a compaction wrote. Up to 0.11 the offset was the first one's,
 * which a lookup finds as well: such entries come before all others, if brokers were changed amid a segment.) How dense
 * the entries are means nothing.
 */
import { int32At } from '../../binary/big-endian.ts'
import type { DiskFile } from '../../disk/disk.ts'
import { OFFSET_INDEX_ENTRY } from '../../log/offset-index.ts'
import { AscendingEntries, type IndexEntry } from './ascending-entries.ts'
import { EntryReader } from './entry-reader.ts'
import { IndexFindings, type IndexCheckOptions } from './index-findings.ts'

const AT = OFFSET_INDEX_ENTRY.offsetOf
const SIZE_WORDS = {
  title: 'Index file',
  wrongSize: 'index-size',
  untrimmed: 'index-untrimmed',
} as const
const ENTRY_SIZE = OFFSET_INDEX_ENTRY.size

export class OffsetIndexCheck {
  readonly #findings: IndexFindings
  readonly #options: IndexCheckOptions
  readonly #reader: EntryReader
  readonly #entries: AscendingEntries
  #entry: IndexEntry | undefined
  /** Whether a batch begins at the entry's position. */
  #isPlaced = false
  /** Whether bytes of the log were passed over since the entry's position: its offset may have been there. */
  #isBlurred = false
  /** Whether an entry before had the last offset of a batch, which is not its first. */
  #hasLastOffsets = false

  constructor(file: DiskFile, options: IndexCheckOptions) {
    this.#findings = new IndexFindings(file.path, options)
    this.#options = options
    this.#reader = new EntryReader(file, ENTRY_SIZE)
    this.#entries = new AscendingEntries(this.#reader, {
      decode: decodeEntry,
      ascends: (a, b) => b.relativeOffset > a.relativeOffset && b.value > a.value,
      onOutlier: (entry, beside) => this.#reportOutlier(entry, beside),
      onZeros: position =>
        this.#findings.report('index-order', position, 'zeros between entries', 'entries'),
    })
    this.#step()
  }

  /**
   * A batch that is sound.
   *
   * @param relativeBaseOffset to the segment's base offset; of a v0/v1 wrapper the least that it can be
   */
  batch(
    position: number,
    relativeBaseOffset: number,
    relativeLastOffset: number,
    isLegacy: boolean,
  ): void {
    for (;;) {
      const entry = this.#entry
      if (entry === undefined || (!this.#isPlaced && entry.value > position)) return
      if (!this.#isPlaced && entry.value < position) {
        this.#reportEntry(entry, 'no batch that begins there')
      } else if (relativeLastOffset > entry.relativeOffset) {
        const { relativeOffset } = entry
        const isFirst =
          !this.#isPlaced &&
          (isLegacy
            ? relativeOffset >= relativeBaseOffset
            : relativeOffset === relativeBaseOffset && !this.#hasLastOffsets)
        if (!this.#isBlurred && !isFirst) {
          const last = this.#findings.offsetOf(relativeLastOffset)
          this.#reportEntry(entry, `a batch there that ends with offset ${last}`)
        }
      } else {
        this.#isPlaced = true
        if (relativeLastOffset < entry.relativeOffset) return
        if (relativeBaseOffset < relativeLastOffset) this.#hasLastOffsets = true
      }
      this.#step()
    }
  }

  /** Bytes of the log that hold no sound batch. */
  damaged(from: number, to: number): void {
    this.#isBlurred = this.#isPlaced
    while (!this.#isPlaced && this.#entry !== undefined && this.#entry.value < to) {
      if (this.#entry.value < from) this.#reportEntry(this.#entry, 'no batch that begins there')
      this.#step()
    }
  }

  /** @param logEnd where the log's batches end  @param mayBeBehind whether the log may have grown meanwhile */
  end(logEnd: number, mayBeBehind: boolean): void {
    for (; this.#entry !== undefined; this.#step()) {
      if (mayBeBehind || (this.#isPlaced && this.#isBlurred)) continue
      if (this.#entry.value >= logEnd) this.#reportPastEnd(this.#entry, logEnd)
      else if (this.#isPlaced) this.#reportEntry(this.#entry, 'no batch with that last offset')
      else this.#reportEntry(this.#entry, 'no batch that begins there')
    }
    this.#findings.checkSize(this.#reader, SIZE_WORDS)
  }

  #step(): void {
    this.#entry = this.#entries.next()
    this.#isPlaced = false
    this.#isBlurred = false
  }

  #reportOutlier(entry: IndexEntry, beside: IndexEntry | undefined): void {
    const found = this.#textOf(entry)
    const last = this.#findings.offsetOf(entry.relativeOffset)
    if (beside === undefined) {
      const base = this.#options.baseOffset
      const corrupt =
        entry.relativeOffset < 0
          ? `Corrupt index found, the offset is ${last} which is less than the base offset ${base}`
          : found
      return this.#findings.report('index-order', entry.at, corrupt, `offset ${base} or more`, last)
    }
    const order = beside.at < entry.at ? 'more than' : 'less than'
    this.#findings.report('index-order', entry.at, found, `${order} ${this.#textOf(beside)}`, last)
  }

  #reportEntry(entry: IndexEntry, found: string): void {
    const last = this.#findings.offsetOf(entry.relativeOffset)
    const expected = `${found} in the log`
    this.#findings.report('index-entry', entry.at, this.#textOf(entry), expected, last)
  }

  #reportPastEnd(entry: IndexEntry, logEnd: number): void {
    const last = this.#findings.offsetOf(entry.relativeOffset)
    const expected = `a position before the end of the log at ${logEnd}`
    this.#findings.report('index-past-end', entry.at, this.#textOf(entry), expected, last)
  }

  #textOf(entry: IndexEntry): string {
    return `offset ${this.#findings.offsetOf(entry.relativeOffset)} at position ${entry.value}`
  }
}

function decodeEntry({ window, start, position }: EntryReader): IndexEntry {
  return {
    at: position,
    relativeOffset: int32At(window, start + AT.relativeOffset),
    value: int32At(window, start + AT.position),
  }
}
