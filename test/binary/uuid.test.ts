import { describe, expect, it } from 'vitest'
import { newUuid, uuidBytes, uuidText } from '../../src/binary/uuid.ts'

describe('a new id', () => {
  it('is of version 4, and reads back', () => {
    const text = newUuid(size => Buffer.alloc(size, 0xff))
    expect(uuidBytes(text)?.toString('hex')).toBe('ffffffffffff4fffbfffffffffffffff')
  })

  it('never begins with a dash', () => {
    const candidates = [0xf8, 0xfb, 0x01].map(byte => Buffer.alloc(16, byte))
    expect(uuidText(candidates[0]!)).toMatch(/^-/)
    expect(newUuid(() => candidates.shift()!)).not.toMatch(/^-/)
    expect(candidates).toHaveLength(0)
  })
})
