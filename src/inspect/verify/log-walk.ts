/**
 * Walks a log batch by batch, checksums included, over damage and to the end, and tells what it meets. Nothing is
 * judged here: whether a torn end is damage, whoever knows the log.dir decides.
 *
 * Behind lost framing the walk goes on at the next batch that proves itself by its checksum.
 */
import type { DecodeLimits } from '../../base/limits.ts'
import type { DiskFile } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { findBatch } from '../../log/find-batch.ts'
import { LOG_OVERHEAD, MAGIC_V2, SIZE_MIN } from '../../record/batch.ts'
import { BATCH_OVERHEAD, BatchV2 } from '../../record/batch-v2.ts'
import { batchAt } from '../../record/records.ts'
import type { Batch } from '../dump/dump-sink.ts'

export interface LogWalkOptions {
  readonly limits: DecodeLimits
  /** Without: headers only, bodies are neither read nor checked. */
  readonly deep: boolean
  /** Of the segment; undefined for a KRaft snapshot. */
  readonly baseOffset: bigint | undefined
}

export interface LogVisitor {
  /** A batch whose checksum holds, at the scanner's position; its header is in memory, its body at `scanner.body()`. */
  batch(batch: Batch, scanner: BatchScanner): void
  /** A batch whose checksum does not hold, how far the damage reaches, and the batch behind it. */
  badChecksum(batch: Batch, span: ByteSpan, checksums: Checksums, behind: Batch | undefined): void
  /** Bytes between batches that are none, and the batch behind them. */
  hole(span: ByteSpan, isZeros: boolean, behind: Batch | undefined): void
  /** Bytes behind the last batch. */
  tail(span: ByteSpan, why: TailReason): void
}

export interface ByteSpan {
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

export interface Checksums {
  readonly stored: number
  /** Undefined where the batch is too short to have one. */
  readonly computed: number | undefined
}

export type TailReason = 'torn' | 'zeros' | 'not-a-batch'

/** A header and a bit: where bodies are not wanted, reading on is dearer than another call. */
const SHALLOW_WINDOW = 4096

export class LogWalk {
  readonly #file: DiskFile
  readonly #options: LogWalkOptions
  readonly #visitor: LogVisitor
  readonly #scanner: BatchScanner
  /** No good batch begins from here on. */
  #nothingFrom = Infinity
  /** The next good batch behind the last damage. */
  #knownNext = -1

  constructor(file: DiskFile, options: LogWalkOptions, visitor: LogVisitor) {
    this.#file = file
    this.#options = options
    this.#visitor = visitor
    const { limits, deep } = options
    this.#scanner = new BatchScanner(file, {
      limits,
      ...(!deep && { windowSize: SHALLOW_WINDOW }),
    })
  }

  run(): void {
    const scanner = this.#scanner
    const { deep } = this.#options
    for (;;) {
      const batch = scanner.next()
      if (batch === undefined) {
        if (!this.#goOnBehindDamage()) return
      } else if (deep && !scanner.isValid()) {
        this.#badBatch()
      } else {
        this.#visitor.batch(scanner.header(), scanner)
      }
    }
  }

  /** The header of the batch behind the current one, where there is one. */
  peek(scanner: BatchScanner, batch: Batch): Batch | undefined {
    return headerAt(this.#file, scanner.position + batch.size, scanner.end)
  }

  #badBatch(): void {
    const scanner = this.#scanner
    const { position, end } = scanner
    const batch = scanner.header()
    const next = this.#endOf(batch, position, end)
    const checksums = this.#checksumsOf(batch)
    const behind = headerAt(this.#file, next, end)
    this.#visitor.badChecksum(scanner.header(), { from: position, to: next }, checksums, behind)
    scanner.resumeAt(next)
  }

  /** Where the log goes on: where the batch says it ends, unless only a batch inside of it proves itself. */
  #endOf(batch: Batch, position: number, end: number): number {
    const claimedEnd = position + batch.size
    if (claimedEnd === end || this.#followsAt(claimedEnd, batch)) return claimedEnd
    return this.#findNext(position + 1) ?? claimedEnd
  }

  #followsAt(position: number, batch: Batch): boolean {
    const next = headerAt(this.#file, position, this.#scanner.end)
    if (next === undefined || next.magic > MAGIC_V2 || next.magic < 0) return false
    const distance = next.baseOffset - batch.baseOffset
    return distance > 0n && distance <= BigInt(0x7fffffff)
  }

  #checksumsOf(batch: Batch): Checksums {
    const stored = batch.storedCrc
    const isWhole = batch.size <= this.#options.limits.batchBytesMax
    if (!isWhole || (batch instanceof BatchV2 && batch.size < BATCH_OVERHEAD)) {
      return { stored, computed: undefined }
    }
    return { stored, computed: this.#scanner.body().computeCrc() }
  }

  #goOnBehindDamage(): boolean {
    const { position, end, stopped } = this.#scanner
    if (position === end) return false
    const next = stopped === 'end-of-file' ? undefined : this.#findNext(position + 1)
    if (next === undefined) {
      const isZeros = isZero(this.#file, position, end)
      const why = isZeros ? 'zeros' : stopped === 'corrupt' ? 'not-a-batch' : 'torn'
      this.#visitor.tail({ from: position, to: end }, why)
      return false
    }
    const behind = headerAt(this.#file, next, end)
    this.#visitor.hole({ from: position, to: next }, isZero(this.#file, position, next), behind)
    this.#scanner.resumeAt(next)
    return true
  }

  /** Each stretch of a log is searched once, however much of it is damaged. */
  #findNext(from: number): number | undefined {
    if (from >= this.#nothingFrom) return undefined
    if (this.#knownNext >= from) return this.#knownNext
    const { end } = this.#scanner
    const { limits, baseOffset } = this.#options
    const found = findBatch(this.#file, { from, to: end, limits, baseOffset })
    if (found !== undefined) return (this.#knownNext = found.position)
    this.#nothingFrom = from
    return undefined
  }
}

function headerAt(file: DiskFile, position: number, end: number): Batch | undefined {
  if (end - position < BATCH_OVERHEAD) return undefined
  const bytes = Buffer.allocUnsafe(BATCH_OVERHEAD)
  if (file.read(bytes, position) < BATCH_OVERHEAD) return undefined
  const batch = batchAt(bytes, 0)
  return batch.size < LOG_OVERHEAD + SIZE_MIN ? undefined : batch
}

const ZERO_WINDOW = 64 * 1024

function isZero(file: DiskFile, from: number, to: number): boolean {
  const window = Buffer.allocUnsafe(Math.min(ZERO_WINDOW, to - from))
  for (let at = from; at < to; at += window.length) {
    const wanted = Math.min(window.length, to - at)
    const size = file.read(window.subarray(0, wanted), at)
    for (let i = 0; i < size; i++) if (window[i] !== 0) return false
    if (size < wanted) return true
  }
  return true
}
