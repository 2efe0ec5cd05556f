/**
 * What a record has to look like, as plain data: it goes to worker threads as it is.
 *
 * Tests of one field are alternatives; of several fields that are asked about, each has to hold.
 */
export type BytesTest =
  | { readonly kind: 'equals'; readonly bytes: Uint8Array }
  | { readonly kind: 'contains'; readonly bytes: Uint8Array }
  | { readonly kind: 'regex'; readonly source: string; readonly ignoreCase: boolean }
  | { readonly kind: 'null' }

export interface HeaderTest {
  /** In UTF-8. */
  readonly name: Uint8Array
  /** Absent: that the header is there is enough. */
  readonly value?: BytesTest
}

export interface RecordQuery {
  readonly key: readonly BytesTest[]
  readonly value: readonly BytesTest[]
  readonly header: readonly HeaderTest[]
  /** Records that don't match are the ones wanted. */
  readonly invert: boolean
}

export const EVERY_RECORD: RecordQuery = { key: [], value: [], header: [], invert: false }

/**
 * Bytes of which some must occur in a batch that holds a match: of each group at least one. Looking for them in the
 * whole batch at once costs a fraction of walking its records.
 */
export function requiredBytes(query: RecordQuery): Uint8Array[][] {
  if (query.invert) return []
  const groups = [
    query.key.map(bytesOf),
    query.value.map(bytesOf),
    query.header.map(({ name, value }) => longer(name, value && bytesOf(value))),
  ]
  return groups.filter(isTelling)
}

/** Shorter ones occur everywhere. */
const TELLING_SIZE_MIN = 3

function isTelling(group: readonly (Uint8Array | undefined)[]): group is Uint8Array[] {
  const tells = (bytes: Uint8Array | undefined) => (bytes?.length ?? 0) >= TELLING_SIZE_MIN
  return group.length > 0 && group.every(tells)
}

function bytesOf(test: BytesTest): Uint8Array | undefined {
  return test.kind === 'equals' || test.kind === 'contains' ? test.bytes : undefined
}

function longer(a: Uint8Array, b: Uint8Array | undefined): Uint8Array {
  return b !== undefined && b.length > a.length ? b : a
}
