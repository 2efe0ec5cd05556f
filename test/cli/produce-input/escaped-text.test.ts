import { describe, expect, it } from 'vitest'
import { parseDelimiter } from '../../../src/cli/produce-input/escaped-text.ts'

describe('a delimiter on the command line', () => {
  it.each([
    [':', ':'],
    ['ä', 'ä'],
    ['\\n', '\n'],
    ['\\r\\n', '\r\n'],
    ['\\t|\\t', '\t|\t'],
    ['\\0', '\0'],
    ['\\x00', '\0'],
    ['\\x1e\\x41', '\x1eA'],
    ['\\\\n', '\\n'],
  ])('%s is the bytes of %j', (text, expected) => {
    expect(parseDelimiter(text)).toEqual(Buffer.from(expected))
  })

  it('may be bytes that are no text', () => {
    expect(parseDelimiter('\\xff\\xfe')).toEqual(Buffer.from([0xff, 0xfe]))
  })

  it.each([
    ['\\q', 'Unknown escape \\q'],
    ['a\\', 'Unknown escape \\'],
    ['\\xg0', 'Unknown escape \\x'],
    ['', 'It must not be empty'],
  ])('%j is refused', (text, message) => {
    expect(() => parseDelimiter(text)).toThrow(message)
  })
})
