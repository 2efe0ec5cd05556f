import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyDigest } from '../../../src/inspect/search/key-digest.ts'
import { LatestOffsets } from '../../../src/inspect/search/latest-offsets.ts'

describe('the digest of a key', () => {
  /** That of the fox is widely published; the others are those of another implementation, which agrees on it. */
  it.each([
    ['', '00000000000000000000000000000000'],
    ['a', 'a794933c5556b01b5556b01b5556b01b'],
    ['The quick brown fox jumps over the lazy dog', '2f1583c3ecee2c675d7bf66ce5e91d2c'],
    ['0123456789abcdef', 'fb7d440936aed30a48ad1d9b572b3bfd'],
  ])('of %j is that of MurmurHash3', (key, expected) => {
    expect(digestOf(Buffer.from(key))).toBe(expected)
  })

  it('does not depend on where the key lies', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (before, key) => {
        const bytes = Buffer.concat([before, key, before])
        const digest = new Uint32Array(4)
        keyDigest(bytes, before.length, key.length, digest)
        expect(hex(digest)).toBe(digestOf(Buffer.from(key)))
      }),
    )
  })
})

describe('the latest offsets', () => {
  it('are those of a map', () => {
    const writes = fc.array(fc.tuple(fc.nat(3000), fc.bigInt(10n, 1_000_000n)), {
      maxLength: 5000,
      size: 'max',
    })
    fc.assert(
      fc.property(writes, entries => {
        const latest = new LatestOffsets(10n, 10_000)
        const expected = new Map<number, bigint>()
        for (const [key, offset] of entries) {
          const bytes = Buffer.from(`key-${key}`)
          expect(latest.set(bytes, 0, bytes.length, offset)).toBe(true)
          const known = expected.get(key)
          if (known === undefined || offset > known) expected.set(key, offset)
        }
        expect(latest.count).toBe(expected.size)
        const sorted = [...expected.values()].sort((a, b) => (a < b ? -1 : 1))
        expect([...latest.takeSorted()]).toEqual(sorted)
      }),
      { numRuns: 10 },
    )
  })

  it('refuse a key too many, but not one that is known', () => {
    const latest = new LatestOffsets(0n, 2)
    const set = (key: string, offset: bigint) => latest.set(Buffer.from(key), 0, 1, offset)
    expect([set('a', 1n), set('b', 2n), set('c', 3n), set('a', 4n)]).toEqual([
      true,
      true,
      false,
      true,
    ])
    expect([...latest.takeSorted()]).toEqual([2n, 4n])
  })
})

function digestOf(key: Buffer): string {
  const digest = new Uint32Array(4)
  keyDigest(key, 0, key.length, digest)
  return hex(digest)
}

function hex(words: Uint32Array): string {
  return [...words].map(word => word.toString(16).padStart(8, '0')).join('')
}
