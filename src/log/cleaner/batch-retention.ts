/**
 * What a cleaner does with a batch before it looks at its records.
 *
 * | batch                                                              | records        | the batch, once it is empty |
 * |--------------------------------------------------------------------|----------------|-----------------------------|
 * | the last with records of a producer that is known                  | as below       | kept: its sequence numbers  |
 * | a marker of the epoch of a producer that is known by markers alone  | as below       | kept: its epoch             |
 * | the last of all that is cleaned                                    | as below       | kept: its last offset       |
 * | records of an aborted transaction                                  | dropped        | dropped                     |
 * | a marker without records before it, its delete horizon reached     | dropped        | dropped                     |
 * | a marker without records before it, no delete horizon yet          | kept; gets one | –                           |
 * | any other                                                          | looked at      | dropped                     |
 *
 * Source: org.apache.kafka.storage.internals.log.Cleaner#cleanInto
 */
import type { RecordBatch } from '../../record/batch.ts'

/** The last that a log knows of a producer. */
export interface LastRecord {
  /** Of the last batch with records; undefined where there were only markers. */
  readonly lastDataOffset: bigint | undefined
  readonly epoch: number
}

export interface RetentionContext {
  /** By producer id. */
  readonly producers: ReadonlyMap<bigint, LastRecord>
  /** Behind all that is cleaned. */
  readonly firstUncleanableOffset: bigint
  readonly nowMs: number
}

export interface BatchRetention {
  readonly keepsEmpty: boolean
  readonly dropsRecords: boolean
  /** A marker whose transaction has no records any more: it is time to set its delete horizon. */
  readonly isStaleMarker: boolean
}

/** @param mayGo what the transactions say: see CleanedTransactions */
export function batchRetention(
  batch: RecordBatch,
  mayGo: boolean,
  context: RetentionContext,
): BatchRetention {
  const { isControl, deleteHorizonMs: horizon } = batch
  const isExpired = horizon !== undefined && Number(horizon) <= context.nowMs
  return {
    keepsEmpty:
      batch.lastOffset + 1n === context.firstUncleanableOffset || isLastOfProducer(batch, context),
    dropsRecords: mayGo && (!isControl || isExpired),
    isStaleMarker: mayGo && isControl,
  }
}

function isLastOfProducer(batch: RecordBatch, { producers }: RetentionContext): boolean {
  if (producers.size === 0) return false
  const last = batch.producerId < 0n ? undefined : producers.get(batch.producerId)
  if (last === undefined) return false
  if (last.lastDataOffset !== undefined) return batch.lastOffset === last.lastDataOffset
  return batch.isControl && batch.producerEpoch === last.epoch
}
