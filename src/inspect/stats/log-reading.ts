/** Reads the batches of one log, all of them or a sample, and goes on behind damage. */
import { CorruptDataError, DiskError, LimitError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk, DiskFile } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { findBatch } from '../../log/find-batch.ts'
import { isTorn, isZeroFrom } from '../../log/open-end.ts'
import { withSegment, type OpenSegment } from '../../log/open-segment.ts'
import { unreadableIndexText, withOptionalIndexes } from '../../log/optional-indexes.ts'
import type { Segment } from '../../log/segment.ts'
import type { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import { alignedPosition, type SamplePlace } from './sample-places.ts'

export interface ReadingTask {
  readonly segments: readonly Segment[]
  /** Base offset of the segment that may end torn, or in zeros: the last, where the log was not closed. */
  readonly openBaseOffset: bigint | undefined
  /** What to read of them, ascending; undefined for everything. */
  readonly places: readonly SamplePlace[] | undefined
  readonly limits: DecodeLimits
}

export interface LogReading {
  /** Of log. */
  readonly bytesRead: number
  /** Where reading began; of a whole partition one for each segment. */
  readonly places: number
  readonly problems: readonly ReadingProblem[]
}

export interface ReadingProblem {
  /** A `failure` means that something was not counted. */
  readonly kind: 'notice' | 'failure'
  readonly message: string
}

export interface ReadingEnvironment {
  readonly disk: Disk
  /** Bytes looked at since the last call. */
  readonly onProgress: (bytes: number) => void
}

/** What is done with the batches. */
export interface BatchReader {
  /** Those that come now are of this segment, which stays open as long. */
  enter(segment: OpenSegment): void
  /** What comes now does not follow what came before. */
  startAnew(): void
  /**
   * @returns what was wrong with the batch; its position is still to be told from the batch's
   */
  take(
    batch: BatchV2 | LegacyMessage,
    path: string,
    position: number,
  ): CorruptDataError | LimitError | undefined
  /** Counts a batch of which no more can be said. */
  refuse(error: LimitError): LimitError
}

export function checksumDamage(batch: BatchV2 | LegacyMessage): CorruptDataError {
  return new CorruptDataError({
    position: 0,
    reason: 'the checksum of the batch does not hold',
    found: String(batch.computeCrc()),
    expected: String(batch.storedCrc),
  })
}

export function readBatches(
  task: ReadingTask,
  reader: BatchReader,
  environment: ReadingEnvironment,
): LogReading {
  return new PartitionReading(task, reader, environment).run()
}

/** Between two calls of `onProgress`. */
const PROGRESS_BYTES = 4 * 1024 * 1024
const SAMPLE_WINDOW_SIZE = 4 * 1024

interface Stretch {
  readonly segment: Segment
  readonly scanner: BatchScanner
  /** Batches that begin here or behind are not counted. */
  readonly end: number
}

class PartitionReading {
  readonly #task: ReadingTask
  readonly #reader: BatchReader
  readonly #onProgress: ReadingEnvironment['onProgress']
  readonly #disk: Disk
  readonly #problems: ReadingProblem[] = []
  #bytesRead = 0
  #places = 0

  constructor(task: ReadingTask, reader: BatchReader, { disk, onProgress }: ReadingEnvironment) {
    this.#task = task
    this.#reader = reader
    this.#onProgress = onProgress
    this.#disk = withOptionalIndexes(disk, error => this.#notice(unreadableIndexText(error)))
  }

  run(): LogReading {
    const { segments, places } = this.#task
    if (places !== undefined) this.#readSample(places)
    else
      for (const segment of segments) this.#inSegment(segment, log => this.#readAll(segment, log))
    return { bytesRead: this.#bytesRead, places: this.#places, problems: this.#problems }
  }

  #readAll(segment: Segment, log: DiskFile): void {
    const { limits } = this.#task
    const scanner = new BatchScanner(log, { limits })
    this.#places++
    this.#read({ segment, scanner, end: Infinity })
  }

  /** Batches are whole: what is read too much or too little in one place, the next ones make up for. */
  #readSample(places: readonly SamplePlace[]): void {
    let behind: { path: string; position: number } | undefined
    let owed = 0
    for (const place of places) {
      const { segment } = place
      owed += place.size
      if (owed <= 0) continue
      this.#inSegment(segment, log => {
        const { limits } = this.#task
        const aligned = alignedPosition(this.#disk, place, { log, limits })
        if (aligned === undefined) return
        const from = behind?.path === log.path ? Math.max(aligned, behind.position) : aligned
        const options = { from, limits, windowSize: SAMPLE_WINDOW_SIZE }
        const scanner = new BatchScanner(log, options)
        this.#reader.startAnew()
        this.#places++
        this.#read({ segment, scanner, end: from + owed })
        behind = { path: log.path, position: scanner.position }
        owed -= scanner.position - from
      })
    }
  }

  #inSegment(segment: Segment, use: (log: DiskFile) => void): void {
    try {
      withSegment(this.#disk, segment, open => {
        this.#reader.enter(open)
        use(open.log)
      })
    } catch (error) {
      if (!(error instanceof DiskError) && !(error instanceof CorruptDataError)) throw error
      this.#problems.push({ kind: 'failure', message: error.message })
    }
  }

  #read(stretch: Stretch): void {
    const { scanner, end } = stretch
    const { path } = scanner.file
    let told = scanner.position
    for (;;) {
      const batch = scanner.next()
      if (batch === undefined) {
        if (!this.#goOnBehindDamage(stretch)) break
        continue
      }
      const { position } = scanner
      if (position >= end) break
      const damage = this.#takeBatch(scanner)
      if (damage !== undefined) this.#fail(damage, path, position)
      if (position - told < PROGRESS_BYTES) continue
      this.#onProgress(position - told)
      told = position
    }
    this.#onProgress(Math.max(0, scanner.position - told))
    this.#bytesRead += scanner.bytesRead
  }

  #takeBatch(scanner: BatchScanner): CorruptDataError | LimitError | undefined {
    try {
      return this.#reader.take(scanner.body(), scanner.file.path, scanner.position)
    } catch (error) {
      if (!(error instanceof LimitError)) throw error
      return this.#reader.refuse(error)
    }
  }

  /** True where the reading goes on. */
  #goOnBehindDamage({ segment, scanner, end }: Stretch): boolean {
    const { position, file, stopped } = scanner
    const fileEnd = scanner.end
    if (position >= Math.min(fileEnd, end)) return false
    const isOpenEnded = segment.baseOffset === this.#task.openBaseOffset
    if (isOpenEnded && isZeroFrom(file, position, fileEnd)) return false
    const { limits } = this.#task
    const { baseOffset } = segment
    const next =
      stopped === 'end-of-file'
        ? undefined
        : findBatch(file, { from: position + 1, to: fileEnd, limits, baseOffset })?.position
    if (next === undefined && isOpenEnded && isTorn(file, { position, stopped, baseOffset })) {
      const message = `${file.path}: the last ${fileEnd - position} bytes are no whole batch`
      this.#notice(message)
      return false
    }
    const skipped = `${file.path}: bytes ${position} to ${(next ?? fileEnd) - 1} were skipped`
    this.#problems.push({ kind: 'failure', message: `${skipped}: they are no whole batch` })
    if (next !== undefined) scanner.resumeAt(next)
    return next !== undefined
  }

  #fail(error: CorruptDataError | LimitError, path: string, position: number): void {
    const placed = error instanceof CorruptDataError ? error.in(path, position) : error
    this.#problems.push({ kind: 'failure', message: placed.message })
  }

  /** Once each. */
  #notice(message: string): void {
    if (this.#problems.some(problem => problem.message === message)) return
    this.#problems.push({ kind: 'notice', message })
  }
}
