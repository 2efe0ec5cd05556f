import { describe, expect, it } from 'vitest'
import { AssertionError, CorruptDataError } from '../../src/base/errors.ts'
import { ZERO_UUID } from '../../src/binary/uuid.ts'
import {
  array,
  bytes,
  int16,
  int32,
  int64,
  records,
  string,
  struct,
  uint32,
  uuid,
} from '../../src/protocol/field.ts'
import {
  decodeMessage,
  encodeMessage,
  message,
  type Message,
  messageJson,
  type ValueOf,
  versions,
} from '../../src/protocol/message.ts'

const EXACTLY = { trailing: 'refused' } as const

describe('a field', () => {
  const schema = message(versions(2, { flexible: 2 }), {
    always: int16,
    later: int32.since(1).or(-1),
    once: int64.only(1).or(7n),
    earlier: string.until(1).ignorable(),
  })
  const value = { always: 1, later: 2, once: 7n, earlier: 'x' }

  it('is read as its default in versions that lack it', () => {
    expect(roundTrip(schema, { ...value, later: -1 }, 0)).toBe('0001' + '000178')
    expect(
      decodeMessage(schema, hex('0001' + '00000002' + '00'), { version: 2, ...EXACTLY }),
    ).toEqual({ always: 1, later: 2, once: 7n, earlier: '' })
  })

  it('that a version lacks must hold its default to be written, or be ignorable', () => {
    expect(encodeMessage(schema, value, 2).toString('hex')).toBe('0001' + '00000002' + '00')
    expect(() => encodeMessage(schema, { ...value, once: 8n }, 2)).toThrow(AssertionError)
  })

  it('has a type that the declaration gives it', () => {
    const typed: ValueOf<typeof schema> = value
    // @ts-expect-error a field the schema does not have
    const extra: ValueOf<typeof schema> = { ...value, extra: 1 }
    // @ts-expect-error null where it is not allowed
    const absent: ValueOf<typeof schema> = { ...value, earlier: null }
    expect([typed, extra, absent]).toHaveLength(3)
  })
})

describe('a nullable field', () => {
  const schema = message(versions(3, { flexible: 3 }), { topics: array(string).nullable(2) })

  it('may be null from its version on', () => {
    expect(roundTrip(schema, { topics: null }, 2)).toBe('ffffffff')
    expect(roundTrip(schema, { topics: null }, 3)).toBe('00' + '00')
    expect(() => encodeMessage(schema, { topics: null }, 1)).toThrow(AssertionError)
    expect(decoding(schema, 'ffffffff', 1)).toThrow('topics may not be null: found null')
  })
})

describe('a nullable structure', () => {
  const endpoint = struct({ port: int32 }).nullable()
  const schema = message(versions(0, { flexible: 0 }), {
    inline: endpoint,
    tagged: endpoint.tagged(0).or(null),
  })

  it('begins with a byte, and with a varint where it is tagged', () => {
    const value = { inline: { port: 1 }, tagged: { port: 2 } }
    expect(roundTrip(schema, value, 0)).toBe('01' + '0000000100' + '0100' + '06' + '010000000200')
    expect(roundTrip(schema, { inline: null, tagged: null }, 0)).toBe('ff' + '00')
  })
})

describe('tagged fields', () => {
  const schema = message(versions(1, { flexible: 0 }), {
    second: int16.tagged(5),
    first: int16.tagged(1).or(-1),
    late: int16.since(1).tagged(3),
  })

  it('are written in the order of their tags, among those unknown', () => {
    const unknownTaggedFields = [{ tag: 2, data: hex('aabb') }]
    const value = { second: 7, first: 8, late: 0, unknownTaggedFields }
    expect(roundTrip(schema, value, 1)).toBe('03' + '01020008' + '0202aabb' + '05020007')
  })

  it('are left out where they hold their default', () => {
    expect(roundTrip(schema, { second: 0, first: -1, late: 0 }, 0)).toBe('00')
  })

  it('are refused before their version, and in a size that is not theirs', () => {
    expect(decoding(schema, '01' + '03020001', 0)).toThrow(
      'found tag 3, expected a tag of version 0',
    )
    expect(decoding(schema, '01' + '01040001ffff', 0)).toThrow('size of tag 1: found 4, expected 2')
    expect(decoding(schema, '01' + '09ffffffff0f', 0)).toThrow('size of a tagged field: found -1')
  })
})

