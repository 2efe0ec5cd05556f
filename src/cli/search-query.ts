/** From the words of `search` to a query: what bytes are meant, and where. */
import { InvalidArgumentError, type Command } from 'commander'
import { UsageError } from '../base/errors.ts'
import { compileRegex } from '../inspect/search/record-matcher.ts'
import type { BytesTest, HeaderTest, RecordQuery } from '../inspect/search/record-query.ts'
import { collect } from './common-options.ts'

export interface QueryOptions {
  readonly key?: readonly string[]
  readonly keyContains?: readonly string[]
  readonly keyRegex?: readonly string[]
  readonly keyBytes?: readonly Buffer[]
  readonly nullKey?: true
  readonly value?: readonly string[]
  readonly valueContains?: readonly string[]
  readonly valueRegex?: readonly string[]
  readonly valueBytes?: readonly Buffer[]
  readonly tombstones?: true
  readonly header?: readonly string[]
  readonly headerContains?: readonly string[]
  readonly headerRegex?: readonly string[]
  readonly headerBytes?: readonly string[]
  readonly ignoreCase?: true
  readonly invertMatch?: true
}

export function addQueryOptions(command: Command): Command {
  return command
    .option('-k, --key <text>', 'the key is this text', collect)
    .option('--key-contains <text>', 'the key contains this text', collect)
    .option('--key-regex <regex>', 'the key matches', collect)
    .option('--key-bytes <bytes>', 'the key is these bytes: hex, or base64:…', collectBytes)
    .option('--null-key', 'there is no key')
    .option('--value <text>', 'the value is this text', collect)
    .option('--value-contains <text>', 'the value contains this text', collect)
    .option('--value-regex <regex>', 'the value matches', collect)
    .option('--value-bytes <bytes>', 'the value is these bytes', collectBytes)
    .option('--tombstones', 'there is no value')
    .option(
      '-H, --header <name[=text]>',
      'there is such a header, with that value; \\= in a name is =',
      collect,
    )
    .option('--header-contains <name=text>', 'a header contains this text', collect)
    .option('--header-regex <name=regex>', 'a header matches', collect)
    .option('--header-bytes <name=bytes>', 'a header is these bytes', collect)
    .option('-i, --ignore-case', 'in regular expressions')
    .option('-v, --invert-match', 'the records that do not match')
}

/** @throws UsageError */
export function queryOf(options: QueryOptions): RecordQuery {
  const test = testsWith(options.ignoreCase === true)
  return {
    key: [
      ...(options.key ?? []).map(test.equals),
      ...(options.keyContains ?? []).map(test.contains),
      ...(options.keyRegex ?? []).map(test.regex('--key-regex')),
      ...(options.keyBytes ?? []).map(test.bytes),
      ...(options.nullKey === true ? [IS_NULL] : []),
    ],
    value: [
      ...(options.value ?? []).map(test.equals),
      ...(options.valueContains ?? []).map(test.contains),
      ...(options.valueRegex ?? []).map(test.regex('--value-regex')),
      ...(options.valueBytes ?? []).map(test.bytes),
      ...(options.tombstones === true ? [IS_NULL] : []),
    ],
    header: [
      ...(options.header ?? []).map(text => headerTest(text, test.equals)),
      ...(options.headerContains ?? []).map(text => valuedHeader(text, test.contains)),
      ...(options.headerRegex ?? []).map(text => valuedHeader(text, test.regex('--header-regex'))),
      ...(options.headerBytes ?? []).map(text => valuedHeader(text, bytesTest)),
    ],
    invert: options.invertMatch === true,
  }
}

/**
 * The keys that are asked for as a whole: their partitions can be told.
 *
 * @throws UsageError where keys are asked for otherwise, or not at all
 */
export function wholeKeysOf({ key, invert }: RecordQuery): Buffer[] {
  const keys = key.flatMap(test => (test.kind === 'equals' ? [Buffer.from(test.bytes)] : []))
  if (invert || keys.length === 0 || keys.length < key.length) {
    throw new UsageError(
      '--partition-for-key takes whole keys: give --key or --key-bytes, and no other test of keys',
    )
  }
  return keys
}

/** Hex, or base64 behind `base64:`. */
export function parseBytes(text: string): Buffer {
  const [, base64] = /^base64:(.*)$/s.exec(text) ?? []
  if (base64 !== undefined) {
    const bytes = Buffer.from(base64, 'base64')
    const isWhole = /^[A-Za-z0-9+/]+={0,2}$/.test(base64)
    if (isWhole && bytes.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '')) {
      return bytes
    }
  }
  const [, digits] = /^(?:0x)?((?:[0-9a-f]{2})+)$/i.exec(text) ?? []
  if (digits !== undefined) return Buffer.from(digits, 'hex')
  throw new InvalidArgumentError('Expected bytes: hex such as 00ff, or base64:AP8=.')
}

const IS_NULL: BytesTest = { kind: 'null' }

function testsWith(ignoreCase: boolean) {
  return {
    equals: (text: string): BytesTest => ({ kind: 'equals', bytes: Buffer.from(text, 'utf8') }),
    contains: (text: string): BytesTest => ({ kind: 'contains', bytes: Buffer.from(text, 'utf8') }),
    bytes: (bytes: Buffer): BytesTest => ({ kind: 'equals', bytes }),
    regex:
      (option: string) =>
      (source: string): BytesTest => {
        const test = { source, ignoreCase }
        try {
          compileRegex(test)
        } catch (error) {
          if (error instanceof SyntaxError) throw new UsageError(`${option}: ${error.message}`)
          throw error
        }
        return { kind: 'regex', ...test }
      },
  }
}

function bytesTest(text: string): BytesTest {
  try {
    return { kind: 'equals', bytes: parseBytes(text) }
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    throw new UsageError(`--header-bytes: ${JSON.stringify(text)}: ${error.message}`)
  }
}

/** Up to the first `=` it is the name, in which `\=` stands for one. */
const HEADER = /^(?<name>(?:\\=|[^=])*)(?:=(?<value>.*))?$/s

function headerTest(text: string, test: (value: string) => BytesTest): HeaderTest {
  const { name = '', value } = HEADER.exec(text)?.groups ?? {}
  const nameBytes = Buffer.from(name.replaceAll('\\=', '='))
  return value === undefined ? { name: nameBytes } : { name: nameBytes, value: test(value) }
}

function valuedHeader(text: string, test: (value: string) => BytesTest): HeaderTest {
  const header = headerTest(text, test)
  if (header.value !== undefined) return header
  throw new UsageError(`${JSON.stringify(text)} is no header: expected its name, = and a value`)
}

function collectBytes(text: string, previous: readonly Buffer[] | undefined): Buffer[] {
  return [...(previous ?? []), parseBytes(text)]
}
