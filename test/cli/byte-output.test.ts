import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { javaUtf8 } from '../../src/binary/java-text.ts'
import { constantOf, ByteOutput, STAGE_BYTES } from '../../src/cli/byte-output.ts'

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

  it('writes pieces of what is on the stage as Java prints UTF-8, whatever they hold and wherever it flushes', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }).map(text => Buffer.from(text)),
      fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
      fc.constant(Buffer.alloc(STAGE_BYTES, 0x61)),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
        const source = Buffer.concat(pieces)
        const result = writtenBytes(out => {
          let at = 0
          for (const { length } of pieces) {
            if (!out.staged(at, length)) {
              out.stage(source, at, source.length)
              expect(out.staged(at, length)).toBe(true)
            }
            out.byte(0x7c)
            at += length
          }
        })
        const expected = Buffer.concat(pieces.flatMap(bytes => [javaUtf8(bytes), Buffer.from('|')]))
        expect(result.equals(expected)).toBe(true)
      }),
    )
  })

  it('takes nothing from a stage that was cleared', () => {
    const source = Buffer.from('hello')
    expect(
      written(out => {
        out.stage(source, 0, source.length)
        expect(out.staged(0, 6)).toBe(false)
        out.staged(1, 3)
        out.clearStage()
        expect(out.staged(1, 3)).toBe(false)
      }),
    ).toBe('ell')
  })

  it('counts a decimal number on', () => {
    const counted = (text: string) =>
      written(out => {
        out.bytes(Buffer.alloc(300_000, 0x61))
        out.text(text)
        out.increment(out.position)
      }).slice(300_000)
    expect(counted('0')).toBe('1')
    expect(counted('n: 1099')).toBe('n: 1100')
    expect(counted('n: 8999')).toBe('n: 9000')
  })

  it('takes short ASCII, and leaves everything else to a closer look', () => {
    const source = Buffer.from('..héllo..hello..')
    expect(written(out => expect(out.shortAscii(source, 2, 6)).toBe(false))).toBe('')
    expect(written(out => expect(out.shortAscii(source, 10, 5)).toBe(true))).toBe('hello')
    expect(written(out => out.shortAscii(Buffer.alloc(10_000, 65), 0, 10_000))).toBe('')
  })
})

function written(write: (out: ByteOutput) => unknown): string {
  return writtenBytes(write).toString('utf8')
}

function writtenBytes(write: (out: ByteOutput) => unknown): Buffer {
  const pieces: Buffer[] = []
  const out = new ByteOutput(bytes => pieces.push(Buffer.from(bytes)))
  write(out)
  out.flush()
  return Buffer.concat(pieces)
}
