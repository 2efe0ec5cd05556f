/**
 * A record query made ready to run. Bytes are compared as bytes; text is made only for regular expressions, and only
 * of records that everything cheaper has let pass.
 */
import { isUtf8 } from 'node:buffer'
import { assertNever } from '../../base/errors.ts'
import type { RecordCursor, RecordHeader } from '../../record/record-cursor.ts'
import { type BytesTest, type HeaderTest, type RecordQuery, requiredBytes } from './record-query.ts'

export class RecordMatcher {
  readonly #required: readonly (readonly Buffer[])[]
  readonly #tests: readonly RecordTest[]
  readonly #wanted: boolean

  constructor(query: RecordQuery) {
    this.#required = requiredBytes(query).map(group => group.map(viewOf))
    this.#tests = testsOf(query)
    this.#wanted = !query.invert
  }

  /** Whether the records that lie in these bytes can match; may be wrong only by saying yes. */
  mayMatchIn(bytes: Buffer, start: number, end: number): boolean {
    if (this.#required.length === 0) return true
    const records = bytes.subarray(start, end)
    return this.#required.every(group => group.some(needle => records.includes(needle)))
  }

  matches(record: RecordCursor): boolean {
    for (const test of this.#tests) if (!test(record)) return !this.#wanted
    return this.#wanted
  }
}

/** What equality costs least, goes first. */
function testsOf(query: RecordQuery): RecordTest[] {
  const { key, value, header } = query
  const tests: RecordTest[] = []
  if (key.length > 0) {
    const test = anyOf(key)
    tests.push(record => test(record.bytes, record.keyStart, record.keySize))
  }
  if (header.length > 0) tests.push(anyHeader(header))
  if (value.length > 0) {
    const test = anyOf(value)
    tests.push(record => test(record.bytes, record.valueStart, record.valueSize))
  }
  return tests
}

type RecordTest = (record: RecordCursor) => boolean
/** @param size −1 for null */
type FieldTest = (bytes: Buffer, start: number, size: number) => boolean

function anyOf(tests: readonly BytesTest[]): FieldTest {
  const ready = tests.map(fieldTest)
  const [only] = ready
  if (ready.length === 1 && only !== undefined) return only
  return (bytes, start, size) => ready.some(test => test(bytes, start, size))
}

function fieldTest(test: BytesTest): FieldTest {
  switch (test.kind) {
    case 'equals':
      return equals(test.bytes)
    case 'contains':
      return contains(viewOf(test.bytes))
    case 'regex':
      return matchesRegex(compileRegex(test))
    case 'null':
      return (_bytes, _start, size) => size < 0
    default:
      return assertNever(test)
  }
}

function equals(wanted: Uint8Array): FieldTest {
  const { length } = wanted
  return (bytes, start, size) => {
    if (size !== length) return false
    for (let i = 0; i < length; i++) if (bytes[start + i] !== wanted[i]) return false
    return true
  }
}

function contains(wanted: Buffer): FieldTest {
  return (bytes, start, size) =>
    size >= wanted.length && bytes.subarray(start, start + size).includes(wanted)
}

/**
 * JavaScript's, by characters, not by UTF-16 units; a dot stands for line ends, too.
 *
 * @throws SyntaxError where the source is no regular expression
 */
export function compileRegex(test: { readonly source: string; readonly ignoreCase: boolean }) {
  return new RegExp(test.source, test.ignoreCase ? 'isu' : 'su')
}

/** Bytes that are no UTF-8 are taken for Latin-1, so that `\xff` finds the byte ff. */
function matchesRegex(regex: RegExp): FieldTest {
  return (bytes, start, size) => {
    if (size < 0) return false
    const end = start + size
    if (isAscii(bytes, start, end)) return regex.test(bytes.toString('latin1', start, end))
    const isText = isUtf8(bytes.subarray(start, end))
    return regex.test(
      isText ? bytes.toString('utf8', start, end) : bytes.toString('latin1', start, end),
    )
  }
}

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  let seen = 0
  for (let at = start; at < end; at++) seen |= bytes[at]!
  return seen < 0x80
}

function anyHeader(tests: readonly HeaderTest[]): RecordTest {
  const ready = tests.map(headerTest)
  return record => {
    if (record.headerCount === 0) return false
    return record.headers().some(header => ready.some(test => test(header)))
  }
}

function headerTest({ name, value }: HeaderTest): (header: RecordHeader) => boolean {
  const isNamed = equals(name)
  const test = value === undefined ? undefined : fieldTest(value)
  return header => {
    if (!isNamed(header.key, 0, header.key.length)) return false
    if (test === undefined) return true
    return header.value === null
      ? test(header.key, 0, -1)
      : test(header.value, 0, header.value.length)
  }
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
