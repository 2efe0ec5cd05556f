/** Holds a log that was opened after a crash against what it was told before. */
import type { PartitionLog } from '../../src/log/partition-log.ts'
import type { LogSegment } from '../../src/log/log-segment.ts'
import { BATCH_HEADER, BatchV2 } from '../../src/record/batch-v2.ts'
import { BatchScanner } from '../../src/log/batch-scanner.ts'
import type { AppendedBatch, PartitionModel } from './model.ts'

export interface FoundBatch extends AppendedBatch {
  /** Of its segment. */
  readonly isFirst: boolean
}

export function readBatches(log: PartitionLog): FoundBatch[] {
  const batches: FoundBatch[] = []
  for (const segment of log.segments) {
    const scanner = new BatchScanner(segment.log, { end: segment.size })
    while (scanner.next() !== undefined) {
      if (!scanner.isValid()) throw new Error(`a batch at ${scanner.position} does not hold`)
      const batch = scanner.body() as BatchV2
      const bytes = Buffer.from(batch.buffer.subarray(batch.start, batch.start + batch.size))
      const { baseOffset, lastOffset } = batch
      batches.push({ baseOffset, lastOffset, bytes, isFirst: scanner.position === 0 })
    }
    if (scanner.position !== segment.size) throw new Error('a segment ends in something else')
  }
  return batches
}

export function checkLog(log: PartitionLog, model: PartitionModel): void {
  const found = readBatches(log)
  checkHistory(found, model)
  checkPromise(log, found, model)
  for (const segment of log.segments) checkIndexes(segment)
  checkProducers(log, found)
}

/**
 * The batches are a piece of what was appended; what went before was deleted from the start. A gap may lie where one
 * segment ends and the next begins: the disk may take the beginning of the one before the end of the other, as long as
 * neither was flushed.
 */
function checkHistory(found: readonly FoundBatch[], model: PartitionModel): void {
  const { current, before, failed } = model
  const withFailed = failed === undefined ? current : [...current, failed]
  if (isPieceOf(withFailed, found) || isPieceOf(before, found)) return
  const range = `${found[0]!.baseOffset}–${found.at(-1)!.lastOffset}`
  throw new Error(`offsets ${range} hold other batches than were appended`)
}

function isPieceOf(history: readonly AppendedBatch[], found: readonly FoundBatch[]): boolean {
  let at = 0
  for (const { bytes, isFirst } of found) {
    while (isFirst && at < history.length && !areSame(history[at]!.bytes, bytes)) at++
    const batch = history[at]
    if (batch === undefined || !areSame(batch.bytes, bytes)) return false
    at++
  }
  return true
}

/** The leader epoch lies outside the checksum: it may be lost with half of a write, and nobody sees it. */
function areSame(a: Buffer, b: Buffer): boolean {
  const { partitionLeaderEpoch, magic } = BATCH_HEADER.offsetOf
  const isHeadSame = a.compare(b, 0, partitionLeaderEpoch, 0, partitionLeaderEpoch) === 0
  return isHeadSame && a.subarray(magic).equals(b.subarray(magic))
}

/** What was flushed is there; but for what was deleted from the start. */
function checkPromise(
  log: PartitionLog,
  found: readonly AppendedBatch[],
  model: PartitionModel,
): void {
  const { promised, current } = model
  for (const batch of current) {
    if (batch.lastOffset >= promised || batch.lastOffset < model.logStart) continue
    if (found.some(({ bytes }) => areSame(bytes, batch.bytes))) continue
    throw new Error(`offsets ${batch.baseOffset}–${batch.lastOffset} of ${promised} are lost`)
  }
  if (log.logStartOffset > model.logStart) throw new Error('the log start went up by itself')
}

/** Entries ascend, lead to batches that begin not behind them, and no record before a time entry is later. */
function checkIndexes(segment: LogSegment): void {
  const starts = new Map<number, BatchV2>()
  const scanner = new BatchScanner(segment.log, { end: segment.size })
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    const bytes = Buffer.from((scanner.body() as BatchV2).buffer.subarray(batch.start))
    starts.set(scanner.position, new BatchV2(bytes))
  }
  const { offsetIndex: offsets, timeIndex: times } = segment
  for (let slot = 0; slot < offsets!.usedCount; slot++) {
    const { offset, position } = offsets!.entryAt(slot)
    if (starts.get(position)?.lastOffset === offset) continue
    throw new Error(`index entry ${slot} of ${segment.logPath} leads to ${position}`)
  }
  let greatest = -1n
  const greatestAt = new Map<bigint, bigint>()
  for (const batch of starts.values()) {
    if (batch.maxTimestamp > greatest) greatest = batch.maxTimestamp
    greatestAt.set(batch.lastOffset, greatest)
  }
  for (let slot = 0; slot < times!.usedCount; slot++) {
    const { timestamp, offset } = times!.entryAt(slot)
    if (greatestAt.get(offset) === timestamp) continue
    throw new Error(`time index entry ${slot} of ${segment.logPath} says ${timestamp}`)
  }
}

/** What the log's own batches say of each producer; what is deleted from the start may be forgotten. */
function checkProducers(log: PartitionLog, found: readonly AppendedBatch[]): void {
  const sequences = new Map<bigint, number>()
  const open = new Map<bigint, bigint>()
  for (const { bytes, lastOffset } of found) {
    if (lastOffset < log.logStartOffset) continue
    const batch = new BatchV2(bytes)
    const { producerId, isControl, isTransactional, lastSequence, baseOffset } = batch
    if (producerId < 0n) continue
    if (isControl) open.delete(producerId)
    else sequences.set(producerId, lastSequence)
    if (!isControl && isTransactional && !open.has(producerId)) open.set(producerId, baseOffset)
  }
  for (const [id, sequence] of sequences) {
    const known = log.producer(id)
    if (known?.lastSequence !== sequence) {
      throw new Error(`producer ${id}: sequence ${known?.lastSequence}, the log says ${sequence}`)
    }
    const isOpen = known.txnFirstOffset !== undefined
    const begunBefore = isOpen && known.txnFirstOffset! < log.logStartOffset
    if (!begunBefore && isOpen !== open.has(id)) {
      throw new Error(`producer ${id}: its transaction is ${isOpen}`)
    }
  }
}
