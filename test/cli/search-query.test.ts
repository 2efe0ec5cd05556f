import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import { queryOf } from '../../src/cli/search-query.ts'

describe('a header asked for', () => {
  it.each([
    ['trace', 'trace', undefined],
    ['trace=', 'trace', ''],
    ['trace=a=b', 'trace', 'a=b'],
    [String.raw`a\=b`, 'a=b', undefined],
    [String.raw`a\=b=c\=d`, 'a=b', String.raw`c\=d`],
    [String.raw`a\b=c`, String.raw`a\b`, 'c'],
    ['=x', '', 'x'],
    ['two\nlines=x\ny', 'two\nlines', 'x\ny'],
  ])('as %j is named %j, with the value %j', (text, name, value) => {
    const [header] = queryOf({ header: [text] }).header
    expect(header?.name.toString()).toBe(name)
    const expected = value === undefined ? undefined : { kind: 'equals', bytes: Buffer.from(value) }
    expect(header?.value).toEqual(expected)
  })

  it.each([['trace'], [String.raw`a\=b`]])('needs a value to contain: %j', text => {
    expect(() => queryOf({ headerContains: [text] })).toThrow(UsageError)
  })
})
