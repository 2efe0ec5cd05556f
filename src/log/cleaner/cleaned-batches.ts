/** Gathers the batches that are left, so that they are written many at a time. */
import { BatchV2 } from '../../record/batch-v2.ts'
import type { AbortedTransaction } from '../transaction-index.ts'

/** Where they go: a new segment, or nowhere. */
export interface CleanTarget {
  readonly baseOffset: bigint
  /** @param bytes the batches, one behind the other; they are the caller's again afterwards */
  append(bytes: Buffer, batches: readonly BatchV2[]): void
  appendAborted(entry: AbortedTransaction): void
}

const BUFFER_SIZE = 256 * 1024

export class CleanedBatches {
  readonly #target: CleanTarget
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_SIZE)
  #size = 0
  #batches: BatchV2[] = []

  constructor(target: CleanTarget) {
    this.#target = target
  }

  /** @param bytes of one batch from `start` on; copied */
  add(bytes: Buffer, start: number, size: number): void {
    if (this.#size + size > BUFFER_SIZE) this.flush()
    if (size > BUFFER_SIZE) {
      const batch = bytes.subarray(start, start + size)
      this.#target.append(batch, [new BatchV2(batch)])
      return
    }
    bytes.copy(this.#buffer, this.#size, start, start + size)
    this.#batches.push(new BatchV2(this.#buffer, this.#size))
    this.#size += size
  }

  flush(): void {
    if (this.#size > 0) this.#target.append(this.#buffer.subarray(0, this.#size), this.#batches)
    this.#size = 0
    this.#batches = []
  }
}
