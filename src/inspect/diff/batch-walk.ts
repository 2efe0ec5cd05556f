/** Walks the batches of one copy, from segment to segment: one window of bytes, one file open. */
import { CorruptDataError, isReadFailure } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { isShrunken } from '../../disk/shrunken-file.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { OpenSegment } from '../../log/open-segment.ts'
import { floorSegment, type Segment } from '../../log/segment.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { recordsOf } from '../../record/records.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import { startPosition } from '../search/start-position.ts'

export interface WalkOptions {
  /** Ascending. */
  readonly segments: readonly Segment[]
  /** Half open. */
  readonly fromOffset: bigint
  readonly toOffset: bigint
  /** Of the log; what lies behind is none of it. */
  readonly endOffset: bigint
  readonly limits: DecodeLimits
  /** Takes what can't be read, by the offset that was to come. */
  readonly onDamage: (offset: bigint, problem: string) => void
  /** Told how many bytes were passed since the last call. */
  readonly onProgress: (bytes: number) => void
}

export class BatchWalk {
  /** The current one, its header at least in memory; undefined behind the last. */
  batch: BatchV2 | LegacyMessage | undefined
  /** Within the current batch, once somebody looks into it; it stands on a record. */
  record: RecordCursor | undefined
  readonly #disk: Disk
  readonly #options: WalkOptions
  #slot: number
  #open: OpenSegment | undefined
  #scanner: BatchScanner | undefined
  #nextOffset: bigint
  #isEnded = false
  /** Of the current batch, records stepped to. */
  #taken = 0

  constructor(disk: Disk, options: WalkOptions) {
    this.#disk = disk
    this.#options = options
    this.#nextOffset = options.fromOffset
    this.#slot = Math.max(0, floorSegment(options.segments, options.fromOffset)) - 1
    this.nextBatch()
  }

  /** Steps to the next batch that holds something of the range. */
  nextBatch(): void {
    this.record = undefined
    this.batch = undefined
    while (!this.#isEnded) {
      const scanner = this.#scanner ?? this.#nextSegment()
      if (scanner === undefined) return
      const batch = this.#attempt(() => scanner.next())
      if (batch === undefined) this.#leave(scanner)
      else if (this.#isWanted(batch, scanner)) {
        this.#nextOffset = batch.lastOffset + 1n
        this.#options.onProgress(batch.size)
        this.batch = batch
        return
      }
    }
  }

  /** The current batch with its body in memory; undefined where that can't be had, which is told. */
  body(): BatchV2 | LegacyMessage | undefined {
    return this.#attempt(() => (this.batch = this.#scanner!.body()))
  }

  /** Goes into the batch, to its first record of the range; false where it has none, or none that can be read. */
  enter(): boolean {
    const batch = this.body()
    if (batch === undefined) return false
    if (!batch.isValid()) {
      this.#damage(batch.baseOffset, 'its checksum does not hold')
      return false
    }
    this.#taken = 0
    this.record = this.#attempt(() => recordsOf(batch, this.#options.limits))
    return this.record !== undefined && this.nextRecord()
  }

  /** Whether nothing of the current batch was passed. */
  get isAtBegin(): boolean {
    return this.record === undefined || this.#taken <= 1
  }

  /** False behind the last of the batch. */
  nextRecord(): boolean {
    const { record } = this
    const { fromOffset, toOffset } = this.#options
    while (record !== undefined && this.#attempt(() => record.next()) === true) {
      const { offset } = record
      this.#taken++
      if (offset >= fromOffset && offset < toOffset) return true
    }
    this.record = undefined
    return false
  }

  /** Whether all of a batch's offsets are in the range. */
  holds({ baseOffset, lastOffset }: BatchV2): boolean {
    const { fromOffset, toOffset } = this.#options
    return baseOffset >= fromOffset && lastOffset < toOffset
  }

  close(): void {
    this.#open?.close()
    this.#open = undefined
    this.#scanner = undefined
  }

  #isWanted(batch: BatchV2 | LegacyMessage, scanner: BatchScanner): boolean {
    const { fromOffset, toOffset, endOffset } = this.#options
    const { lastOffset } = batch
    const first = batch instanceof BatchV2 ? batch.baseOffset : lastOffset
    if (lastOffset >= endOffset || first >= toOffset) {
      this.#isEnded = true
      this.close()
      return false
    }
    if (lastOffset < fromOffset) return false
    if (lastOffset >= this.#nextOffset) return true
    this.#damage(
      this.#nextOffset,
      `a batch of offset ${first}, out of its order, at byte ${scanner.position}`,
    )
    return false
  }

  #nextSegment(): BatchScanner | undefined {
    const segment = this.#options.segments[++this.#slot]
    if (segment === undefined || this.#isEnded) return undefined
    const { fromOffset, limits } = this.#options
    return this.#attempt(() => {
      this.#open = new OpenSegment(this.#disk, segment)
      const range = {
        fromOffset,
        toOffset: this.#options.toOffset,
        fromTimestamp: undefined,
        toTimestamp: undefined,
      }
      const from = segment.baseOffset < fromOffset ? startPosition(this.#open, range).position : 0
      return (this.#scanner = new BatchScanner(this.#open.log, { from, limits }))
    })
  }

  /** What lies behind the end of the log is no damage. */
  #leave({ position, end, stopped }: BatchScanner): void {
    const isLast = this.#slot === this.#options.segments.length - 1
    if (
      position < end &&
      !this.#isEnded &&
      !(isLast && this.#nextOffset >= this.#options.endOffset)
    ) {
      const what = stopped === 'corrupt' ? 'no batch' : 'no whole batch'
      this.#damage(this.#nextOffset, `bytes ${position} to ${end - 1} are ${what}`)
    }
    this.close()
  }

  #attempt<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!isReadFailure(error)) throw error
      if (this.#isEnded) return undefined
      this.#isEnded = isShrunken(error)
      const isPlaced = !(error instanceof CorruptDataError) || error.damage.file !== undefined
      this.#damage(this.batch?.baseOffset ?? this.#nextOffset, isPlaced ? '' : error.message, error)
      return undefined
    }
  }

  #damage(offset: bigint, problem: string, error?: Error): void {
    const { path = '' } = this.#options.segments[this.#slot]?.log ?? {}
    const text = problem === '' ? error!.message : `${path}: ${problem}`
    this.#options.onDamage(offset, text)
  }
}
