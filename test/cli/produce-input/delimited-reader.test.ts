import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CorruptDataError, LimitError } from '../../../src/base/errors.ts'
import { DelimitedReader } from '../../../src/cli/produce-input/delimited-reader.ts'
import { PlainLine } from '../../../src/cli/produce-input/plain-line.ts'
import { anyPlaces, cut, readAll, textOf } from './pieces.ts'

const PLAIN = { keyDelimiter: undefined, fixedKey: undefined, headers: [], emptyIsNull: false }

describe('DelimitedReader', () => {
  it('finds the same lines wherever the input is cut', async () => {
    const anyCase = fc.record({
      lines: fc.array(fc.uint8Array({ maxLength: 20 }).map(bytes => Buffer.from(bytes))),
      delimiter: fc.constantFrom('\n', '\0', 'ab', '\r\n', 'aab'),
      places: anyPlaces(),
      isEnded: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ lines, delimiter, places, isEnded }) => {
        const joined = lines.map(line => line.toString('latin1')).join(delimiter)
        const text = joined === '' ? '' : isEnded ? joined + delimiter : joined
        const expected = text.split(delimiter)
        if (expected.at(-1) === '') expected.pop()
        const bytes = Buffer.from(text, 'latin1')
        const records = await readAll(readerOf({ delimiter }), cut(bytes, places))
        expect(records.map(({ value }) => value!.toString('latin1'))).toEqual(expected)
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  it('makes a record of an empty line, and none of nothing', async () => {
    expect((await readAll(readerOf(), ['\n\na'])).map(textOf)).toEqual(['∅=', '∅=', '∅=a'])
    expect(await readAll(readerOf(), [])).toEqual([])
  })

  it('passes over blank lines where it is to, and counts them, wherever the input is cut', async () => {
    const text = '\n \t\r\na\n\r\n\n b \n  '
    for (let at = 0; at <= text.length; at++) {
      const reader = readerOf({ skipsBlank: true })
      const records = await readAll(reader, [text.slice(0, at), text.slice(at)])
      expect(records.map(textOf)).toEqual(['∅=a', '∅= b '])
      expect([reader.place, reader.position]).toEqual(['line 6', 10])
    }
  })

  it('takes lines that are larger than its window', async () => {
    const long = 'x'.repeat(1_000_000)
    const records = await readAll(readerOf({ sizeMax: 1_000_000 }), [`a\n${long}\nb\n`])
    expect(records.map(({ value }) => value!.length)).toEqual([1, 1_000_000, 1])
  })

  it('refuses a line that is too long by its number, before it has come to its end', async () => {
    const reader = readerOf({ sizeMax: 10 })
    const failure = await failureOf(readAll(reader, ['one\ntwo\n', 'x'.repeat(100)]))
    expect(failure).toBeInstanceOf(LimitError)
    expect(failure.message).toBe(
      'the test, line 3: more than 10 bytes exceeds the limit of 10 bytes; ' +
        'raise it with --max-record-bytes',
    )
  })

  it('refuses a line that came whole and is too long', async () => {
    const failure = await failureOf(readAll(readerOf({ sizeMax: 3 }), ['abc\nabcd\n']))
    expect(failure.message).toContain('the test, line 2: 4 bytes exceeds')
  })

  it('tells damage by line, column in characters, and byte of the input', async () => {
    const parser = {
      parse(_record: unknown, bytes: Buffer, start: number, end: number) {
        const position = bytes.subarray(start, end).indexOf('!')
        const damage = { position, reason: 'a bang', found: '!', expected: 'none' }
        if (position >= 0) throw new CorruptDataError(damage)
      },
    }
    const reader = new DelimitedReader(parser, { delimiter: Buffer.from('\n'), sizeMax: 100 })
    const failure = await failureOf(readAll(reader, ['one\n', 'äö', '!\n']))
    expect(failure.message).toBe(
      'the test at byte 8: line 2, column 3: a bang: found !, expected none',
    )
  })
})

function readerOf({ delimiter = '\n', sizeMax = 1000, skipsBlank = false } = {}): DelimitedReader {
  const options = { delimiter: Buffer.from(delimiter), sizeMax, skipsBlank }
  return new DelimitedReader(new PlainLine(PLAIN), options)
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return (await promise.catch((error: unknown) => error)) as Error
}
