/**
 * What producers and leader epochs learn from a segment that was read, as a broker learns it that was not shut down
 * cleanly: they may not know yet what came in last.
 *
 * One more end than Kafka's: a batch that its producer can not have sent here (not transactional amid a transaction: the
 * marker before it is lost), where a broker does not start.
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment#recover
 */
import { CorruptDataError, RefusedError } from '../base/errors.ts'
import { ByteWriter } from '../binary/writer.ts'
import type { BatchV2 } from '../record/batch-v2.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { PartitionProducers } from './partition-producers.ts'
import type { ProducerState } from './producer-state.ts'
import { entriesOfTrail } from './producer-trail.ts'
import type { SegmentFacts } from './segment-facts.ts'
import { ABORTED_TRANSACTION, CURRENT_VERSION } from './transaction-index.ts'

export interface Learners {
  /** As they were where the segment begins. */
  readonly producers: PartitionProducers
  readonly epochs: LeaderEpochs
  /** Of the log: what is below nobody reads. */
  readonly logStartOffset: bigint
}

export type Learnt =
  | { /** Of the transaction index. */ readonly aborted: Buffer }
  /** Producers have to be found again, and the segment to be read no further than up to there. */
  | { readonly refusedAt: number; readonly reason: string }

export function learnFrom(
  { trail, epochs: begun, learntUpTo }: Pick<SegmentFacts, 'trail' | 'epochs' | 'learntUpTo'>,
  { producers, epochs, logStartOffset }: Learners,
): Learnt {
  const { state } = producers
  const aborted = new ByteWriter()
  for (const { position, batch } of entriesOfTrail(trail)) {
    const reason = learnOfProducer(batch, { state, logStartOffset, aborted })
    if (reason !== undefined) return { refusedAt: position, reason }
  }
  if (learntUpTo !== undefined) state.endOffset = learntUpTo
  for (const { epoch, startOffset } of begun) {
    if (epoch > (epochs.latest?.epoch ?? -1)) epochs.assign(epoch, startOffset)
  }
  return { aborted: aborted.written() }
}

export interface ProducersLearning {
  readonly state: ProducerState
  readonly logStartOffset: bigint
  /** Takes the entries of the transaction index. */
  readonly aborted: ByteWriter
}

/**
 * @param batch of a producer; a marker with its body
 * @returns why the producer can not have sent it, where it can not
 */
export function learnOfProducer(
  batch: BatchV2,
  { state, logStartOffset, aborted }: ProducersLearning,
): string | undefined {
  forgetWhatWasForgotten(batch, state, logStartOffset)
  return addTo(state, batch, aborted)
}

/** A transaction that was open below the log's start, when it was loaded. Kafka does not start over what follows. */
function forgetWhatWasForgotten(
  { producerId, isTransactional }: BatchV2,
  state: ProducerState,
  logStartOffset: bigint,
): void {
  const begun = state.get(producerId)?.txnFirstOffset
  if (isTransactional || begun === undefined || begun >= logStartOffset) return
  state.forgetTransaction(producerId)
}

/** @returns why the producer can not have sent it */
function addTo(state: ProducerState, batch: BatchV2, aborted: ByteWriter): string | undefined {
  const append = state.begin('replication')
  try {
    append.add(batch)
  } catch (error) {
    if (error instanceof CorruptDataError) return error.damage.reason
    if (error instanceof RefusedError) return error.message
    throw error
  }
  for (const completed of state.commit(append)) {
    const lastStableOffset = state.lastStableOffsetAfter(completed)
    if (completed.isAborted) {
      const { producerId, firstOffset, markerOffset: lastOffset } = completed
      const version = CURRENT_VERSION
      const entry = { version, producerId, firstOffset, lastOffset, lastStableOffset }
      aborted.bytes(ABORTED_TRANSACTION.encode(entry))
    }
    state.complete(completed)
  }
  return undefined
}
