/** What a cleaning has met, and what became of it. */
export interface RecordAmount {
  records: number
  /** Uncompressed. */
  bytes: number
}

/** Of one pass over a log. */
export class CleaningCounts {
  /** Of all that was cleaned, before and after. */
  readonly before = { segments: 0, batches: 0, records: 0, bytes: 0 }
  readonly after = { segments: 0, batches: 0, records: 0, bytes: 0 }
  /** Of the log of the largest segment that is written. */
  largestBytes = 0
  /** There is a newer one with the same key. */
  readonly superseded: RecordAmount = { records: 0, bytes: 0 }
  readonly aborted: RecordAmount = { records: 0, bytes: 0 }
  /** Tombstones whose time had come. */
  readonly expired: RecordAmount = { records: 0, bytes: 0 }
  readonly keyless: RecordAmount = { records: 0, bytes: 0 }
  /** Tombstones that are kept until a delete horizon. */
  tombstones = 0
  /** Transaction markers that are kept until theirs. */
  markers = 0
  /** The first of their horizons: when a cleaning finds the next of them to drop. */
  nextHorizonMs: number | undefined
  /** Batches without records, kept for their producers' or their offsets' sake. */
  emptied = 0

  keep(what: 'tombstones' | 'markers', count: number, horizonMs: number | undefined): void {
    if (count === 0) return
    this[what] += count
    if (horizonMs !== undefined && horizonMs < (this.nextHorizonMs ?? Infinity)) {
      this.nextHorizonMs = horizonMs
    }
  }
}

export function addTo(amount: RecordAmount, bytes: number): void {
  amount.records++
  amount.bytes += bytes
}
