/** Dates as text, always UTC, as C's strftime and Go's package time spell their layouts. */
import type { UsageError } from '../base/errors.ts'

export type DateText = (date: Date) => string

/**
 * In the C locale.
 *
 * @param error makes one of a place in the layout
 */
export function strftimeLayout(
  layout: string,
  error: (at: number, what: string) => UsageError,
): DateText {
  const pieces: (string | DateText)[] = []
  for (let at = 0; at < layout.length; at++) {
    if (layout[at] !== '%') {
      pieces.push(layout[at]!)
      continue
    }
    const letter = layout[++at] ?? ''
    const text = Object.hasOwn(STRFTIME, letter) ? STRFTIME[letter] : undefined
    if (text === undefined) {
      const known = Object.keys(STRFTIME).join(' ')
      throw error(at - 1, `%${letter} is none that strftime knows here: ${known}`)
    }
    pieces.push(text)
  }
  return joined(pieces)
}

/** What is no element of a date stands for itself, as in Go. */
export function goLayout(layout: string): DateText {
  const pieces: (string | DateText)[] = []
  let at = 0
  for (const match of layout.matchAll(GO_ELEMENT)) {
    pieces.push(layout.slice(at, match.index), goElement(match[0]))
    at = match.index + match[0].length
  }
  pieces.push(layout.slice(at))
  return joined(pieces)
}

function joined(pieces: readonly (string | DateText)[]): DateText {
  return date => pieces.map(piece => (typeof piece === 'string' ? piece : piece(date))).join('')
}

const MONTHS =
  'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const DAY_MS = 86_400_000

const month = (date: Date) => MONTHS[date.getUTCMonth()] ?? ''
const weekday = (date: Date) => DAYS[date.getUTCDay()] ?? ''
const year = (date: Date) => padded(date.getUTCFullYear(), 4)
const hour12 = (date: Date) => date.getUTCHours() % 12 || 12
const dayOfYear = (date: Date) =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1

function padded(value: number, size: number, fill = '0'): string {
  return String(value).padStart(size, fill)
}

/** Weeks that begin with a weekday, counted from the first of them in the year; 0 before. */
function weekOfYear(date: Date, firstWeekday: number): number {
  const sinceFirst = (date.getUTCDay() - firstWeekday + 7) % 7
  return Math.floor((dayOfYear(date) + 6 - sinceFirst) / 7)
}

/** The Thursday of its week decides which year it belongs to. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * DAY_MS)
  return {
    year: thursday.getUTCFullYear(),
    week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1,
  }
}

const TIME: DateText = date => date.toISOString().slice(-13, -5)
const STRFTIME: Readonly<Record<string, DateText>> = {
  Y: year,
  C: date => padded(Math.floor(date.getUTCFullYear() / 100), 2),
  y: date => padded(date.getUTCFullYear() % 100, 2),
  m: date => padded(date.getUTCMonth() + 1, 2),
  d: date => padded(date.getUTCDate(), 2),
  e: date => padded(date.getUTCDate(), 2, ' '),
  H: date => padded(date.getUTCHours(), 2),
  k: date => padded(date.getUTCHours(), 2, ' '),
  I: date => padded(hour12(date), 2),
  l: date => padded(hour12(date), 2, ' '),
  M: date => padded(date.getUTCMinutes(), 2),
  S: date => padded(date.getUTCSeconds(), 2),
  p: date => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: date => (date.getUTCHours() < 12 ? 'am' : 'pm'),
  F: date => `${year(date)}-${padded(date.getUTCMonth() + 1, 2)}-${padded(date.getUTCDate(), 2)}`,
  T: TIME,
  X: TIME,
  R: date => TIME(date).slice(0, 5),
  D: date => american(date),
  x: date => american(date),
  r: date => `${padded(hour12(date), 2)}${TIME(date).slice(2)} ${STRFTIME['p']!(date)}`,
  c: date =>
    `${weekday(date).slice(0, 3)} ${month(date).slice(0, 3)} ` +
    `${padded(date.getUTCDate(), 2, ' ')} ${TIME(date)} ${year(date)}`,
  a: date => weekday(date).slice(0, 3),
  A: weekday,
  b: date => month(date).slice(0, 3),
  h: date => month(date).slice(0, 3),
  B: month,
  j: date => padded(dayOfYear(date), 3),
  u: date => String(date.getUTCDay() || 7),
  w: date => String(date.getUTCDay()),
  U: date => padded(weekOfYear(date, 0), 2),
  W: date => padded(weekOfYear(date, 1), 2),
  V: date => padded(isoWeek(date).week, 2),
  G: date => padded(isoWeek(date).year, 4),
  g: date => padded(isoWeek(date).year % 100, 2),
  s: date => String(Math.floor(date.getTime() / 1000)),
  z: () => '+0000',
  Z: () => 'UTC',
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
}

function american(date: Date): string {
  const [, short] = /^\d\d(\d\d)$/.exec(year(date)) ?? []
  return `${padded(date.getUTCMonth() + 1, 2)}/${padded(date.getUTCDate(), 2)}/${short ?? ''}`
}

/** Go's elements, the longer before the shorter; a fraction only behind seconds is one, as everywhere in layouts in use. */
const GO_ELEMENT =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|__2|002|01|02|03|04|05|06|15|Z07:00:00|Z07:00|Z070000|Z0700|Z07|-07:00:00|-07:00|-070000|-0700|-07|[.,](?:0+|9+)(?!\d)|_2(?!006)|PM|pm|1|2|3|4|5/g

const GO: Readonly<Record<string, DateText>> = {
  January: month,
  Jan: date => month(date).slice(0, 3),
  Monday: weekday,
  Mon: date => weekday(date).slice(0, 3),
  MST: () => 'UTC',
  '2006': year,
  '06': date => padded(date.getUTCFullYear() % 100, 2),
  '01': date => padded(date.getUTCMonth() + 1, 2),
  '1': date => String(date.getUTCMonth() + 1),
  '02': date => padded(date.getUTCDate(), 2),
  _2: date => padded(date.getUTCDate(), 2, ' '),
  '2': date => String(date.getUTCDate()),
  '002': date => padded(dayOfYear(date), 3),
  __2: date => padded(dayOfYear(date), 3, ' '),
  '15': date => padded(date.getUTCHours(), 2),
  '03': date => padded(hour12(date), 2),
  '3': date => String(hour12(date)),
  '04': date => padded(date.getUTCMinutes(), 2),
  '4': date => String(date.getUTCMinutes()),
  '05': date => padded(date.getUTCSeconds(), 2),
  '5': date => String(date.getUTCSeconds()),
  PM: date => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  pm: date => (date.getUTCHours() < 12 ? 'am' : 'pm'),
}

function goElement(element: string): DateText {
  const known = GO[element]
  if (known !== undefined) return known
  if (element.startsWith('Z')) return () => 'Z'
  if (element.startsWith('-')) return () => element.replace('-', '+').replaceAll('7', '0')
  const digits = element.length - 1
  return date => {
    const fraction = padded(date.getUTCMilliseconds(), 3).padEnd(digits, '0').slice(0, digits)
    if (element[1] === '0') return `${element[0]}${fraction}`
    const kept = fraction.replace(/0+$/, '')
    return kept === '' ? '' : `${element[0]}${kept}`
  }
}