describe('a string that is never compact', () => {
  it('keeps its int16 length in flexible versions', () => {
    const header = message(versions(2, { oldest: 1, flexible: 2 }), {
      clientId: string.nullable().neverCompact(),
    })
    expect(roundTrip(header, { clientId: 'ab' }, 2)).toBe('0002' + '6162' + '00')
    expect(roundTrip(header, { clientId: null }, 2)).toBe('ffff' + '00')
  })
})

describe('a hostile message', () => {
  const schema = message(versions(1, { flexible: 1 }), { ids: array(int64), blob: bytes })

  it('is refused by the count that it claims, before anything is allocated', () => {
    expect(decoding(schema, '7fffffff', 0)).toThrow(
      'found 0 bytes left, expected 2147483647 elements',
    )
    expect(decoding(schema, '8080808008', 1)).toThrow('expected 2147483647 elements')
  })

  it('is refused by the size that it claims', () => {
    expect(decoding(schema, '00000000' + '7fffffff', 0)).toThrow('expected 2147483647 bytes')
  })

  it('is refused for a length that no varint of 32 bits has', () => {
    expect(decoding(schema, 'ffffffffff01', 1)).toThrow(CorruptDataError)
  })

  it('is refused for a string longer than Kafka’s', () => {
    const name = message(versions(0, { flexible: 0 }), { name: string })
    expect(decoding(name, '818002' + '61'.repeat(0x8000), 0)).toThrow('name is too long')
  })

  it('is refused for bytes after it, unless they are expected', () => {
    expect(decoding(schema, '00000000' + '00000000' + 'ff', 0)).toThrow('bytes after the message')
    const kept = { version: 0, trailing: 'ignored' } as const
    expect(decodeMessage(schema, hex('0000000000000000ff'), kept)).toMatchObject({ ids: [] })
  })
})

describe('a version above those of the schema', () => {
  const schema = message(versions(1, { flexible: 0 }), {
    id: uint32,
    label: uuid.since(1).tagged(0),
    parts: array(struct({ size: int16 })),
  })

  it('is read as the newest, but for structures', () => {
    const value = { id: 0xffffffff, label: ZERO_UUID, parts: [] }
    expect(
      decodeMessage(schema, hex('ffffffff' + '01' + '00'), { version: 9, ...EXACTLY }),
    ).toEqual(value)
    expect(decoding(schema, 'ffffffff' + '02' + '000100' + '00', 9)).toThrow('structure')
  })

  it('is never written', () => {
    expect(() => encodeMessage(schema, schema.defaults, 2)).toThrow(AssertionError)
  })
})

describe('record batches in a message', () => {
  it('stay opaque, and are left out of its JSON', () => {
    const schema = message(versions(0), { records: records.nullable() })
    expect(roundTrip(schema, { records: hex('0102') }, 0)).toBe('00000002' + '0102')
    expect(messageJson(schema, { records: hex('0102') }, 0)).toEqual({ records: Buffer.alloc(0) })
  })
})

/** The bytes, after they came back as the value. */
function roundTrip<T>(schema: Message<T>, value: T, version: number): string {
  const written = encodeMessage(schema, value, version)
  expect(decodeMessage(schema, written, { version, ...EXACTLY })).toMatchObject(value as object)
  return written.toString('hex')
}

function decoding(schema: Message<unknown>, text: string, version: number): () => unknown {
  return () => decodeMessage(schema, hex(text), { version, ...EXACTLY })
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex')
}
