/**
 * Metadata transactions (KIP-868): records between a begin and an end count together, or not at all.
 *
 * Kafka 4.3.1's controllers read it so; its brokers, and the snapshots they write, keep records of an aborted transaction
 * where others are committed right behind it. Of Kafka's own transactions none is aborted but the bootstrap, whose records
 * come again.
 *
 * Source: org.apache.kafka.controller.OffsetControlManager, org.apache.kafka.image.loader.MetadataBatchLoader
 */
import type { MetadataRecord } from './metadata-records.ts'

export class MetadataTransaction {
  readonly #commit: (record: MetadataRecord) => void
  /** Undefined where no transaction is open. */
  #pending: MetadataRecord[] | undefined

  constructor(commit: (record: MetadataRecord) => void) {
    this.#commit = commit
  }

  get isOpen(): boolean {
    return this.#pending !== undefined
  }

  take(record: MetadataRecord): void {
    if (record.type === 'BeginTransactionRecord') this.#pending = []
    else if (record.type === 'AbortTransactionRecord') this.#pending = undefined
    else if (record.type === 'EndTransactionRecord') this.#end()
    else if (this.#pending === undefined) this.#commit(record)
    else this.#pending.push(record)
  }

  #end(): void {
    const records = this.#pending ?? []
    this.#pending = undefined
    records.forEach(this.#commit)
  }
}
