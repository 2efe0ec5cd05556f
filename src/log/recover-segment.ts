/**
 * Reads a segment from its beginning, as a broker does that was not shut down cleanly: each batch has to be whole and its
 * checksum hold. At the first that is not the segment is cut. On the way the indexes are built anew, and producers and
 * leader epochs learn what they may not know yet. Records are not looked into.
 *
 * Two more ends than Kafka's: a batch that its producer can not have sent here (not transactional amid a transaction: the
 * marker before it is lost), where a broker does not start; and one whose offsets go back, which a write that was torn
 * leaves behind, as offsets lie outside the checksum. That one a broker keeps, or empties the segment because of it.
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment#recover
 */
import { CorruptDataError, RefusedError } from '../base/errors.ts'
import { MEBIBYTE } from '../base/limits.ts'
import { INT64_MAX } from '../binary/big-endian.ts'
import { ByteWriter } from '../binary/writer.ts'
import { NO_TIMESTAMP } from '../record/batch.ts'
import { BatchV2 } from '../record/batch-v2.ts'
import { BatchScanner } from './batch-scanner.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { CutOff } from './load-action.ts'
import type { LogSegment } from './log-segment.ts'
import { OFFSET_INDEX_ENTRY } from './offset-index.ts'
import type { PartitionProducers } from './partition-producers.ts'
import type { ProducerState } from './producer-state.ts'
import type { RecoveredIndexes } from './recovered-indexes.ts'
import { RELATIVE_OFFSET_MAX } from './roll-policy.ts'
import { TIME_INDEX_ENTRY, type TimestampOffset } from './time-index.ts'
import { ABORTED_TRANSACTION, CURRENT_VERSION } from './transaction-index.ts'

export interface Recovery {
  readonly segment: LogSegment
  readonly producers: PartitionProducers
  readonly epochs: LeaderEpochs
  readonly indexIntervalBytes: number
  /** Of the log: what is below nobody reads. */
  readonly logStartOffset: bigint
  /** Told how many bytes were read since the last call. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

export interface RecoveryResult {
  readonly indexes: RecoveredIndexes
  readonly batches: number
  readonly nextOffset: bigint
  readonly cut?: CutOff
}

/**
 * Reads only; but producers and epochs are changed.
 *
 * @returns undefined where an offset lies so far from the segment's base that no index could hold it
 */
export function readForRecovery(recovery: Recovery): RecoveryResult | undefined {
  const { segment, onProgress } = recovery
  const scanner = new BatchScanner(segment.log)
  const indexes = new IndexBuilder(segment.baseOffset, recovery.indexIntervalBytes)
  const reader = new RecoveryReader(recovery, indexes)
  let batches = 0
  let nextOffset = segment.baseOffset
  let damage: string | undefined
  let told = 0
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    const isValid = scanner.isValid()
    const { lastOffset } = scanner.header()
    if (isValid && lastOffset > indexes.offsetMax && lastOffset < INT64_MAX) return undefined
    damage = isValid ? reader.take(scanner) : 'the checksum does not hold'
    if (damage !== undefined) break
    nextOffset = scanner.header().lastOffset + 1n
    batches++
    if (onProgress !== undefined && scanner.position - told >= PROGRESS_BYTES) {
      onProgress(scanner.position - told)
      told = scanner.position
    }
  }
  onProgress?.(scanner.position - told)
  const { position } = scanner
  const bytes = scanner.end - position
  const reason = damage ?? scanner.damage?.damage.reason ?? 'the last batch is not whole'
  return {
    indexes: indexes.finish(),
    batches,
    nextOffset,
    ...(bytes > 0 && { cut: { position, bytes, reason, ...padding(scanner, damage) } }),
  }
}

/** Zeros to the end are what a log that is allocated ahead has where nothing was written yet. */
function padding({ file, position, end }: BatchScanner, damage: string | undefined) {
  if (damage !== undefined) return {}
  const window = Buffer.allocUnsafe(Math.min(WINDOW_SIZE, end - position))
  for (let at = position; at < end; at += window.length) {
    const size = file.read(window, at)
    if (window.subarray(0, size).some(byte => byte !== 0)) return {}
  }
  return { isPadding: true as const, reason: 'zeros, where nothing was written yet' }
}

const WINDOW_SIZE = 65_536
const PROGRESS_BYTES = MEBIBYTE

class RecoveryReader {
  readonly #epochs: LeaderEpochs
  readonly #state: ProducerState
  readonly #indexes: IndexBuilder
  readonly #logStartOffset: bigint
  #nextOffset: bigint

  constructor({ segment, producers, epochs, logStartOffset }: Recovery, indexes: IndexBuilder) {
    this.#nextOffset = segment.baseOffset
    this.#logStartOffset = logStartOffset
    this.#epochs = epochs
    this.#state = producers.state
    this.#indexes = indexes
  }

