/** What the batches of a mended segment teach, as they will lie there: its indexes, producers and leader epochs. */
import { INT64_MAX } from '../../binary/big-endian.ts'
import { ByteWriter } from '../../binary/writer.ts'
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import { type Learners, learnOfProducer } from '../../log/learn-segment.ts'
import type { RecoveredIndexes } from '../../log/recovered-indexes.ts'
import { IndexBuilder } from '../../log/segment-facts.ts'
import { BatchV2 } from '../../record/batch-v2.ts'

export interface LearningOptions extends Learners {
  readonly baseOffset: bigint
  readonly indexIntervalBytes: number
}

export class SegmentLearning {
  readonly #learners: Learners
  readonly #indexes: IndexBuilder
  readonly #aborted = new ByteWriter()
  #nextOffset: bigint

  constructor({ baseOffset, indexIntervalBytes, ...learners }: LearningOptions) {
    this.#learners = learners
    this.#indexes = new IndexBuilder(baseOffset, indexIntervalBytes)
    this.#nextOffset = baseOffset
  }

  /** The last that the indexes can hold. */
  get offsetMax(): bigint {
    return this.#indexes.offsetMax
  }

  /**
   * @param batch a marker with its body
   * @param position that it will have
   * @returns why a broker would not take it, where it would not
   */
  take(batch: Batch, position: number): string | undefined {
    const { lastOffset, maxTimestamp } = batch
    if (lastOffset < this.#nextOffset) return `its offset ${lastOffset} goes back`
    if (lastOffset === INT64_MAX) return `no offset can follow ${lastOffset}`
    const refused = batch instanceof BatchV2 ? this.#learn(batch) : undefined
    if (refused !== undefined) return refused
    this.#indexes.add({ lastOffset, maxTimestamp }, position)
    this.#nextOffset = lastOffset + 1n
    return undefined
  }

  finish(): RecoveredIndexes {
    return { ...this.#indexes.finish(), aborted: this.#aborted.written() }
  }

  #learn(batch: BatchV2): string | undefined {
    const { producers, epochs, logStartOffset } = this.#learners
    const { state } = producers
    if (batch.producerIdNumber >= 0) {
      const learning = { state, logStartOffset, aborted: this.#aborted }
      const refused = learnOfProducer(batch, learning)
      if (refused !== undefined) return refused
    }
    state.endOffset = batch.lastOffset + 1n
    const { partitionLeaderEpoch: epoch } = batch
    if (epoch >= 0 && epoch > (epochs.latest?.epoch ?? -1)) epochs.assign(epoch, batch.baseOffset)
    return undefined
  }
}
