import { describe, expect, it } from 'vitest'
import { PlainLine, type PlainLineOptions } from '../../../src/cli/produce-input/plain-line.ts'
import { OutgoingRecord } from '../../../src/client/outgoing-record.ts'
import { copyOf, textOf } from './pieces.ts'

const KEYED = { keyDelimiter: Buffer.from(':') }
const CASES: readonly [string, Partial<PlainLineOptions>, string][] = [
  ['a:b', {}, '∅=a:b'],
  ['', {}, '∅='],
  ['', { emptyIsNull: true }, '∅=∅'],
  ['a:b:c', KEYED, 'a=b:c'],
  ['a', KEYED, '∅=a'],
  [':a', KEYED, '=a'],
  ['a:', KEYED, 'a='],
  [':', { ...KEYED, emptyIsNull: true }, '∅=∅'],
  ['a:', { ...KEYED, emptyIsNull: true }, 'a=∅'],
  ['a::b', { keyDelimiter: Buffer.from('::') }, 'a=b'],
  ['a:b', { keyDelimiter: Buffer.from('::') }, '∅=a:b'],
  ['a', { fixedKey: Buffer.from('k') }, 'k=a'],
  ['a:b', { ...KEYED, fixedKey: Buffer.from('k') }, 'a=b'],
  ['a', { ...KEYED, fixedKey: Buffer.from('k') }, 'k=a'],
  ['a', { fixedKey: Buffer.from('') }, '=a'],
  ['a', { headers: [{ key: Buffer.from('h'), value: null }] }, '∅=a h:∅'],
]

describe('PlainLine', () => {
  it.each(CASES)('makes of %j with %o: %s', (line, options, expected) => {
    const parser = new PlainLine({
      keyDelimiter: undefined,
      fixedKey: undefined,
      headers: [],
      emptyIsNull: false,
      ...options,
    })
    const record = new OutgoingRecord()
    const bytes = Buffer.from(`::${line}::`)
    parser.parse(record, bytes, 2, bytes.length - 2)
    expect(textOf(copyOf(record))).toBe(expected)
  })

  it('finds a key delimiter far into a line', () => {
    const key = 'k'.repeat(1000)
    const options = { ...KEYED, fixedKey: undefined, headers: [], emptyIsNull: false }
    const record = new OutgoingRecord()
    const bytes = Buffer.from(`${key}:v`)
    new PlainLine(options).parse(record, bytes, 0, bytes.length)
    expect(textOf(copyOf(record))).toBe(`${key}=v`)
  })
})
