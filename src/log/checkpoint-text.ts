/**
 * The skeleton that Kafka's checkpoint files share: text in UTF-8.
 *
 * | line | holds                                                                   |
 * |------|-------------------------------------------------------------------------|
 * | 1    | version of the format, 0                                                |
 * | 2    | how many entries follow                                                 |
 * | 3–   | one entry each, its fields divided by blanks                            |
 *
 * A broker creates the file empty, and replaces it in one step when it has something to say; so an empty file means no
 * entries. It refuses a file in which anything is wrong as a whole. This reader takes what it can, and says what else.
 *
 * Source: org.apache.kafka.server.common.CheckpointFile
 */
import { isUtf8 } from 'node:buffer'
import type { Damage } from '../base/errors.ts'
import { quotedText } from '../base/quoted-text.ts'
import { INT64_MAX } from '../binary/big-endian.ts'

export interface CheckpointText<Entry> {
  readonly entries: readonly Entry[]
  readonly damages: readonly Damage[]
}

export interface CheckpointEntryFormat<Entry> {
  /** For messages, as `topic partition offset`. */
  readonly fields: string
  /** Undefined where the fields are not those of an entry. */
  parse(fields: readonly string[]): Entry | undefined
  /** What contradicts the entries before it. */
  flaw?(entry: Entry, before: readonly Entry[]): Pick<Damage, 'reason' | 'expected'> | undefined
}

const CURRENT_VERSION = 0
const NO_COUNT = 'the count of entries is missing'

/** @param file for the damages' sake */
export function readCheckpointText<Entry>(
  bytes: Buffer,
  file: string,
  format: CheckpointEntryFormat<Entry>,
): CheckpointText<Entry> {
  const reading = new Reading<Entry>(file)
  if (!isUtf8(bytes)) reading.note(0, 'not a text in UTF-8', 'other bytes', 'UTF-8')
  let lineCount = 0
  let countLine: Line | undefined
  for (const line of linesOf(bytes)) {
    if (lineCount === 0) reading.checkVersion(line)
    else if (lineCount === 1) countLine = line
    else reading.takeEntry(line, format)
    lineCount++
  }
  if (countLine !== undefined) reading.checkCount(countLine, lineCount - 2)
  else if (lineCount === 1) reading.note(bytes.length, NO_COUNT, 'the end of the file', 'a number')
  return reading
}

/** @param entries each its fields, divided by blanks */
export function encodeCheckpointText(entries: readonly string[]): Buffer {
  return Buffer.from([CURRENT_VERSION, entries.length, ...entries, ''].join('\n'))
}

const DAMAGES_MAX = 100

class Reading<Entry> implements CheckpointText<Entry> {
  readonly entries: Entry[] = []
  readonly damages: Damage[] = []
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /** Beyond a number of them, one more damage is no news. */
  note(position: number, reason: string, found: string, expected: string): void {
    if (this.damages.length < DAMAGES_MAX)
      this.damages.push({ file: this.#file, position, reason, found, expected })
  }

  checkVersion({ text, position }: Line): void {
    if (javaInt(text) === CURRENT_VERSION) return
    this.note(position, 'unknown version of a checkpoint', quote(text), `${CURRENT_VERSION}`)
  }

  checkCount({ text, position }: Line, lineCount: number): void {
    const count = javaInt(text)
    if (count === lineCount) return
    this.note(position, 'wrong count of checkpoint entries', quote(text), `${lineCount}`)
  }

  takeEntry({ text, position }: Line, format: CheckpointEntryFormat<Entry>): void {
    const entry = format.parse(fieldsOf(text))
    if (entry === undefined) {
      this.note(position, 'malformed line in a checkpoint', quote(text), format.fields)
      return
    }
    const flaw = format.flaw?.(entry, this.entries)
    if (flaw !== undefined) this.note(position, flaw.reason, quote(text), flaw.expected)
    this.entries.push(entry)
  }
}

interface Line {
  readonly text: string
  /** Of its first byte. */
  readonly position: number
}

/** As java.io.BufferedReader: a line ends with \n, \r or \r\n, the last one may end without. */
function* linesOf(bytes: Buffer): Generator<Line> {
  for (let start = 0; start < bytes.length;) {
    let end = start
    while (end < bytes.length && bytes[end] !== LF && bytes[end] !== CR) end++
    yield { text: bytes.toString('utf8', start, end), position: start }
    start = end + (bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1)
  }
}

const LF = 0x0a
const CR = 0x0d

/** As Java's split: blanks at the end don't count, blanks at the beginning make an empty field. */
function fieldsOf(text: string): string[] {
  const fields = text.split(/[ \t\v\f]+/)
  if (fields.length > 1 && fields.at(-1) === '') fields.pop()
  return fields
}

const INT32_MAX = 0x7fffffff

/** As Integer.parseInt, for numbers from 0 up. */
export function javaInt(text: string): number | undefined {
  if (!/^\+?\d+$/.test(text)) return undefined
  const value = Number(text)
  return value > INT32_MAX ? undefined : value
}

/** Leading zeros apart, no longer number fits; BigInt's cost grows with the square. */
const DIGITS_MAX = 64

/** As Long.parseLong, for numbers from 0 up. */
export function javaLong(text: string): bigint | undefined {
  if (text.length > DIGITS_MAX || !/^\+?\d+$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return value > INT64_MAX ? undefined : value
}

const QUOTED_LENGTH_MAX = 80

/** A piece of somebody's file for a message: cut to a length, control characters escaped. */
export function quote(text: string): string {
  return quotedText(text.length > QUOTED_LENGTH_MAX ? `${text.slice(0, QUOTED_LENGTH_MAX)}…` : text)
}
