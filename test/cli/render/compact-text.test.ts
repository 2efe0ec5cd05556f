import { expect, it } from 'vitest'
import { keyText } from '../../../src/cli/render/compact-text.ts'

const shown = (key: string | Buffer, isCut = false) => keyText({ key: Buffer.from(key), isCut })

it.each([
  ['as it is', 'account 7', 'account 7'],
  [
    'quoted, where it has bytes that are no text',
    '\0\x01\0\x01g\0\0\0\x02',
    '"\\u0000\\u0001\\u0000\\u0001g\\u0000\\u0000\\u0000\\u0002"',
  ],
  ['quoted, where it is empty', '', '""'],
  ['quoted, where it would pass for a quoted one', '"a"', '"\\"a\\""'],
  ['in base64, where it is no UTF-8', Buffer.from([0, 0xff, 1]), 'base64 AP8B'],
])('shows a key %s', (_, key, text) => {
  expect(shown(key)).toBe(text)
})

it('shows where a key was cut', () => {
  expect(shown('abc', true)).toBe('abc…')
})
