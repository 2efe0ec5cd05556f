import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { javaPropertiesBytes, readJavaProperties } from '../../src/log-dirs/java-properties.ts'

describe('Java properties', () => {
  /** Each as java.util.Properties of OpenJDK 17 loads it. */
  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['a=1\nb:2\nc 3\nd\n', { a: '1', b: '2', c: '3', d: '' }],
    ['  a \t = \f 1 \n', { a: '1 ' }],
    ['a==1\nb=:2\nc : = 3', { a: '=1', b: ':2', c: '= 3' }],
    ['# a=1\n ! b=2\n\n   \nc=3\r\nd=4\re=5', { c: '3', d: '4', e: '5' }],
    ['a=1\\\n  2\\\r\n\t3\nb=4', { a: '123', b: '4' }],
    ['a=1\\\n#2', { a: '1#2' }],
    ['a=1\\\\\n#2', { a: '1\\' }],
    ['a=1\\\n\nb=2', { a: '1', b: '2' }],
    ['\\\n#a\nb=1', { b: '1' }],
    ['a=1\n\\', { a: '1', '': '' }],
    ['a\\ b\\=c\\:d=1', { 'a b=c:d': '1' }],
    ['a=\\t\\n\\r\\f\\x\\u00e9\\u0041', { a: '\t\n\r\fxéA' }],
    ['a=C\\:\\\\logs', { a: 'C:\\logs' }],
    ['a=1\na=2', { a: '2' }],
    ['=1', { '': '1' }],
    ['\u00e9=\u00fc', { é: 'ü' }],
    ['a = \\ 1', { a: ' 1' }],
  ])('take %j apart as Java does', (text, expected) => {
    const { values, damages } = readJavaProperties(Buffer.from(text, 'latin1'), 'f')
    expect(Object.fromEntries(values)).toEqual(expected)
    expect(damages).toEqual([])
  })

  it('name an escape that Java refuses, and go on', () => {
    const { values, damages } = readJavaProperties(Buffer.from('x=0\na=\\u12\nb=2'), 'f')
    expect(damages).toMatchObject([{ file: 'f', position: 4, found: '\\u' }])
    expect(values.get('b')).toBe('2')
  })

  it('give back what is written with all its escapes', () => {
    const text = fc.stringMatching(/^[ \t\f\n\r=:#!\\abuµ]*$/)
    fc.assert(
      fc.property(fc.dictionary(text, text), written => {
        const lines = Object.entries(written).map(
          ([key, value]) => `${escape(key)}=${escape(value)}`,
        )
        const { values } = readJavaProperties(Buffer.from(lines.join('\n'), 'latin1'), 'f')
        expect([...values].sort()).toEqual(Object.entries(written).sort())
      }),
    )
  })

  it('never fail, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), array => void readJavaProperties(Buffer.from(array), 'f')),
    )
  })
})

function escape(text: string): string {
  return text.replace(/[^]/g, character => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

describe('properties that are written', () => {
  it('are read back the same, whatever they hold', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 12 })
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(texts, texts), { selector: ([key]) => key }), pairs => {
        const values = new Map(pairs)
        const bytes = javaPropertiesBytes(values, 0)
        expect(readJavaProperties(bytes, 'file')).toMatchObject({ values, damages: [] })
      }),
    )
  })
})
