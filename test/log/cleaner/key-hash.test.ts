import { describe, expect, it } from 'vitest'
import { KeyHash } from '../../../src/log/cleaner/key-hash.ts'

/** Those of the authors of Chaskey. */
const SECRET = Buffer.from('33343d839f389f004fe6982339cf7a41', 'hex')

function hashOf(bytes: Buffer, start = 0, size = bytes.length, secret = SECRET): string {
  const hash = new KeyHash(secret)
  hash.update(bytes, start, size)
  const words = [hash.h0, hash.h1, hash.h2, hash.h3]
  return words.map(word => (word >>> 0).toString(16).padStart(8, '0')).join(' ')
}

const counting = (size: number) => Buffer.from(Array.from({ length: size }, (_, index) => index))

describe('the hash of a key', () => {
  it('is that of the authors of Chaskey', () => {
    expect(hashOf(counting(0))).toBe('792e8fe5 75ce87aa 2d1450b5 1191970b')
    expect(hashOf(counting(1))).toBe('13a9307b 50e62c89 4577bd88 c0bbdc18')
  })

  it('is one of the bytes alone, wherever they lie', () => {
    for (const size of [0, 1, 15, 16, 17, 31, 32, 33, 100]) {
      const key = counting(size)
      const within = Buffer.concat([Buffer.from('before'), key, Buffer.from('behind')])
      expect(hashOf(within, 6, size)).toBe(hashOf(key))
    }
  })

  it('is another for each length, for each byte, and with another secret', () => {
    const seen = new Set<string>()
    for (let size = 0; size < 70; size++) seen.add(hashOf(Buffer.alloc(size)))
    for (let at = 0; at < 70; at++) {
      const key = Buffer.alloc(70)
      key[at] = 1
      seen.add(hashOf(key))
    }
    seen.add(hashOf(Buffer.alloc(70), 0, 70, Buffer.alloc(16)))
    expect(seen.size).toBe(141)
  })
})
