/**
 * The end of a log, where batches are appended: what an append changes, of segments, producers and leader epochs, in one
 * synchronous stretch.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#append
 */
import { BatchV2 } from '../record/batch-v2.ts'
import type { ActiveSegments } from './active-segments.ts'
import { type PreparedRecords, prepareRecords } from './append-validation.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import {
  type Appended,
  type AppendOptions,
  duplicateOf,
  refuseLargerThanSegment,
} from './log-append.ts'
import type { LogConfig } from './log-config.ts'
import type { PartitionProducers } from './partition-producers.ts'
import type { CompletedTransaction } from './producer-state.ts'

export interface AppendedLog {
  readonly name: string
  readonly config: LogConfig
  readonly segments: ActiveSegments
  readonly producers: PartitionProducers
  readonly epochs: LeaderEpochs
  /** Told when a segment was left behind for a new one. */
  readonly onRolled: () => void
}

export interface AppendMoment {
  readonly nowMs: number
  readonly logStartOffset: bigint
}

export class LogAppender {
  /** The offset that the next record gets. */
  endOffset: bigint
  readonly #log: AppendedLog

  constructor(log: AppendedLog, endOffset: bigint) {
    this.#log = log
    this.endOffset = endOffset
  }

  /**
   * @param records are the log's from now on
   * @throws RefusedError nothing was appended
   * @throws DiskError
   */
  append(records: Buffer, options: AppendOptions, moment: AppendMoment): Appended | undefined {
    const { name, config } = this.#log
    const { origin, leaderEpoch } = options
    const { nowMs } = moment
    const context = { name, config, origin, leaderEpoch, nextOffset: this.endOffset, nowMs }
    const prepared = prepareRecords(records, context)
    return prepared && this.#appendPrepared(prepared, options, moment)
  }

  /** @param firstOffset of what comes next */
  roll(firstOffset: bigint): void {
    const { segments, producers, onRolled } = this.#log
    const baseOffset = firstOffset > this.endOffset ? firstOffset : this.endOffset
    segments.roll(baseOffset)
    producers.state.endOffset = baseOffset
    this.takeSnapshot()
    onRolled()
  }

  /** Of the producers, unless there is nothing new. */
  takeSnapshot(): void {
    const { segments, producers } = this.#log
    const snapshot = producers.takeSnapshot()
    if (snapshot !== undefined) segments.flush.snapshotWritten(snapshot)
  }

  #appendPrepared(
    prepared: PreparedRecords,
    { origin, transactionVersion = 0 }: AppendOptions,
    { nowMs, logStartOffset }: AppendMoment,
  ): Appended {
    const { bytes, batches, firstOffset, lastOffset, maxTimestamp } = prepared
    const { segments, producers, config } = this.#log
    refuseLargerThanSegment(bytes.length, this.#log)
    const producing = producers.state.begin(origin, { transactionVersion })
    for (const batch of batches) {
      if (!(batch instanceof BatchV2) || batch.producerId < 0n) continue
      const known = producing.duplicateOf(batch)
      if (known !== undefined) return duplicateOf(known, logStartOffset)
      producing.add(batch)
    }
    this.#noteEpochs(prepared)
    const request = { bytes: bytes.length, lastOffset, maxTimestamp, nowMs }
    if (segments.active.rollReason(request) !== undefined) this.roll(firstOffset)
    segments.active.append(bytes, batches)
    this.endOffset = lastOffset + 1n
    this.#endTransactions(producers.state.commit(producing))
    producers.state.endOffset = this.endOffset
    return {
      firstOffset,
      lastOffset,
      size: bytes.length,
      appendTimestamp: config.timestampType === 'append' ? BigInt(nowMs) : -1n,
      logStartOffset,
      isDuplicate: false,
    }
  }

  /** A log that goes back to formats without epochs must not be truncated by those it knew. */
  #noteEpochs({ batches }: PreparedRecords): void {
    const { epochs } = this.#log
    for (const batch of batches) {
      if (batch instanceof BatchV2) epochs.assign(batch.partitionLeaderEpoch, batch.baseOffset)
      else epochs.clear()
    }
  }

  #endTransactions(completed: readonly CompletedTransaction[]): void {
    const { segments, producers } = this.#log
    for (const transaction of completed) {
      const { producerId, firstOffset, markerOffset: lastOffset, isAborted } = transaction
      const lastStableOffset = producers.state.lastStableOffsetAfter(transaction)
      const entry = { producerId, firstOffset, lastOffset, lastStableOffset }
      if (isAborted) segments.active.appendAborted(entry)
      producers.state.complete(transaction)
    }
  }
}