  /** @returns why the batch under the scanner is not taken, where it is not */
  take(scanner: BatchScanner): string | undefined {
    const batch = scanner.header()
    if (batch.lastOffset < this.#nextOffset) return `its offset ${batch.lastOffset} goes back`
    if (batch.lastOffset === INT64_MAX) return `no offset can follow ${batch.lastOffset}`
    const refused = batch instanceof BatchV2 ? this.#learn(batch, scanner) : undefined
    if (refused !== undefined) return refused
    this.#indexes.add(batch, scanner.position)
    this.#nextOffset = batch.lastOffset + 1n
    return undefined
  }

  #learn(batch: BatchV2, scanner: BatchScanner): string | undefined {
    if (batch.producerId >= 0n) {
      this.#forgetWhatWasForgotten(batch)
      const refused = this.#updateProducer(batch.isControl ? scanner.body() : batch)
      if (refused !== undefined) return refused
    }
    this.#state.endOffset = batch.lastOffset + 1n
    const { partitionLeaderEpoch: epoch } = batch
    if (epoch >= 0 && epoch > (this.#epochs.latest?.epoch ?? -1)) {
      this.#epochs.assign(epoch, batch.baseOffset)
    }
    return undefined
  }

  /** A transaction that was open below the log's start, when it was loaded. Kafka does not start over what follows. */
  #forgetWhatWasForgotten({ producerId, isTransactional }: BatchV2): void {
    const begun = this.#state.get(producerId)?.txnFirstOffset
    if (isTransactional || begun === undefined || begun >= this.#logStartOffset) return
    this.#state.forgetTransaction(producerId)
  }

  #updateProducer(batch: ReturnType<BatchScanner['header']>): string | undefined {
    const append = this.#state.begin('replication')
    try {
      append.add(batch as BatchV2)
    } catch (error) {
      if (error instanceof CorruptDataError) return error.damage.reason
      if (error instanceof RefusedError) return error.message
      throw error
    }
    for (const completed of this.#state.commit(append)) {
      const lastStableOffset = this.#state.lastStableOffsetAfter(completed)
      if (completed.isAborted) this.#indexes.addAborted(completed, lastStableOffset)
      this.#state.complete(completed)
    }
    return undefined
  }
}

class IndexBuilder {
  /** The last that it can hold. */
  readonly offsetMax: bigint
  readonly #baseOffset: bigint
  readonly #interval: number
  readonly #offsets = new ByteWriter(4096)
  readonly #times = new ByteWriter(4096)
  readonly #aborted = new ByteWriter()
  #lastTime = NO_TIMESTAMP
  #indexedUpTo = 0
  #greatest: TimestampOffset

  constructor(baseOffset: bigint, interval: number) {
    this.offsetMax = baseOffset + RELATIVE_OFFSET_MAX
    this.#baseOffset = baseOffset
    this.#interval = interval
    this.#greatest = { timestamp: NO_TIMESTAMP, offset: baseOffset }
  }

  add(batch: ReturnType<BatchScanner['header']>, position: number): void {
    const { maxTimestamp, lastOffset } = batch
    const relativeOffset = Number(lastOffset - this.#baseOffset)
    if (maxTimestamp > this.#greatest.timestamp) {
      this.#greatest = { timestamp: maxTimestamp, offset: lastOffset }
    }
    if (position - this.#indexedUpTo <= this.#interval) return
    this.#offsets.bytes(OFFSET_INDEX_ENTRY.encode({ relativeOffset, position }))
    this.#addTime()
    this.#indexedUpTo = position
  }

  addAborted({ producerId, firstOffset, markerOffset }: Aborted, lastStableOffset: bigint): void {
    const version = CURRENT_VERSION
    const entry = { version, producerId, firstOffset, lastOffset: markerOffset, lastStableOffset }
    this.#aborted.bytes(ABORTED_TRANSACTION.encode(entry))
  }

  finish(): RecoveredIndexes {
    this.#addTime()
    return {
      offsets: this.#offsets.written(),
      times: this.#times.written(),
      aborted: this.#aborted.written(),
      greatest: this.#greatest,
    }
  }

  #addTime(): void {
    const { timestamp, offset } = this.#greatest
    if (timestamp <= this.#lastTime) return
    this.#lastTime = timestamp
    const relativeOffset = Number(offset - this.#baseOffset)
    this.#times.bytes(TIME_INDEX_ENTRY.encode({ timestamp, relativeOffset }))
  }
}

interface Aborted {
  readonly producerId: bigint
  readonly firstOffset: bigint
  readonly markerOffset: bigint
}
