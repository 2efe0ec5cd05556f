/**
 * What a consumer of committed records may see of a log that is being written to: how far every transaction is decided,
 * and which were aborted. Told as the log grows, each of its batches read once.
 */
import { CorruptDataError } from '../../base/errors.ts'
import type { Disk, DiskFile } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { floorSegment, type Segment } from '../../log/segment.ts'
import { logEndOffset } from '../offsets/log-bounds.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { AbortedRanges, type AbortedRange } from '../search/aborted-ranges.ts'
import { abortedTransactions } from '../transactions/aborted-transactions.ts'
import { stateAt, type NoticeTaker } from '../transactions/partition-transactions.ts'
import { TransactionReplay } from '../transactions/transaction-replay.ts'

export class CommittedTail {
  readonly #disk: Disk
  readonly #limits: PartitionLog['limits']
  readonly #replay: TransactionReplay
  /** Of the transaction indexes, and of what the replay found. */
  #aborted: readonly AbortedRange[]
  /** Where the replay goes on. */
  #baseOffset: bigint
  #position = 0

  /** @throws DiskError where the log can't be read */
  constructor(disk: Disk, log: PartitionLog, notice: NoticeTaker) {
    this.#disk = disk
    this.#limits = log.limits
    const end = logEndOffset(disk, log)
    this.#aborted = abortedTransactions(disk, log, end, notice)
    const { segments } = log
    const beginning = { offset: segments[0]?.baseOffset ?? 0n, producers: [] }
    const { producers, offset } = stateAt(disk, log, end, notice) ?? beginning
    this.#replay = new TransactionReplay(producers, offset, log.limits)
    this.#baseOffset = segments[Math.max(0, floorSegment(segments, offset))]?.baseOffset ?? 0n
  }

  /** Where reading committed records ends, exclusive, as far as batches were read. */
  get lastStableOffset(): bigint {
    return this.#replay.firstOpenOffset ?? this.#replay.nextOffset
  }

  /** Those that reach up to an offset or beyond; the others are forgotten. */
  abortedFrom(offset: bigint): AbortedRanges {
    const all = [...this.#aborted, ...this.#replay.aborted.splice(0)]
    this.#aborted = all.filter(({ lastOffset }) => lastOffset >= offset)
    return AbortedRanges.of(this.#aborted)
  }

  /** @param segments ascending, the one that was last before among them, if it is still there */
  advance(segments: readonly Segment[]): void {
    for (const segment of segments) {
      if (segment.baseOffset < this.#baseOffset) continue
      if (segment.baseOffset > this.#baseOffset) this.#position = 0
      this.#baseOffset = segment.baseOffset
      this.#replaySegment(segment)
    }
  }

  #replaySegment({ log }: Segment): void {
    const file = this.#disk.open(log.path)
    try {
      const limits = this.#limits
      const end = this.#settledEnd(file)
      this.#replay.run(new BatchScanner(file, { from: this.#position, end, limits }))
      this.#position = end
    } catch (error) {
      // It was cut while it was read, as a log that was allocated ahead is when it is rolled: next time.
      if (!(error instanceof CorruptDataError)) throw error
    } finally {
      file.close()
    }
  }

  /**
   * Behind the last batch before one whose checksum is wrong: that one may be half written. If it is wrong still when all
   * before it were passed, it is damaged, and what comes behind it counts.
   */
  #settledEnd(file: DiskFile): number {
    const scanner = new BatchScanner(file, { from: this.#position, limits: this.#limits })
    let end = this.#position
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      const { size } = batch
      const { position } = scanner
      if (scanner.isValid()) end = position + size
      else if (position !== this.#position || !this.#isDamagedAt(file)) break
    }
    return end
  }

  #isDamagedAt(file: DiskFile): boolean {
    const again = new BatchScanner(file, { from: this.#position, limits: this.#limits })
    return again.next() !== undefined && !again.isValid()
  }
}
