import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Float64, jsonText } from '../../src/protocol/json.ts'

/** What Java's Double.toString prints. */
const DOUBLES: readonly (readonly [number, string])[] = [
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [-0.1, '-0.1'],
  [1e-3, '0.001'],
  [9.999e-4, '9.999E-4'],
  [9_999_999.999, '9999999.999'],
  [1e7, '1.0E7'],
  [1.25e21, '1.25E21'],
  [-2.5e-9, '-2.5E-9'],
  [5e-324, '4.9E-324'],
  [1.7976931348623157e308, '1.7976931348623157E308'],
  [NaN, '"NaN"'],
  [-Infinity, '"-Infinity"'],
]

describe('JSON as Kafka’s tools print it', () => {
  it('escapes control characters, quotes and backslashes, and nothing else', () => {
    expect(jsonText('\u0000\b\t\n\u000b\f\r\u001f"\\/\u007fé\u2028😀')).toBe(
      '"\\u0000\\b\\t\\n\\u000B\\f\\r\\u001F\\"\\\\/\u007fé\u2028😀"',
    )
  })

  it('prints int64 in full, bytes as base64, and no blanks', () => {
    const json = { big: 2n ** 63n - 1n, bytes: Buffer.from([255, 254]), list: [1, null, true] }
    expect(jsonText(json)).toBe('{"big":9223372036854775807,"bytes":"//4=","list":[1,null,true]}')
  })

  it.each(DOUBLES)('prints %d as Java does', (value, text) => {
    expect(jsonText(new Float64(value))).toBe(text)
  })

  it('loses no digit of a double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
        expect(Number(jsonText(new Float64(value)))).toBe(value)
      }),
      { seed: 4_31 },
    )
  })
})
