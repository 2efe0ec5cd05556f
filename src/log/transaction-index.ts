/**
 * The transaction index of one segment, `<baseOffset>.txnindex`: which transactions were aborted in it. Consumers that
 * read committed data skip their records. Only there once a transaction was aborted.
 *
 * | bytes | field            | type  | meaning                                                            |
 * |-------|------------------|-------|--------------------------------------------------------------------|
 * | 0–1   | version          | int16 | 0; Kafka itself reads only the first of the two bytes              |
 * | 2–9   | producerId       | int64 |                                                                    |
 * | 10–17 | firstOffset      | int64 | first record of the transaction in this partition                  |
 * | 18–25 | lastOffset       | int64 | the ABORT marker                                                   |
 * | 26–33 | lastStableOffset | int64 | right after this abort: nothing below is undecided                 |
 *
 * An entry stands in the segment that holds the marker; its first record may lie in an earlier one. Markers ascend
 * strictly. No header and no checksum; a broker takes no notice of a last entry that is cut off.
 *
 * Source: org.apache.kafka.storage.internals.log.TransactionIndex, AbortedTxn
 */
import { assert, type Damage } from '../base/errors.ts'
import { int16, int64, layout } from '../binary/layout.ts'

export const ABORTED_TRANSACTION = layout({
  version: int16,
  producerId: int64,
  firstOffset: int64,
  lastOffset: int64,
  lastStableOffset: int64,
})

export interface AbortedTransaction {
  readonly version: number
  readonly producerId: bigint
  /** Of the transaction's records in this partition. */
  readonly firstOffset: bigint
  /** Of its ABORT marker. */
  readonly lastOffset: bigint
  readonly lastStableOffset: bigint
}

const ENTRY_SIZE = ABORTED_TRANSACTION.size
export const CURRENT_VERSION = 0

/** As Kafka reads it; it takes no entry above the current one. */
export function versionToKafka({ version }: AbortedTransaction): number {
  return version >> 8
}

export class TransactionIndex {
  /** Whole entries. */
  readonly count: number
  /** Bytes of a last entry that is cut off. */
  readonly trailingBytes: number
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.count = Math.floor(bytes.length / ENTRY_SIZE)
    this.trailingBytes = bytes.length % ENTRY_SIZE
  }

  /** @param slot below `count` */
  entryAt(slot: number): AbortedTransaction {
    assert(slot >= 0 && slot < this.count, 'the slot lies within the index')
    return ABORTED_TRANSACTION.decode(this.#bytes, slot * ENTRY_SIZE)
  }

  *entries(): Generator<AbortedTransaction> {
    for (let slot = 0; slot < this.count; slot++) yield this.entryAt(slot)
  }

  /** Whether it can't be that of a segment with such a base: what a broker looks for at its start. */
  isMisplaced(baseOffset: bigint): boolean {
    for (const entry of this.entries()) {
      if (versionToKafka(entry) > 0 || entry.lastOffset < baseOffset) return true
    }
    return false
  }

  /** What contradicts the format's own rules, without a look at the log. */
  *damages(file: string, baseOffset: bigint): Generator<Damage> {
    let markerOffset = baseOffset - 1n
    for (let slot = 0; slot < this.count; slot++) {
      const position = slot * ENTRY_SIZE
      const entry = this.entryAt(slot)
      for (const damage of damagesOf(entry, markerOffset)) yield { file, position, ...damage }
      markerOffset = entry.lastOffset
    }
    if (this.trailingBytes > 0) {
      yield {
        file,
        position: this.count * ENTRY_SIZE,
        reason: 'the transaction index ends within an entry',
        found: `${this.trailingBytes} bytes`,
        expected: `${ENTRY_SIZE}`,
      }
    }
  }
}

export interface AbortedInRange {
  readonly transactions: readonly AbortedTransaction[]
  /** Whether later segments can't add to them. */
  readonly complete: boolean
}

/**
 * The aborted transactions that a read of [fetchOffset, upperBound) may meet records of.
 *
 * Source: org.apache.kafka.storage.internals.log.TransactionIndex#collectAbortedTxns
 */
export function abortedIn(
  entries: Iterable<AbortedTransaction>,
  range: { readonly fetchOffset: bigint; readonly upperBound: bigint },
): AbortedInRange {
  const transactions: AbortedTransaction[] = []
  for (const entry of entries) {
    const reaches = entry.lastOffset >= range.fetchOffset && entry.firstOffset < range.upperBound
    if (reaches) transactions.push(entry)
    if (entry.lastStableOffset >= range.upperBound) return { transactions, complete: true }
  }
  return { transactions, complete: false }
}

type Flaw = Omit<Damage, 'file' | 'position'>

function* damagesOf(entry: AbortedTransaction, markerOffset: bigint): Generator<Flaw> {
  const { version, producerId, firstOffset, lastOffset, lastStableOffset } = entry
  if (version !== CURRENT_VERSION) {
    const expected = `${CURRENT_VERSION}`
    yield { reason: 'unknown version of an aborted transaction', found: `${version}`, expected }
  }
  if (producerId < 0n) {
    yield {
      reason: 'impossible producer id of an aborted transaction',
      found: `${producerId}`,
      expected: '0 or more',
    }
  }
  if (lastOffset <= markerOffset) {
    yield {
      reason: 'the markers of aborted transactions do not ascend from the base offset on',
      found: `offset ${lastOffset}`,
      expected: `more than ${markerOffset}`,
    }
  }
  if (firstOffset < 0n || firstOffset > lastOffset) {
    yield {
      reason: 'an aborted transaction does not begin before its marker',
      found: `offset ${firstOffset}`,
      expected: `between 0 and ${lastOffset}`,
    }
  }
  if (lastStableOffset < 0n || lastStableOffset > lastOffset + 1n) {
    yield {
      reason: 'impossible last stable offset of an aborted transaction',
      found: `${lastStableOffset}`,
      expected: `at most ${lastOffset + 1n}`,
    }
  }
}
