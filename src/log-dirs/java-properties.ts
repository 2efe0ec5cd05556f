/**
 * The text of java.util.Properties, in which Kafka keeps `meta.properties` and `server.properties`.
 *
 * - A line that begins with `#` or `!` is a comment; blanks before it, as before a key, don't count.
 * - A key ends at the first `=`, `:` or blank; blanks around the divider don't count, blanks at a value's end do.
 * - A backslash at the end of a line goes on with the next one, without the blanks that that begins with.
 * - `\t \n \r \f` and `\u` with four hex digits mean what they do in Java; before any other character a backslash means nothing.
 * - Bytes are ISO 8859-1. Of a key that comes twice the last value counts.
 *
 * Source: java.util.Properties#load, #store
 */
import type { Damage } from '../base/errors.ts'

export interface JavaProperties {
  readonly values: ReadonlyMap<string, string>
  /** Where each value begins, by its key; from 1. */
  readonly lines: ReadonlyMap<string, number>
  /** Escapes over which Java refuses the whole file; here they stand for the letter u. */
  readonly damages: readonly Damage[]
}

/** @param file for the damages' sake */
export function readJavaProperties(bytes: Buffer, file: string): JavaProperties {
  const values = new Map<string, string>()
  const lines = new Map<string, number>()
  const damages: Damage[] = []
  const unescape = (text: string, position: number) =>
    text.replace(ESCAPE, (escape, hex: string | undefined, letter: string) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16))
      if (letter === 'u' && damages.length < DAMAGES_MAX) {
        const reason = 'malformed escape in a properties file'
        damages.push({ file, position, reason, found: escape, expected: '\\u and four hex digits' })
      }
      return CONTROL_LETTERS[letter] ?? letter
    })
  for (const { text, position, number } of logicalLines(bytes.toString('latin1'))) {
    const keyEnd = endOfKey(text)
    const key = unescape(text.slice(0, keyEnd), position)
    const value = text.slice(keyEnd).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')
    values.set(key, unescape(value, position))
    lines.set(key, number)
  }
  return { values, lines, damages }
}

/** Below an empty comment and one with the time, as Kafka stores them. */
export function javaPropertiesBytes(values: ReadonlyMap<string, string>, nowMs: number): Buffer {
  const lines = [...values].map(([key, value]) => `${escapedKey(key)}=${escaped(value)}\n`)
  return Buffer.from(`#\n#${javaDate(nowMs)}\n${lines.join('')}`, 'latin1')
}

function escapedKey(key: string): string {
  return escaped(key).replaceAll(' ', '\\ ')
}

/** A blank would be lost at the beginning only. */
function escaped(text: string): string {
  return text
    .replace(/[\\=:#!]/g, '\\$&')
    .replace(/[\t\n\r\f]/g, char => ESCAPED_CONTROLS[char]!)
    .replace(/[^ -~\\]/g, char => `\\u${hexDigits(char)}`)
    .replace(/^ /, '\\ ')
}

const ESCAPED_CONTROLS: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\f': '\\f',
}

function hexDigits(char: string): string {
  return char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
}

/** `Sun Nov 22 13:59:13 UTC 2026` */
function javaDate(nowMs: number): string {
  const [weekday, day, month, year, time] = new Date(nowMs)
    .toUTCString()
    .replace(',', '')
    .split(' ')
  return `${weekday} ${month} ${day} ${time} UTC ${year}`
}

/** Groups: the digits after `\u`; otherwise the one character escaped. */
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|([^]))/g
const CONTROL_LETTERS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }
const DAMAGES_MAX = 100

interface Line {
  readonly text: string
  /** Of its first byte: of the first natural line, where a logical one takes several. */
  readonly position: number
  /** Of that line, from 1. */
  readonly number: number
}

/** Without the blanks that a line begins with, with all its other escapes. */
function* logicalLines(text: string): Generator<Line> {
  const pieces: string[] = []
  let [position, number] = [0, 0]
  let goesOn = false
  for (const line of naturalLines(text)) {
    const piece = line.text.replace(/^[ \t\f]+/, '')
    if (pieces.length === 0 && /^(?:[#!]|$)/.test(piece)) {
      goesOn = false
      continue
    }
    if (pieces.length === 0) [position, number] = [line.position, line.number]
    goesOn = endsInBackslash(piece)
    const kept = goesOn ? piece.slice(0, -1) : piece
    if (kept !== '') pieces.push(kept)
    if (!goesOn) yield { text: pieces.splice(0).join(''), position, number }
  }
  if (goesOn) yield { text: pieces.join(''), position, number }
}

function* naturalLines(text: string): Generator<Line> {
  let [start, number] = [0, 1]
  for (const { index, 0: lineEnd } of text.matchAll(/\r\n|\r|\n/g)) {
    yield { text: text.slice(start, index), position: start, number }
    start = index + lineEnd.length
    number++
  }
  if (start < text.length) yield { text: text.slice(start), position: start, number }
}

/** An even number of them is one escaping the other. */
function endsInBackslash(line: string): boolean {
  let count = 0
  while (line.at(-1 - count) === '\\') count++
  return count % 2 === 1
}

function endOfKey(line: string): number {
  let end = 0
  while (end < line.length && !'=: \t\f'.includes(line[end]!)) end += line[end] === '\\' ? 2 : 1
  return Math.min(end, line.length)
}
