/**
 * Tables: plain columns without borders, the same on a terminal and in a pipe, so that awk and eyes both can read them.
 * Every cell is there: what is not known is `-`.
 */
import Table from 'cli-table3'
import type { Colour } from '../colour.ts'

export interface Column<Row> {
  readonly name: string
  readonly align?: 'left' | 'right'
  readonly cell: (row: Row) => string | number | bigint | undefined
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** One line for the names, then one for each row; none ends in blanks. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  colour: Colour,
): string[] {
  const table = new Table({
    head: columns.map(({ name }) => name),
    colAligns: columns.map(({ align = 'left' }) => align),
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  })
  for (const row of rows) table.push(columns.map(({ cell }) => cellText(cell(row))))
  const [names = '', ...lines] = table.toString().split('\n').map(withoutEnd)
  return [colour.bold(names), ...lines]
}

/** A name may hold anything: a line break in it would break the table. */
export function cellText(value: string | number | bigint | undefined): string {
  if (value === undefined || value === '') return '-'
  return String(value).replace(CONTROL_CHARACTERS, '\u{fffd}')
}

const CONTROL_CHARACTERS = /\p{Cc}/gu

function withoutEnd(line: string): string {
  return line.replace(/ +$/, '')
}
