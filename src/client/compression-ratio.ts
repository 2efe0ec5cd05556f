/**
 * What compression will make of records, learnt from the batches before: quickly when it gets worse, slowly when it gets
 * better, so that a batch seldom comes out larger than it should.
 *
 * Source: org.apache.kafka.common.record.internal.CompressionRatioEstimator, MemoryRecordsBuilder
 */
const IMPROVING_STEP = 0.005
const DETERIORATING_STEP = 0.05
/** What estimates are raised by. */
const SAFETY_FACTOR = 1.05

export class CompressionRatio {
  #ratio = 1

  /** A batch's records took `storedSize` bytes of `plainSize`. */
  observe({ storedSize, plainSize }: { readonly storedSize: number; readonly plainSize: number }) {
    const observed = storedSize / plainSize
    if (observed > this.#ratio) this.#ratio = Math.max(this.#ratio + DETERIORATING_STEP, observed)
    else this.#ratio = Math.max(this.#ratio - IMPROVING_STEP, observed)
  }

  /** Bytes of records that are expected to become `storedSize`. */
  plainSizeFor(storedSize: number): number {
    return Math.floor(storedSize / (this.#ratio * SAFETY_FACTOR))
  }
}
