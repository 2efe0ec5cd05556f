import { describe, expect, it } from 'vitest'
import { parseTime, parseTimeRange } from '../../src/cli/time-grammar.ts'

const NOW = Date.UTC(2026, 2, 1, 12)

describe('times on the command line', () => {
  it.each<[string, number | bigint]>([
    ['1700000000', 1_700_000_000_000],
    ['1700000000123', 1_700_000_000_123],
    ['1700000000123999', 1_700_000_000_123],
    ['1700000000123999999', 1_700_000_000_123],
    ['2026-03-01', Date.UTC(2026, 2, 1)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['0000-01-01', -62_167_219_200_000],
    ['2026-03-01T12:30:00Z', Date.UTC(2026, 2, 1, 12, 30)],
    ['2026-03-01T12:30Z', Date.UTC(2026, 2, 1, 12, 30)],
    ['2026-03-01 12:30:00.5z', Date.UTC(2026, 2, 1, 12, 30, 0, 500)],
    ['2026-03-01T12:30:00.1239+02:00', Date.UTC(2026, 2, 1, 10, 30, 0, 123)],
    ['2026-03-01T12:30:00-05:30', Date.UTC(2026, 2, 1, 18)],
    ['now', NOW],
    ['-1h', NOW - 3_600_000],
    ['-3d', NOW - 3 * 86_400_000],
    ['-90s', NOW - 90_000],
    ['-250ms', NOW - 250],
    ['-2w', NOW - 14 * 86_400_000],
    ['-1d12h', NOW - 36 * 3_600_000],
  ])('reads %s', (text, expected) => {
    expect(parseTime(text, NOW)).toBe(BigInt(expected))
  })

  it('takes the @ that offsets want before a time', () => {
    expect(parseTime('@1700000000', NOW)).toBe(1_700_000_000_000n)
    expect(() => parseTime('@@1700000000', NOW)).toThrow(/is no time/)
  })

  it('refuses a range that ends before it begins, and names both ends', () => {
    expect(() => parseTimeRange({ from: 'now', to: '-1h' }, NOW)).toThrow(
      '--from now is later than --to -1h',
    )
    expect(parseTimeRange({ to: '-1h' }, NOW)).toEqual({
      from: undefined,
      to: BigInt(NOW - 3_600_000),
    })
  })

  it.each([
    '',
    '0',
    '-1',
    '123456789',
    '17000000000',
    '17000000001234567890',
    '1.7e9',
    '2026-3-1',
    '2026-02-29',
    '2026-13-01',
    '2026-03-01T12:30:00',
    '2026-03-01T24:00:00Z',
    '2026-03-01T12:60:00Z',
    '2026-03-01T12:30:00+0200',
    '2026-03-01T12:30:00+25:00',
    '1h',
    '+1h',
    '-1',
    '-h',
    '-1y',
    '-1 h',
    '-1H',
    'yesterday',
    'Now',
    ' now',
    '١٧٠٠٠٠٠٠٠٠',
    `-${'9'.repeat(400)}d`,
  ])('refuses %j', text => {
    expect(() => parseTime(text, NOW)).toThrow(/is no time: expected 10, 13, 16 or 19 digits/)
  })
})
