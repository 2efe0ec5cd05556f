/**
 * Metadata transactions (KIP-868): records between a begin and an end count together, or not at all.
 *
 * Source: org.apache.kafka.image.loader.MetadataBatchLoader
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
