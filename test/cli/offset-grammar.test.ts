import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import { parseOffset, parseOffsetRange } from '../../src/cli/offset-grammar.ts'
import type { OffsetPoint } from '../../src/inspect/offsets/offset-point.ts'

const NOW = Date.UTC(2026, 2, 1, 12)
const HOUR_AGO = BigInt(NOW - 3_600_000)
const EARLIEST: OffsetPoint = { kind: 'earliest' }
const LATEST: OffsetPoint = { kind: 'latest' }
const MAX = '9223372036854775807'

const offset = (value: bigint): OffsetPoint => ({ kind: 'offset', offset: value })
const time = (timestamp: bigint): OffsetPoint => ({ kind: 'time', timestamp })

describe('offsets on the command line', () => {
  it.each<[string, OffsetPoint]>([
    ['start', EARLIEST],
    ['earliest', EARLIEST],
    ['end', LATEST],
    ['latest', LATEST],
    ['0', offset(0n)],
    ['42', offset(42n)],
    [MAX, offset(BigInt(MAX))],
    ['-0', { kind: 'from-end', count: 0n }],
    ['-10', { kind: 'from-end', count: 10n }],
    ['end-10', { kind: 'from-end', count: 10n }],
    ['+10', { kind: 'from-start', count: 10n }],
    ['start+10', { kind: 'from-start', count: 10n }],
    ['@1700000000', time(1_700_000_000_000n)],
    ['@-1h', time(HOUR_AGO)],
    ['-1h', time(HOUR_AGO)],
    ['now', time(BigInt(NOW))],
    ['@2026-03-01T11:00:00Z', time(HOUR_AGO)],
  ])('reads %s', (text, expected) => {
    expect(parseOffset(text, NOW)).toEqual(expected)
  })

  it.each([
    '',
    ' 1',
    '1 ',
    '1.5',
    '0x10',
    '1e3',
    'begining',
    'Start',
    '--1',
    '-',
    '+',
    '@',
    '@42',
    's:1584680012227',
    's@1584680012227',
    '9223372036854775808',
    '1:2',
    'constructor',
    '__proto__',
    'end+1',
    '2026-03-01',
  ])('refuses %j', text => {
    expect(() => parseOffset(text, NOW)).toThrow(UsageError)
  })
})

describe('ranges of offsets on the command line', () => {
  it.each<[string, OffsetPoint, OffsetPoint]>([
    ['5:10', offset(5n), offset(10n)],
    ['5:5', offset(5n), offset(5n)],
    ['5:', offset(5n), LATEST],
    [':10', EARLIEST, offset(10n)],
    ['5', offset(5n), LATEST],
    ['-10', { kind: 'from-end', count: 10n }, LATEST],
    ['-10:-5', { kind: 'from-end', count: 10n }, { kind: 'from-end', count: 5n }],
    ['start:end', EARLIEST, LATEST],
    ['-1h', time(HOUR_AGO), LATEST],
    ['-1h:now', time(HOUR_AGO), time(BigInt(NOW))],
    ['@1700000000:1700000001', time(1_700_000_000_000n), time(1_700_000_001_000n)],
    ['@1700000000:@1700000001', time(1_700_000_000_000n), time(1_700_000_001_000n)],
    ['@1700000000:', time(1_700_000_000_000n), LATEST],
    ['@1700000000:end', time(1_700_000_000_000n), LATEST],
    [':@1700000000', EARLIEST, time(1_700_000_000_000n)],
    ['5:@1700000000', offset(5n), time(1_700_000_000_000n)],
    ['@2026-03-01:2026-03-02', time(1_772_323_200_000n), time(1_772_409_600_000n)],
    ['@2026-03-01T11:00:00Z:2026-03-01T12:00:00Z', time(HOUR_AGO), time(BigInt(NOW))],
    ['@2026-03-01T13:00+02:00:', time(HOUR_AGO), LATEST],
  ])('reads %s', (text, from, to) => {
    expect(parseOffsetRange(text, NOW)).toEqual({ from, to })
  })

  it.each(['', ':', '::', '1:2:3', 'a:b', '5-10', '5..10', '@1700000000:5', '@:', '1:x', '@x:1'])(
    'refuses %j',
    text => {
      expect(() => parseOffsetRange(text, NOW)).toThrow(/is no range of offsets: expected A:B/)
    },
  )

  it.each(['10:5', '@1700000001:1700000000', '-5:-10', 'now:-1h', '+9:+8', 'end:start', 'end:-1'])(
    'refuses %s, which ends before it begins',
    text => {
      expect(() => parseOffsetRange(text, NOW)).toThrow(/ends before it begins/)
    },
  )

  it('names both ends of a range that is reversed', () => {
    const refused = (text: string) => () => parseOffsetRange(text, NOW)
    expect(refused('9:3')).toThrow('it ends before it begins, offset 3 before offset 9')
    expect(refused('end:start')).toThrow('it ends before it begins, the start before the end')
  })

  it('reads back every range of offsets', () => {
    const offsets = fc.bigInt({ min: 0n, max: BigInt(MAX) })
    fc.assert(
      fc.property(offsets, offsets, (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a]
        expect(parseOffsetRange(`${from}:${to}`, NOW)).toEqual({
          from: offset(from),
          to: offset(to),
        })
      }),
    )
  })

  it('answers any text with a range or a UsageError', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[-+@:0-9a-zTZ]{0,24}$/))
    fc.assert(
      fc.property(text, any => {
        try {
          parseOffsetRange(any, NOW)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
    )
  })
})
