import { Chalk } from 'chalk'
import { describe, expect, it } from 'vitest'
import { PLAIN } from '../../../src/cli/colour.ts'
import { byteCount } from '../../../src/cli/render/byte-count.ts'
import { tableLines, type Column } from '../../../src/cli/render/table.ts'
import { timeText } from '../../../src/cli/render/time-text.ts'

interface Row {
  readonly name: string
  readonly size?: bigint
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'NAME', cell: row => row.name },
  { name: 'SIZE', align: 'right', cell: row => row.size },
  { name: 'NOTE', cell: () => '' },
]

describe('a table', () => {
  it('is plain columns, numbers to the right, without borders and blanks at the end', () => {
    const rows = [{ name: 'a', size: 10n }, { name: 'long name', size: 123456n }, { name: 'none' }]
    expect(tableLines(COLUMNS, rows, PLAIN)).toEqual([
      'NAME         SIZE  NOTE',
      'a              10  -',
      'long name  123456  -',
      'none            -  -',
    ])
  })

  it('has its names alone where there are no rows', () => {
    expect(tableLines(COLUMNS, [], PLAIN)).toEqual(['NAME  SIZE  NOTE'])
  })

  it('keeps a row on its line, whatever a name holds', () => {
    const [, row] = tableLines(COLUMNS, [{ name: 'a\n\u001b[31mb' }], PLAIN)
    expect(row).toBe('a\u{fffd}\u{fffd}[31mb     -  -')
  })

  it('colours the names of columns where colour is wanted', () => {
    const [names] = tableLines(COLUMNS, [], new Chalk({ level: 1 }))
    expect(names).toBe('\u001b[1mNAME  SIZE  NOTE\u001b[22m')
  })
})

describe('bytes for people', () => {
  it.each<[number | bigint, string]>([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [10_189, '10 KiB'],
    [1024 * 1023, '1.0 MiB'],
    [5_368_709_120, '5.0 GiB'],
    [2n ** 63n - 1n, '8.0 EiB'],
  ])('%s is %s', (bytes, text) => {
    expect(byteCount(bytes)).toBe(text)
  })
})

describe('times for people', () => {
  it('are RFC 3339 as far as the calendar goes', () => {
    expect(timeText(1_700_000_000_123n)).toBe('2023-11-14T22:13:20.123Z')
    expect(timeText(2n ** 63n - 1n)).toBe('beyond any calendar')
  })
})
