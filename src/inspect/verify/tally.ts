/** How much was looked at. */
export interface Tally {
  segments: number
  bytes: number
  batches: number
  records: number
}

export function emptyTally(): Tally {
  return { segments: 0, bytes: 0, batches: 0, records: 0 }
}

export function addTally(sum: Tally, more: Readonly<Tally>): void {
  sum.segments += more.segments
  sum.bytes += more.bytes
  sum.batches += more.batches
  sum.records += more.records
}
