/** A log while a salvage reads it: where in it something lies, and what comes behind. */
import type { DiskFile } from '../../disk/disk.ts'
import { shrunkenFile } from '../../disk/shrunken-file.ts'
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import type { LogWalk } from '../../inspect/verify/log-walk.ts'
import type { SegmentNumbers } from '../../inspect/verify/segment-numbers.ts'
import type { BatchScanner } from '../../log/batch-scanner.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import type { FileSpan } from './loss.ts'

/** Where the offsets go on behind the log. */
export interface GoesOn {
  /** The header of the first batch there, as far as it can be read. */
  readonly behind: Batch | undefined
  readonly following: bigint | undefined
}

export interface ReadLog {
  readonly file: DiskFile
  /** When it was listed. */
  readonly sizeBefore: number
  readonly walk: LogWalk
  readonly goesOn: GoesOn
  /** Told how many bytes were read since the last call. */
  readonly onProgress: (bytes: number) => void
}

const PROGRESS_BYTES = 1024 * 1024

export class LogReading {
  readonly file: string
  readonly size: number
  readonly #log: ReadLog
  #told = 0

  /** @throws CorruptDataError where it has fewer bytes by now */
  constructor(log: ReadLog) {
    const { file, sizeBefore } = log
    this.file = file.path
    this.size = file.size()
    this.#log = log
    const { size } = this
    if (size < sizeBefore) throw shrunkenFile({ file: file.path, position: 0, size, sizeBefore })
  }

  run(): void {
    this.#log.walk.run()
    this.#log.onProgress(this.size - this.#told)
  }

  reached(position: number): void {
    if (position - this.#told < PROGRESS_BYTES) return
    this.#log.onProgress(position - this.#told)
    this.#told = position
  }

  span(position: number, size: number): FileSpan {
    return { file: this.file, position, size }
  }

  /** The header of the batch behind that under the scanner. */
  behind(scanner: BatchScanner): Batch | undefined {
    const { walk, goesOn } = this.#log
    return walk.peek(scanner, scanner.header()) ?? goesOn.behind
  }

  /** Where the batch behind begins, or, behind the last, what follows; relative to a segment's base. */
  behindBase(
    { size }: Batch,
    position: number,
    numbers: SegmentNumbers,
    behind: () => Batch | undefined,
  ): number | undefined {
    const { following } = this.#log.goesOn
    if (position + size === this.size) {
      return following === undefined ? undefined : numbers.relativeOf(following)
    }
    const next = behind()
    return next instanceof BatchV2 ? numbers.relativeBaseOffset(next) : undefined
  }
}
