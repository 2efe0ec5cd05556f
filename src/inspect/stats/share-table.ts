/**
 * Batches, records and bytes by something that can have any number of values: producers, hours. Bounded: when there are
 * too many, the smaller half goes to the others, and the table is no longer exact. Plain data.
 */
export interface Share {
  batches: number
  records: number
  bytes: number
}

export interface ShareTable<Key> {
  readonly rows: Map<Key, Share>
  readonly rowsMax: number
  /** What has no row. */
  readonly others: Share
  /** Whether rows were given up: then what is left of the rows may be too low. */
  isExact: boolean
}

export function emptyShareTable<Key>(rowsMax: number): ShareTable<Key> {
  return { rows: new Map(), rowsMax, others: noShare(), isExact: true }
}

export function addShare<Key>(table: ShareTable<Key>, key: Key, share: Share): void {
  const row = table.rows.get(key)
  if (row !== undefined) {
    add(row, share)
    return
  }
  if (table.rows.size >= table.rowsMax) giveUpHalf(table)
  table.rows.set(key, { ...share })
}

export function mergeShareTable<Key>(into: ShareTable<Key>, from: ShareTable<Key>): void {
  for (const [key, share] of from.rows) addShare(into, key, share)
  add(into.others, from.others)
  if (!from.isExact) into.isExact = false
}

/** The largest rows, by bytes; the rest counts among the others. */
export function largestShares<Key>(
  { rows, others, isExact }: ShareTable<Key>,
  countMax: number,
): { rows: (Share & { key: Key })[]; others: Share; isExact: boolean } {
  const sorted = [...rows].sort(([, a], [, b]) => b.bytes - a.bytes)
  const rest = { ...others }
  for (const [, share] of sorted.slice(countMax)) add(rest, share)
  const shown = sorted.slice(0, countMax).map(([key, share]) => ({ key, ...share }))
  return { rows: shown, others: rest, isExact }
}

export function noShare(): Share {
  return { batches: 0, records: 0, bytes: 0 }
}

export function add(into: Share, { batches, records, bytes }: Share): void {
  into.batches += batches
  into.records += records
  into.bytes += bytes
}

function giveUpHalf<Key>(table: ShareTable<Key>): void {
  const ascending = [...table.rows].sort(([, a], [, b]) => a.bytes - b.bytes)
  for (const [key, share] of ascending.slice(0, Math.ceil(ascending.length / 2))) {
    add(table.others, share)
    table.rows.delete(key)
  }
  table.isExact = false
}
