import type { BatchSink } from '../../src/client/batch-sink.ts'
import type { NewRecord } from '../../src/record/batch-builder.ts'
import { BatchV2 } from '../../src/record/batch-v2.ts'
import { recordsOf } from '../record/records-of.ts'

/** Keeps what it is given; acknowledges at once, or by hand. */
export class MemorySink implements BatchSink {
  readonly partitionCount: number
  /** In the order of the calls. */
  readonly appended: { readonly partition: number; readonly bytes: Buffer }[] = []
  readonly #byHand: boolean
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = []

  constructor(partitionCount: number, { byHand = false } = {}) {
    this.partitionCount = partitionCount
    this.#byHand = byHand
  }

  append(partition: number, bytes: Buffer): Promise<void> {
    this.appended.push({ partition, bytes })
    if (!this.#byHand) return Promise.resolve()
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  /** The oldest that waits. */
  acknowledge(): void {
    this.#waiting.shift()!.resolve()
  }

  fail(error: Error): void {
    this.#waiting.shift()!.reject(error)
  }

  batches(partition?: number): BatchV2[] {
    const chosen = this.appended.filter(
      batch => partition === undefined || batch.partition === partition,
    )
    return chosen.map(({ bytes }) => new BatchV2(bytes))
  }

  records(partition?: number): NewRecord[] {
    return this.batches(partition).flatMap(recordsOf)
  }

  /** As text: `key=value`, a null as ∅. */
  texts(partition?: number): string[] {
    const text = (bytes: Buffer | null) => bytes?.toString() ?? '∅'
    return this.records(partition).map(({ key, value }) => `${text(key)}=${text(value)}`)
  }
}
