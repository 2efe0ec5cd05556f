import { expect, it } from 'vitest'
import { parseOffsetQuery } from '../../src/cli/commands/offsets.ts'
import { parseTime } from '../../src/cli/time-grammar.ts'

it('takes digits as kafka-get-offsets does, and says so where every other option would not', () => {
  const notices: string[] = []
  const query = parseOffsetQuery('1700000000', 0, line => notices.push(line))
  expect(query).toEqual({ kind: 'timestamp', timestamp: 1_700_000_000n })
  expect(notices).toEqual([
    'kbroker: --time 1700000000 is taken as milliseconds, as kafka-get-offsets does; ' +
      'for seconds write @1700000000',
  ])
  parseOffsetQuery('1700000000000000', 0, line => notices.push(line))
  expect(notices[1]).toMatch(/for microseconds write @1700000000000000$/)
})

it('takes every number of milliseconds that Java has a long for, and none beyond', () => {
  expect(parseOffsetQuery('9223372036854775807', 0)).toEqual({
    kind: 'timestamp',
    timestamp: 2n ** 63n - 1n,
  })
  expect(() => parseOffsetQuery('9223372036854775808', 0)).toThrow('is no time')
})

it('takes milliseconds, marked digits and words without a word', () => {
  const silent = (line: string) => expect.unreachable(line)
  for (const text of ['1700000000000', '0', '@1700000000', 'latest']) {
    parseOffsetQuery(text, 0, silent)
  }
  expect(parseOffsetQuery('@1700000000', 0, silent)).toEqual({
    kind: 'timestamp',
    timestamp: parseTime('1700000000', 0),
  })
})
