import type { AppendedBatch, BatchSink } from '../../src/client/batch-sink.ts'
import type { TopicConfig } from '../../src/client/topic-rules.ts'
import type { NewRecord } from '../../src/record/batch-builder.ts'
import { BatchV2 } from '../../src/record/batch-v2.ts'
import { recordsOf } from '../record/records-of.ts'

interface MemorySinkOptions {
  readonly byHand?: boolean
  readonly topicConfig?: TopicConfig
  /** Of a batch as it was sent. */
  readonly storedSizeOf?: (bytes: Buffer) => number
}

/** Keeps what it is given; acknowledges at once, or by hand. */
export class MemorySink implements BatchSink {
  readonly partitionCount: number
  readonly topicConfig?: TopicConfig
  /** In the order of the calls. */
  readonly appended: { readonly partition: number; readonly bytes: Buffer }[] = []
  readonly #byHand: boolean
  readonly #storedSizeOf: (bytes: Buffer) => number
  readonly #nextOffsets = new Map<number, bigint>()
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = []

  constructor(partitionCount: number, options: MemorySinkOptions = {}) {
    const { byHand = false, topicConfig, storedSizeOf = (bytes: Buffer) => bytes.length } = options
    this.partitionCount = partitionCount
    this.#byHand = byHand
    this.#storedSizeOf = storedSizeOf
    if (topicConfig !== undefined) this.topicConfig = topicConfig
  }

  append(partition: number, bytes: Buffer): Promise<AppendedBatch> {
    this.appended.push({ partition, bytes })
    const firstOffset = this.#nextOffsets.get(partition) ?? 0n
    const nextOffset = firstOffset + BigInt(new BatchV2(bytes).recordCount)
    this.#nextOffsets.set(partition, nextOffset)
    const storedSize = this.#storedSizeOf(bytes)
    const appended = { firstOffset, lastOffset: nextOffset - 1n, storedSize }
    if (!this.#byHand) return Promise.resolve(appended)
    return new Promise((resolve, reject) =>
      this.#waiting.push({ resolve: () => resolve(appended), reject }),
    )
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
