import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { javaString, javaUtf8 } from '../../src/binary/java-text.ts'

/** Each line: random bytes, and what OpenJDK 17 made of them, as `new String(bytes, UTF_8)` encoded again. */
const FOREIGN = join(import.meta.dirname, 'foreign/java-utf8.txt')

it('replaces malformed UTF-8 as Java does', () => {
  for (const line of readFileSync(FOREIGN, 'utf8').trim().split('\n')) {
    const [bytes = '', expected = ''] = line.split(' ')
    expect(javaUtf8(Buffer.from(bytes, 'hex')).toString('hex'), bytes).toBe(expected)
  }
})

it('leaves valid UTF-8 as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => javaString(Buffer.from(text)) === text),
  )
})

it('makes valid UTF-8 of any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      const made = javaUtf8(Buffer.from(bytes))
      expect(Buffer.from(made.toString('utf8')).equals(made)).toBe(true)
    }),
  )
})
