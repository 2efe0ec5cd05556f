import { basename } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSegmentFileName } from '../../src/log/file-names.ts'
import {
  ABORTED_TRANSACTION,
  abortedIn,
  TransactionIndex,
  type AbortedTransaction,
} from '../../src/log/transaction-index.ts'
import { dumpedFiles } from './fixture.ts'

/** As Apache Kafka wrote it: producer 9000, first offset 10, marker 20, last stable offset 21. */
const WRITTEN_BY_KAFKA = Buffer.from(
  '00000000000000002328000000000000000a00000000000000140000000000000015',
  'hex',
)
const ENTRY = {
  version: 0,
  producerId: 9000n,
  firstOffset: 10n,
  lastOffset: 20n,
  lastStableOffset: 21n,
}
const FILE = 't-0/00000000000000000000.txnindex'

describe('a transaction index', () => {
  it('reads what Apache Kafka wrote', () => {
    const index = new TransactionIndex(WRITTEN_BY_KAFKA)
    expect([...index.entries()]).toEqual([ENTRY])
    expect([...index.damages(FILE, 0n)]).toEqual([])
  })

  it.each(dumpedFiles('.txnindex'))('reads $name as kafka-dump-log does', ({ path, ...dump }) => {
    const index = new TransactionIndex(dump.bytes)
    const lines = [...index.entries()].map(
      entry =>
        `version: ${entry.version} producerId: ${entry.producerId} ` +
        `firstOffset: ${entry.firstOffset} lastOffset: ${entry.lastOffset} ` +
        `lastStableOffset: ${entry.lastStableOffset}`,
    )
    expect(lines).toEqual(dump.lines)
    const { baseOffset } = parseSegmentFileName(basename(path))!
    expect([...index.damages(path, baseOffset)]).toEqual([])
  })

  it('leaves out a last entry that is cut off, and says so', () => {
    const index = new TransactionIndex(Buffer.concat([WRITTEN_BY_KAFKA, Buffer.alloc(5)]))
    expect([index.count, index.trailingBytes]).toEqual([1, 5])
    expect([...index.damages(FILE, 0n)]).toMatchObject([{ position: 34, found: '5 bytes' }])
  })

  it.each([
    ['an unknown version', { version: 1 }, 0n],
    ['a negative producer id', { producerId: -1n }, 0n],
    ['a marker below the base offset', {}, 21n],
    ['a transaction that begins behind its marker', { firstOffset: 21n }, 0n],
    ['a last stable offset beyond the marker', { lastStableOffset: 22n }, 0n],
  ])('names %s', (_, change, baseOffset) => {
    const bytes = ABORTED_TRANSACTION.encode({ ...ENTRY, ...change })
    const damages = [...new TransactionIndex(bytes).damages(FILE, baseOffset)]
    expect(damages).toMatchObject([{ file: FILE, position: 0 }])
  })

  it('names a marker that does not ascend', () => {
    const twice = Buffer.concat([WRITTEN_BY_KAFKA, WRITTEN_BY_KAFKA])
    expect([...new TransactionIndex(twice).damages(FILE, 0n)]).toMatchObject([
      { position: 34, found: 'offset 20', expected: 'more than 20' },
    ])
  })

  it('never fails, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), array => {
        const index = new TransactionIndex(Buffer.from(array))
        expect([...index.entries()]).toHaveLength(index.count)
        expect([...index.damages(FILE, 7n)].length).toBeLessThanOrEqual(5 * index.count + 1)
      }),
    )
  })
})

describe('the aborted transactions of a range', () => {
  const entries: AbortedTransaction[] = [
    { ...ENTRY, firstOffset: 0n, lastOffset: 10n, lastStableOffset: 11n },
    { ...ENTRY, firstOffset: 5n, lastOffset: 20n, lastStableOffset: 14n },
    { ...ENTRY, firstOffset: 14n, lastOffset: 30n, lastStableOffset: 31n },
    { ...ENTRY, firstOffset: 40n, lastOffset: 50n, lastStableOffset: 51n },
  ]

  it('are those that reach into it', () => {
    const { transactions, complete } = abortedIn(entries, { fetchOffset: 11n, upperBound: 14n })
    expect(transactions).toEqual([entries[1]])
    expect(complete).toBe(true)
  })

  it('may go on in the next segment', () => {
    expect(abortedIn(entries, { fetchOffset: 31n, upperBound: 60n })).toEqual({
      transactions: [entries[3]],
      complete: false,
    })
  })

  it('end where everything below the upper bound is decided', () => {
    const { transactions, complete } = abortedIn(entries, { fetchOffset: 0n, upperBound: 31n })
    expect(transactions).toEqual(entries.slice(0, 3))
    expect(complete).toBe(true)
  })
})
