/** Batches that Apache Kafka wrote: the same records through each codec, in each format. */
import { describe, expect, it } from 'vitest'
import { CODECS } from '../../src/compression/codecs.ts'
import type { CodecName } from '../../src/compression/codec.ts'

/** Where the records of a batch begin, or the value of a wrapper message. */
const PAYLOAD_POSITION = [26, 34, 61]

const PLAIN_V2 = bytesOf(`
  00000000000000000000006fffffffff02947d07260000000000020000018bcfe568000000018bcfe56805ff
  ffffffffffffffffffffffffff000000032c000000046b310a68656c6c6f040468310276046832013a000a02
  012e68656c6c6f2068656c6c6f2068656c6c6f2068656c6c6f0010000604046b320100
`)

const PLAIN_V1 = bytesOf(`
  000000000000000a0000001d9e34959601000000018bcfe56800000000026b310000000568656c6c6f000000
  000000000b0000002da54a4d8101000000018bcfe56805ffffffff0000001768656c6c6f2068656c6c6f2068
  656c6c6f2068656c6c6f000000000000000c00000018340bdee201000000018bcfe56803000000026b32ffff
  ffff
`)

const PLAIN_V0 = bytesOf(`
  00000000000000000000001571ef57700000000000026b310000000568656c6c6f0000000000000001000000
  255d64542f0000ffffffff0000001768656c6c6f2068656c6c6f2068656c6c6f2068656c6c6f000000000000
  0002000000108b23e3da0000000000026b32ffffffff
`)

const WRITTEN: readonly { codec: CodecName; magic: number; batch: Buffer }[] = [
  {
    codec: 'gzip',
    magic: 2,
    batch: bytesOf(`
      000000000000000000000070ffffffff023d4636ac0001000000020000018bcfe568000000018bcfe56805ff
      ffffffffffffffffffffffffff000000031f8b08000000000000ffd361606060c936e4ca48cdc9c96761c930
      642a63c93062b462e06262d4030b2a60900c020c6c2c2cd9468c0c0022d982d73e000000
    `),
  },
  {
    codec: 'snappy',
    magic: 2,
    batch: bytesOf(`
      000000000000000000000076ffffffff02ceabcbc80002000000020000018bcfe568000000018bcfe56805ff
      ffffffffffffffffffffffffff0000000382534e41505059000000000100000001000000313e702c00000004
      6b310a68656c6c6f040468310276046832013a000a02012e05150020420600240010000604046b320100
    `),
  },
  {
    codec: 'lz4',
    magic: 2,
    batch: bytesOf(`
      000000000000000000000070ffffffff02745398130003000000020000018bcfe568000000018bcfe56805ff
      ffffffffffffffffffffffffff0000000304224d1860408230000000f10e2c000000046b310a68656c6c6f04
      0468310276046832013a000a02012e15001d200600a00010000604046b32010000000000
    `),
  },
  {
    codec: 'zstd',
    magic: 2,
    batch: bytesOf(`
      00000000000000000000006fffffffff027c80aa270004000000020000018bcfe568000000018bcfe56805ff
      ffffffffffffffffffffffffff0000000328b52ffd005894010084022c000000046b310a68656c6c6f040468
      310276046832013a000a02012e200010000604046b3201000200295384c27402010000
    `),
  },
  {
    codec: 'gzip',
    magic: 0,
    batch: bytesOf(`
      000000000000000c0000005e0e4997100001ffffffff000000501f8b08000000000000ff636000032e20162d
      7c1f5e00e631651b0249d68cd49c9c7c883c033710abc6a684e83330fc0702204f1c2cad80414235f000b140
      b7f2e35b50138d40da0049a0ba116e000000
    `),
  },
  {
    codec: 'gzip',
    magic: 1,
    batch: bytesOf(`
      000000000000000c0000006f5cf21c2001010000018bcfe56805ffffffff000000591f8b08000000000000ff
      63608003d9792653a73102198cdde79f66804498b20d81246b466a4e4e3e5411485e77a9976f235c21eb7f20
      0072c4c1ca143048a84626209630e1bef708ae91196c8311483b005f5b8b7386000000
    `),
  },
  {
    codec: 'lz4',
    magic: 0,
    batch: bytesOf(`
      000000000000000c00000073b4f560bb0003ffffffff0000006504224d1860401a5600000012000100910a00
      00001571ef57700f00c1026b310000000568656c6c6f1100f10600000b000000255d64542f0000ffffffff00
      0000171f001d200600002e00c10000000c000000108b23e3da0e0070026b32ffffffff00000000
    `),
  },
  {
    codec: 'lz4',
    magic: 1,
    batch: bytesOf(`
      000000000000000c0000008496d8fc8f01030000018bcfe56805ffffffff0000006e04224d186040825f0000
      0016000100e01d9e34959601000000018bcfe5681800c0026b310000000568656c6c6f1000001c0085000000
      2da54a4d8129009105ffffffff0000001727001d200600013700b500000200000018340bdee23900b0030000
      00026b32ffffffff00000000
    `),
  },
]

describe('what Apache Kafka compressed', () => {
  for (const { codec, magic, batch } of WRITTEN) {
    it(`is read: ${codec} in format v${magic}`, () => {
      const payload = batch.subarray(PAYLOAD_POSITION[magic])
      const decompressed = named(codec).decompress(payload, { sizeMax: 1024, magic })
      expect(decompressed.toString('hex')).toBe(expectedContent(magic).toString('hex'))
    })
  }

  it('is framed as we frame it, up to what is compressed', () => {
    for (const { codec, magic, batch } of WRITTEN) {
      const payload = batch.subarray(PAYLOAD_POSITION[magic])
      const ours = named(codec).compress(expectedContent(magic), { magic })
      const headerSize = { none: 0, gzip: 4, snappy: 16, lz4: 7, zstd: 4 }[codec]
      const [header, theirs] = [ours.subarray(0, headerSize), payload.subarray(0, headerSize)]
      expect(header.toString('hex')).toBe(theirs.toString('hex'))
    }
  })
})

/** Messages inside a wrapper have offsets of their own: absolute 10 to 12 in v0, relative in v1. */
function expectedContent(magic: number): Buffer {
  if (magic === 2) return PLAIN_V2.subarray(PAYLOAD_POSITION[2])
  const messages = Buffer.from(magic === 0 ? PLAIN_V0 : PLAIN_V1)
  const firstOffset = magic === 0 ? 10n : 0n
  for (let position = 0, index = 0n; position < messages.length; index++) {
    messages.writeBigInt64BE(firstOffset + index, position)
    position += 12 + messages.readInt32BE(position + 8)
  }
  return messages
}

function named(name: CodecName) {
  return CODECS.find(codec => codec.name === name)!
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replace(/\s/g, ''), 'hex')
}
