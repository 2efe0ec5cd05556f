/** What the checks of an offset index and of a time index report alike. */
import type { EntryReader } from './entry-reader.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'

export interface IndexCheckOptions {
  readonly baseOffset: bigint
  /** Whether zeros behind the entries are normal: a broker has it open, or had when it died. */
  readonly mayBePreallocated: boolean
  readonly report: (kind: FindingKind, place: FindingPlace) => void
}

export interface IndexSizeWords {
  /** How Kafka's message about a wrong size begins. */
  readonly title: 'Index file' | 'Time index file'
  readonly wrongSize: FindingKind
  readonly untrimmed: FindingKind
}

export class IndexFindings {
  readonly #path: string
  readonly #options: IndexCheckOptions

  constructor(path: string, options: IndexCheckOptions) {
    this.#path = path
    this.#options = options
  }

  offsetOf(relativeOffset: number): bigint {
    return this.#options.baseOffset + BigInt(relativeOffset)
  }

  /** @param offset of the entry, where one is meant */
  report(
    kind: FindingKind,
    position: number,
    found: string,
    expected: string,
    offset?: bigint,
  ): void {
    this.#options.report(kind, {
      file: this.#path,
      position,
      firstOffset: offset,
      lastOffset: offset,
      found,
      expected,
    })
  }

  /** Of a file that was read to its end. */
  checkSize(
    { zerosFrom, trailingBytes, fileSize, entrySize }: EntryReader,
    { title, wrongSize, untrimmed }: IndexSizeWords,
  ): void {
    if (trailingBytes !== 0) {
      const found =
        `${title} ${this.#path} is corrupt, found ${fileSize} bytes which is neither positive ` +
        `nor a multiple of ${entrySize}`
      this.report(wrongSize, fileSize - trailingBytes, found, `a multiple of ${entrySize}`)
    }
    if (zerosFrom !== undefined && !this.#options.mayBePreallocated) {
      const found = `${fileSize - zerosFrom} bytes of zeros`
      this.report(untrimmed, zerosFrom, found, 'the end of the file: the segment is closed')
    }
  }
}
