import { describe, expect, it } from 'vitest'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { RecordMatcher } from '../../../src/inspect/search/record-matcher.ts'
import { EVERY_RECORD, type RecordQuery } from '../../../src/inspect/search/record-query.ts'
import { BatchV2 } from '../../../src/record/batch-v2.ts'
import { recordsOf } from '../../../src/record/records.ts'
import { encodeBatch, type TestRecord } from '../../record/encode-batch.ts'

const text = (value: string) => Buffer.from(value)
const equals = (value: string) => ({ kind: 'equals', bytes: text(value) }) as const
const contains = (value: string) => ({ kind: 'contains', bytes: text(value) }) as const
const regex = (source: string, ignoreCase = false) =>
  ({ kind: 'regex', source, ignoreCase }) as const

const ORDER: TestRecord = {
  offsetDelta: 0,
  timestampDelta: 0n,
  key: text('order-17'),
  value: text('{"état":"payé",\n"n":1}'),
  headers: [
    { key: text('trace'), value: text('a=b') },
    { key: text('trace'), value: null },
  ],
}
const BINARY: TestRecord = { ...ORDER, key: null, value: Buffer.of(0, 0xff, 0x0a, 0xfe) }
const TOMBSTONE: TestRecord = { ...ORDER, value: null, headers: [] }

describe('a query', () => {
  it.each<[string, Partial<RecordQuery>, TestRecord, boolean]>([
    ['of nothing matches everything', {}, ORDER, true],
    ['for a key takes it as a whole', { key: [equals('order-17')] }, ORDER, true],
    ['for a key does not take the beginning', { key: [equals('order-1')] }, ORDER, false],
    ['for a key does not take more', { key: [equals('order-170')] }, ORDER, false],
    ['for an empty key does not take none', { key: [equals('')] }, BINARY, false],
    ['for no key takes none', { key: [{ kind: 'null' }] }, BINARY, true],
    ['for no value takes a tombstone', { value: [{ kind: 'null' }] }, TOMBSTONE, true],
    ['for contained text finds it', { value: [contains('payé')] }, ORDER, true],
    ['for contained text finds it at the end', { value: [contains('1}')] }, ORDER, true],
    ['does not look beyond the field', { key: [contains('état')] }, ORDER, false],
    ['for contained text takes no null', { value: [contains('')] }, TOMBSTONE, false],
    ['by regex reads UTF-8', { value: [regex('"pay.",')] }, ORDER, true],
    ['by regex lets a dot be a line end', { value: [regex('^.*$')] }, ORDER, true],
    ['by regex ignores case when asked', { key: [regex('^ORDER', true)] }, ORDER, true],
    ['by regex minds case otherwise', { key: [regex('^ORDER')] }, ORDER, false],
    ['by regex reads other bytes as Latin-1', { value: [regex('^\\0\xff\\n\xfe$')] }, BINARY, true],
    ['by regex takes no null', { value: [regex('')] }, TOMBSTONE, false],
    ['for a header by name finds it', { header: [{ name: text('trace') }] }, ORDER, true],
    ['for a header by name does not invent it', { header: [{ name: text('t') }] }, ORDER, false],
    [
      'for a header compares its value',
      { header: [{ name: text('trace'), value: equals('a=b') }] },
      ORDER,
      true,
    ],
    [
      'for a header tells null from empty',
      { header: [{ name: text('trace'), value: equals('') }] },
      ORDER,
      false,
    ],
    ['takes alternatives in one field', { key: [equals('x'), equals('order-17')] }, ORDER, true],
    ['wants every field', { key: [equals('order-17')], value: [equals('x')] }, ORDER, false],
    ['inverted wants the others', { key: [equals('order-17')], invert: true }, ORDER, false],
    ['inverted takes what does not match', { key: [equals('x')], invert: true }, ORDER, true],
  ])('%s', (_, query, record, expected) => {
    expect(matches({ ...EVERY_RECORD, ...query }, record)).toBe(expected)
  })

  it('never rules out a batch that holds a match', () => {
    const queries: Partial<RecordQuery>[] = [
      { key: [equals('order-17')] },
      { value: [contains('payé'), equals('elsewhere')] },
      { header: [{ name: text('trace'), value: equals('a=b') }] },
      { key: [equals('nowhere')], invert: true },
      { key: [equals('nowhere'), regex('17')] },
    ]
    for (const query of queries) expect(mayMatch({ ...EVERY_RECORD, ...query }, ORDER)).toBe(true)
  })

  it('rules out a batch that lacks the bytes', () => {
    expect(mayMatch({ ...EVERY_RECORD, key: [equals('order-18')] }, ORDER)).toBe(false)
  })
})

function matches(query: RecordQuery, record: TestRecord): boolean {
  const records = recordsOf(new BatchV2(encodeBatch({ records: [record] })), DEFAULT_DECODE_LIMITS)
  records.next()
  return new RecordMatcher(query).matches(records)
}

function mayMatch(query: RecordQuery, record: TestRecord): boolean {
  const bytes = encodeBatch({ records: [record] })
  return new RecordMatcher(query).mayMatchIn(bytes, 0, bytes.length)
}
