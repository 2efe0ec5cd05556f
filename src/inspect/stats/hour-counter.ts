/** Counts records by the hour of their timestamps. Mostly one follows another of its hour: that costs a comparison. */
import { addShare, type ShareTable } from './share-table.ts'

const HOUR_MS = 3_600_000

export class HourCounter {
  readonly #hours: ShareTable<number>
  #start = NaN
  #end = NaN
  #hour = -1
  #records = 0

  /** @param hours by hours since 1970; −1 for no timestamp */
  constructor(hours: ShareTable<number>) {
    this.#hours = hours
  }

  /** @param timestamp as a number; NaN beyond 2⁵³, and then `exact` says it */
  take(timestamp: number, exact: { readonly timestamp: bigint }): void {
    if (!(timestamp >= this.#start && timestamp < this.#end)) this.#begin(exact.timestamp)
    this.#records++
  }

  /** Adds what was taken since the last call to the table. */
  flush(): void {
    if (this.#records > 0) {
      addShare(this.#hours, this.#hour, { batches: 0, records: this.#records, bytes: 0 })
    }
    this.#records = 0
  }

  #begin(timestamp: bigint): void {
    this.flush()
    this.#hour = hourOf(timestamp)
    this.#start = this.#hour < 0 ? NaN : this.#hour * HOUR_MS
    this.#end = this.#start + HOUR_MS
  }
}

export function hourOf(timestamp: bigint): number {
  return timestamp < 0n ? -1 : Number(timestamp / HOUR)
}

/** The hour's first millisecond since 1970. */
export function startOfHour(hour: number): bigint {
  return BigInt(hour) * HOUR
}

const HOUR = BigInt(HOUR_MS)
