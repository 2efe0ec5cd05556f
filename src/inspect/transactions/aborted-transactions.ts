/**
 * The aborted transactions of a partition. They stand in the transaction indexes, as for a broker; those behind the
 * last producer snapshot are told from their markers as well where the log was not closed, and so are those of a
 * segment whose index is damaged.
 */
import { CorruptDataError, DiskError, LimitError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import type { Segment } from '../../log/segment.ts'
import { TransactionIndex } from '../../log/transaction-index.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import type { AbortedRange } from '../search/aborted-ranges.ts'
import {
  replayTransactions,
  stateAt,
  type NoticeTaker,
  type ProducerState,
} from './partition-transactions.ts'

/**
 * In order of their markers, each once.
 *
 * @throws DiskError where a log can't be read
 */
export function abortedTransactions(
  disk: Disk,
  log: PartitionLog,
  logEndOffset: bigint,
  notice: NoticeTaker = () => undefined,
): AbortedRange[] {
  const reader = new AbortedReader(disk, log, notice)
  const byMarker = new Map<bigint, AbortedRange>()
  if (!log.isClean) {
    for (const range of reader.behindSnapshot(logEndOffset)) byMarker.set(range.lastOffset, range)
  }
  log.segments.forEach((segment, position) => {
    for (const range of reader.inSegment(segment, position)) byMarker.set(range.lastOffset, range)
  })
  return [...byMarker.values()].sort((a, b) => (a.lastOffset < b.lastOffset ? -1 : 1))
}

class AbortedReader {
  readonly #disk: Disk
  readonly #log: PartitionLog
  readonly #notice: NoticeTaker

  constructor(disk: Disk, log: PartitionLog, notice: NoticeTaker) {
    this.#disk = disk
    this.#log = log
    this.#notice = notice
  }

  behindSnapshot(logEndOffset: bigint): readonly AbortedRange[] {
    return this.#replay(logEndOffset, this.#log.segments)
  }

  inSegment(segment: Segment, position: number): Iterable<AbortedRange> {
    const { txnIndex, baseOffset } = segment
    if (txnIndex === undefined) return []
    const bytes = this.#attempt(() => this.#disk.readWhole(txnIndex.path))
    const index = new TransactionIndex(bytes ?? Buffer.alloc(0))
    const [damage] = index.damages(txnIndex.path, baseOffset)
    if (bytes !== undefined && damage === undefined) return index.entries()
    if (damage !== undefined) this.#notice(new CorruptDataError(damage).message)
    return this.#replay(baseOffset, this.#log.segments.slice(0, position + 1))
  }

  /** By their markers, from the last snapshot not above an offset to the end of the segments. */
  #replay(upTo: bigint, segments: readonly Segment[]): readonly AbortedRange[] {
    const state = stateAt(this.#disk, this.#log, upTo, this.#notice) ?? this.#beginning()
    return replayTransactions(this.#disk, { state, segments, limits: this.#log.limits }).aborted
  }

  #beginning(): ProducerState {
    return { offset: this.#log.segments[0]?.baseOffset ?? 0n, producers: [] }
  }

  #attempt<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof DiskError || error instanceof LimitError)) throw error
      this.#notice(error.message)
      return undefined
    }
  }
}
