/**
 * Every record of a partition that brokers keep for themselves, in order, for whoever replays them. Batches that are
 * damaged, or larger than they may be, are told and passed over.
 */
import { CorruptDataError, DiskError, LimitError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk, DiskFile } from '../../disk/disk.ts'
import { decodeControlRecord, type ControlRecord } from '../../protocol/control-record.ts'
import type { RecordBatch } from '../../record/batch.ts'
import { keyOf, valueOf, type RecordCursor } from '../../record/record-cursor.ts'
import { recordsOf } from '../../record/records.ts'
import type { BatchScanner } from '../../log/batch-scanner.ts'
import { localLogStartOffset } from '../offsets/log-bounds.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { LogWalk, type ByteSpan, type LogVisitor, type TailReason } from '../verify/log-walk.ts'

/** Views of bytes are valid during the call only. */
export interface RecordVisitor {
  record(record: WalkedRecord): void
  /** The producer's transaction ends. */
  endTransaction(producerId: bigint, type: 'COMMIT' | 'ABORT'): void
  /** One of KRaft's own. */
  control?(record: ControlRecord): void
  /** Told before its records. */
  batch?(batch: RecordBatch): void
}

export interface WalkedRecord {
  readonly offset: bigint
  /** −1 where the record is of no transaction. */
  readonly producerId: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
}

/** Takes what could not be read, as a message for people. */
export type ProblemTaker = (message: string) => void

/** From the log start offset up to the end of the log, exclusive: what lies behind it a broker would cut off. */
export function walkPartition(
  disk: Disk,
  log: PartitionLog & { readonly logEndOffset: bigint },
  visitor: RecordVisitor,
  problem: ProblemTaker,
): void {
  const range = { from: localLogStartOffset(log), to: log.logEndOffset }
  log.segments.forEach(({ baseOffset, log: { path } }, index) => {
    if (baseOffset >= range.to && index > 0) return
    const isLast = index === log.segments.length - 1
    walkFile(disk, path, { visitor, problem, range, isLast, baseOffset, limits: log.limits })
  })
}

export interface FileWalk {
  readonly visitor: RecordVisitor
  readonly problem: ProblemTaker
  /** Half open. */
  readonly range?: { readonly from: bigint; readonly to: bigint }
  /** Whether the file may end within a batch, or in zeros. */
  readonly isLast: boolean
  readonly baseOffset: bigint
  readonly limits: DecodeLimits
}

/** One file of batches: a segment, or a KRaft snapshot. */
export function walkFile(disk: Disk, path: string, walk: FileWalk): void {
  let file: DiskFile | undefined
  try {
    file = disk.open(path)
    const { limits, baseOffset } = walk
    new LogWalk(file, { limits, deep: true, baseOffset }, new FileVisitor(path, walk)).run()
  } catch (error) {
    if (!(error instanceof DiskError || error instanceof CorruptDataError)) throw error
    walk.problem(error.message)
  } finally {
    file?.close()
  }
}

class FileVisitor implements LogVisitor {
  readonly #path: string
  readonly #walk: FileWalk

  constructor(path: string, walk: FileWalk) {
    this.#path = path
    this.#walk = walk
  }

  batch(batch: RecordBatch, scanner: BatchScanner): void {
    const { range, limits, problem, visitor } = this.#walk
    if (range !== undefined && (batch.lastOffset < range.from || batch.baseOffset >= range.to)) {
      return
    }
    const { position } = scanner
    try {
      const body = scanner.body()
      const records = recordsOf(body, limits)
      visitor.batch?.(body)
      if (body.isControl) this.#control(body, records)
      else this.#records(body, records)
    } catch (error) {
      if (!(error instanceof CorruptDataError || error instanceof LimitError)) throw error
      const isPlaced = error instanceof LimitError || error.damage.file !== undefined
      problem((isPlaced ? error : error.in(this.#path, position)).message)
    }
  }

  badChecksum(batch: RecordBatch, { from }: ByteSpan): void {
    const { range, problem } = this.#walk
    if (range !== undefined && batch.baseOffset >= range.to) return
    problem(
      `${this.#path} at byte ${from}: the batch of offsets ${batch.baseOffset} to ` +
        `${batch.lastOffset} was skipped: its checksum does not hold`,
    )
  }

  hole({ from, to }: ByteSpan): void {
    this.#walk.problem(`${this.#path}: bytes ${from} to ${to - 1} were skipped: they are no batch`)
  }

  tail({ from, to }: ByteSpan, why: TailReason): void {
    if (this.#walk.isLast && why !== 'not-a-batch') return
    this.#walk.problem(`${this.#path}: bytes ${from} to ${to - 1} were skipped: they are no batch`)
  }

  #records(batch: RecordBatch, records: RecordCursor): void {
    const { visitor, range } = this.#walk
    const producerId = batch.isTransactional ? batch.producerId : -1n
    while (records.next()) {
      const { offset } = records
      if (range !== undefined && offset < range.from) continue
      visitor.record({ offset, producerId, key: keyOf(records), value: valueOf(records) })
    }
  }

  #control(batch: RecordBatch, records: RecordCursor): void {
    if (!batch.isTransactional) return this.#kraftControl(records)
    if (!records.next()) return
    const { type } = decodeControlRecord(keyOf(records), valueOf(records))
    if (type !== 'ABORT' && type !== 'COMMIT') return
    this.#walk.visitor.endTransaction(batch.producerId, type)
  }

  #kraftControl(records: RecordCursor): void {
    const { visitor } = this.#walk
    if (visitor.control === undefined) return
    while (records.next()) {
      visitor.control(decodeControlRecord(keyOf(records), valueOf(records)))
    }
  }
}
