import { describe, expect, it } from 'vitest'
import { crc32 } from '../../src/binary/checksum.ts'
import { gzip } from '../../src/compression/gzip.ts'
import { damageOf } from './damage.ts'

const TEXT = 'hello hello hello hello'
const MEMBER = gzip.compress(Buffer.from(TEXT), { magic: 2 })
const TRAILER_POSITION = MEMBER.length - 8

describe('gzip', () => {
  it('joins members that follow one another', () => {
    expect(read(MEMBER, MEMBER, MEMBER).toString()).toBe(TEXT.repeat(3))
  })

  it('ignores what follows a member and is no header, as Java does', () => {
    const leftovers = [
      'hello',
      '\0'.repeat(100),
      'no gzip header, though long enough',
      '\x1f\x8b\x09',
    ]
    for (const leftover of leftovers) {
      const bytes = Buffer.from(leftover, 'latin1')
      expect(read(MEMBER, bytes).toString()).toBe(TEXT)
    }
    expect(read(MEMBER, MEMBER.subarray(0, 15)).toString()).toBe(TEXT)
  })

  it('passes over the optional fields of a header', () => {
    expect(read(withAllFields()).toString()).toBe(TEXT)
  })

  it('counts all members against the limit', () => {
    const payload = Buffer.concat([MEMBER, MEMBER])
    const sizeMax = 2 * TEXT.length - 1
    expect(() => gzip.decompress(payload, { sizeMax, magic: 2 })).toThrow('exceeds the limit')
    const noneLeft = () => gzip.decompress(payload, { sizeMax: TEXT.length, magic: 2 })
    expect(noneLeft).toThrow('exceeds the limit')
  })

  it('rejects an empty payload', () => {
    expect(damageOf(gzip, Buffer.alloc(0))).toMatchObject({ reason: 'gzip stream ends early' })
  })

  it('rejects what is no gzip header', () => {
    const damage = damageOf(gzip, Buffer.from('not gzip at all'))
    expect(damage).toMatchObject({ position: 0, found: '6e6f', expected: '1f8b' })
  })

  it('rejects another method than deflate', () => {
    const damage = damageOf(gzip, patched(2, 7))
    expect(damage).toMatchObject({ reason: 'unknown gzip compression method', found: '7' })
  })

  it('rejects a wrong header checksum', () => {
    const member = withAllFields()
    member[10 + 5 + 5]! ^= 1
    expect(damageOf(gzip, member)).toMatchObject({ reason: 'gzip header checksum' })
  })

  it('rejects a body that is not deflate', () => {
    const damage = damageOf(gzip, patched(10, 0xff))
    expect(damage).toMatchObject({ position: 10, reason: 'malformed gzip body' })
  })

  it('rejects a wrong checksum of the output', () => {
    const damage = damageOf(gzip, patched(TRAILER_POSITION, MEMBER[TRAILER_POSITION]! ^ 1))
    expect(damage).toMatchObject({
      position: TRAILER_POSITION,
      reason: 'gzip checksum of the output',
      expected: `${crc32(Buffer.from(TEXT))}`,
    })
  })

  it('rejects a wrong size of the output', () => {
    const damage = damageOf(gzip, patched(TRAILER_POSITION + 4, 24))
    expect(damage).toMatchObject({ found: '24', expected: '23' })
  })

  it('rejects a member that is cut anywhere', () => {
    for (const member of [MEMBER, withAllFields()]) {
      for (let size = 1; size < member.length; size++) {
        const damage = damageOf(gzip, member.subarray(0, size))
        expect(damage.reason).toBe('gzip stream ends early')
      }
    }
  })

  it('rejects a second member that is damaged', () => {
    const payload = Buffer.concat([MEMBER, MEMBER.subarray(0, -1)])
    expect(damageOf(gzip, payload).reason).toBe('gzip stream ends early')
  })
})

function read(...parts: Buffer[]): Buffer {
  return gzip.decompress(Buffer.concat(parts), { sizeMax: 1024, magic: 2 })
}

function patched(position: number, byte: number): Buffer {
  const member = Buffer.from(MEMBER)
  member[position] = byte
  return member
}

/** With extra field, name, comment and a checksum over all of them. */
function withAllFields(): Buffer {
  const header = Buffer.from(MEMBER.subarray(0, 10))
  header[3] = 0x1e
  const fields = Buffer.from('\x03\x00abcname\0comment\0', 'latin1')
  const checked = Buffer.concat([header, fields])
  const checksum = Buffer.alloc(2)
  checksum.writeUInt16LE(crc32(checked) & 0xffff)
  return Buffer.concat([checked, checksum, MEMBER.subarray(10)])
}
