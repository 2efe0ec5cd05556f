import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { constantOf, ByteOutput } from '../../src/cli/byte-output.ts'

describe('byte output', () => {
  it('writes integers as JavaScript prints them', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), value => {
        expect(written(out => out.integer(value))).toBe(String(value))
      }),
    )
    for (const value of [0, -0, 9, 10, 999_999_999, 1_000_000_000, 1_000_000_007, -1]) {
      expect(written(out => out.integer(value))).toBe(String(value === 0 ? 0 : value))
    }
  })

  it('writes bigints of 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), value => {
        expect(written(out => out.bigint(value))).toBe(String(value))
      }),
    )
  })

  it('keeps the order of pieces of all sizes', () => {
    const sizes = fc.array(fc.constantFrom(0, 1, 100, 5000, 262_143, 262_144, 300_000), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(sizes, pieces => {
        const texts = pieces.map((size, index) => String.fromCharCode(97 + index).repeat(size))
        const result = written(out => {
          texts.forEach((text, index) => {
            if (index % 3 === 0) out.text(text)
            else if (index % 3 === 1) out.bytes(Buffer.from(text))
            else out.constant(constantOf(text.slice(0, 1000)))
          })
        })
        const expected = texts.map((text, i) => (i % 3 === 2 ? text.slice(0, 1000) : text)).join('')
        expect(result === expected).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('quotes what stands for itself in JSON, and leaves the rest', () => {
    const prefix = constantOf(',"key":"')
    const taken = (text: string) => {
      const source = Buffer.from(text)
      return written(out => {
        if (!out.plainJson(prefix, source, 0, source.length)) out.text('no')
      })
    }
    for (const text of ['', 'k', 'key', 'a longer key with {braces}']) {
      expect(taken(text)).toBe(`,"key":"${text}"`)
    }
    for (const text of ['"', 'a\\b', 'é', 'line\n']) expect(taken(text)).toBe('no')
  })

  it('takes short ASCII, and leaves everything else to a closer look', () => {
    const source = Buffer.from('..héllo..hello..')
    expect(written(out => expect(out.shortAscii(source, 2, 6)).toBe(false))).toBe('')
    expect(written(out => expect(out.shortAscii(source, 10, 5)).toBe(true))).toBe('hello')
    expect(written(out => out.shortAscii(Buffer.alloc(10_000, 65), 0, 10_000))).toBe('')
  })
})

function written(write: (out: ByteOutput) => unknown): string {
  const pieces: Buffer[] = []
  const out = new ByteOutput(bytes => pieces.push(Buffer.from(bytes)))
  write(out)
  out.flush()
  return Buffer.concat(pieces).toString('utf8')
}
