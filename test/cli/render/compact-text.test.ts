import { expect, it } from 'vitest'
import { KEY_DECODERS } from '../../../src/cli/key-decoder.ts'
import { keyText } from '../../../src/cli/render/compact-text.ts'
import { consumerOffsetsSerde } from '../../../src/coordinator/consumer-offsets-records.ts'

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

it('shows what a key of a coordinator names, each field one word', () => {
  const { key } = consumerOffsetsSerde.encode({
    type: 'OffsetCommit',
    key: { group: 'my group', topic: 't', partition: 3 },
    value: null,
    version: 0,
  })
  const decodeKey = KEY_DECODERS.get('__consumer_offsets')
  const text = 'offset_commit group="my group" topic=t partition=3'
  expect(keyText({ key, isCut: false }, decodeKey)).toBe(text)
  expect(keyText({ key, isCut: true }, decodeKey)).toMatch(/^"\\u0000.+…$/)
})

it('shows a key that is none of a coordinator as it is', () => {
  const decodeKey = KEY_DECODERS.get('__transaction_state')
  expect(keyText({ key: Buffer.from('key'), isCut: false }, decodeKey)).toBe('key')
  expect(keyText({ key: Buffer.from('k'), isCut: false }, decodeKey)).toBe('k')
})
