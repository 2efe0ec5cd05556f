/**
 * LZ4 frames, as far as Kafka reads them:
 *
 * | bytes | field                                                                     |
 * |-------|---------------------------------------------------------------------------|
 * | 4     | magic 184D2204, little-endian as all below                                |
 * | 1     | FLG: bits 7–6 version 01 · 5 independent blocks 1 · 4 block checksums ·   |
 * |       | 3 content size · 2 content checksum · 1–0 reserved 00                     |
 * | 1     | BD: bits 6–4 block size, 4–7 for 64 KiB, 256 KiB, 1 MiB, 4 MiB · others 0 |
 * | 0, 8  | content size                                                              |
 * | 1     | HC: second byte of XXH32 over FLG … content size; see below               |
 * | …     | blocks: size uint32, highest bit set if stored as is · bytes · 0, 4 XXH32 |
 * | 4     | end mark: a block of size 0                                               |
 * | 0, 4  | content checksum                                                          |
 *
 * In wrappers of message format 0, HC was computed from the magic on, by a mistake that became the
 * format: a writer repeats it, a reader ignores the byte. As in Kafka's reader, the content's size
 * and checksum are passed over unchecked, and what follows the end mark, be it another frame, is
 * ignored.
 *
 * Source: org.apache.kafka.common.compress.Lz4BlockInputStream, Lz4BlockOutputStream
 */
import { xxhash32 } from '../binary/xxhash32.ts'
import { corrupt, tooLarge, type Codec } from './codec.ts'
import { decodeBlock } from './lz4-decoder.ts'
import { encodeBlock } from './lz4-encoder.ts'

const MAGIC = 0x184d2204
const MAGIC_SIZE = 4
const VERSION = 1
const DESCRIPTOR_SIZE = 2
const CONTENT_SIZE_SIZE = 8
const WORD_SIZE = 4
const STORED = 0x80000000

/**
 * What Kafka's writer says of its frames: version 1, independent blocks of 64 KiB, nothing
 * optional.
 */
const WRITTEN_FLG = 0x60
const WRITTEN_BD = 0x40
const WRITTEN_BLOCK_SIZE = 64 * 1024

/** Bytes that one byte of a compressed block can stand for, at most. */
const EXPANSION_MAX = 255

interface FrameHeader {
  readonly blockSizeMax: number
  readonly hasBlockChecksums: boolean
  readonly hasContentChecksum: boolean
  /** Where the first block begins. */
  readonly end: number
}

interface Block {
  readonly start: number
  readonly end: number
  readonly stored: boolean
}

export const lz4: Codec = {
  id: 3,
  name: 'lz4',

  decompress(bytes, { sizeMax, magic }) {
    const header = readHeader(bytes, magic)
    const blocks = readBlocks(bytes, header)
    if (blocks.length === 1) return onlyBlock(bytes, blocks[0]!, header, sizeMax)
    const outputSizeMax = blocks.reduce((sum, block) => sum + sizeAtMost(block, header), 0)
    const output = Buffer.allocUnsafe(Math.min(outputSizeMax, sizeMax))
    let size = 0
    for (const block of blocks) {
      const decoded = decode(bytes, block, header)
      if (size + decoded.length > sizeMax) throw tooLarge('lz4', size + decoded.length, sizeMax)
      size += decoded.copy(output, size)
    }
    // many small blocks may come to much less than they could have: don't keep what wasn't used
    const used = output.subarray(0, size)
    return size * 2 < output.length ? Buffer.from(used) : used
  },

  compress(bytes, { magic }) {
    const descriptor = Buffer.from([0, 0, 0, 0, WRITTEN_FLG, WRITTEN_BD, 0])
    descriptor.writeUInt32LE(MAGIC)
    const descriptorStart = magic === 0 ? 0 : MAGIC_SIZE
    const descriptorEnd = MAGIC_SIZE + DESCRIPTOR_SIZE
    descriptor[descriptorEnd] = headerChecksum(descriptor, descriptorStart, descriptorEnd)
    const parts: Buffer[] = [descriptor]
    for (let start = 0; start < bytes.length; start += WRITTEN_BLOCK_SIZE) {
      parts.push(...written(bytes.subarray(start, start + WRITTEN_BLOCK_SIZE)))
    }
    const endMark = Buffer.alloc(WORD_SIZE)
    return Buffer.concat([...parts, endMark])
  },
}

/** Most batches are one block; they get by with as much memory as they need. */
function onlyBlock(bytes: Buffer, block: Block, header: FrameHeader, sizeMax: number): Buffer {
  const decoded = decode(bytes, block, header)
  if (decoded.length > sizeMax) throw tooLarge('lz4', decoded.length, sizeMax)
  return Buffer.from(decoded)
}

function written(input: Buffer): Buffer[] {
  const encoded = encodeBlock(input)
  const stored = encoded.length >= input.length
  const block = stored ? input : encoded
  const size = Buffer.alloc(WORD_SIZE)
  size.writeUInt32LE(stored ? block.length + STORED : block.length)
  return [size, block]
}

function readHeader(bytes: Buffer, magic: number): FrameHeader {
  const descriptorEnd = MAGIC_SIZE + DESCRIPTOR_SIZE
  if (bytes.length < descriptorEnd) throw truncated(bytes, 'frame header')
  const found = bytes.readUInt32LE(0)
  if (found !== MAGIC) throw corrupt(0, 'no lz4 frame', { found: hex(found), expected: hex(MAGIC) })
  const flags = readFlags(bytes[MAGIC_SIZE]!)
  const blockSizeMax = readBlockSizeMax(bytes[MAGIC_SIZE + 1]!)
  const checksumPosition = descriptorEnd + (flags.hasContentSize ? CONTENT_SIZE_SIZE : 0)
  if (checksumPosition >= bytes.length) throw truncated(bytes, 'frame header')
  if (magic !== 0) {
    const stored = bytes[checksumPosition]!
    const computed = headerChecksum(bytes, MAGIC_SIZE, checksumPosition)
    if (stored !== computed) {
      const what = { found: hex(stored), expected: hex(computed) }
      throw corrupt(checksumPosition, 'lz4 header checksum', what)
    }
  }
  return { ...flags, blockSizeMax, end: checksumPosition + 1 }
}

function readFlags(flg: number) {
  const version = flg >>> 6
  if (version !== VERSION) {
    const what = { found: `${version}`, expected: `${VERSION}` }
    throw corrupt(MAGIC_SIZE, 'lz4 frame version', what)
  }
  if ((flg & 0x20) === 0) {
    const what = { found: 'dependent', expected: 'independent' }
    throw corrupt(MAGIC_SIZE, 'lz4 blocks that Kafka does not read', what)
  }
  if ((flg & 0x03) !== 0) {
    const what = { found: hex(flg), expected: 'bits 0 and 1 clear' }
    throw corrupt(MAGIC_SIZE, 'reserved bits of lz4 FLG', what)
  }
  return {
    hasBlockChecksums: (flg & 0x10) !== 0,
    hasContentSize: (flg & 0x08) !== 0,
    hasContentChecksum: (flg & 0x04) !== 0,
  }
}

function readBlockSizeMax(bd: number): number {
  const code = (bd >>> 4) & 7
  if ((bd & 0x8f) !== 0 || code < 4) {
    const what = { found: hex(bd), expected: '40, 50, 60 or 70' }
    throw corrupt(MAGIC_SIZE + 1, 'lz4 block size', what)
  }
  return 2 ** (2 * code + 8)
}

function headerChecksum(bytes: Buffer, start: number, end: number): number {
  return (xxhash32(bytes.subarray(start, end)) >>> 8) & 0xff
}

function readBlocks(bytes: Buffer, header: FrameHeader): Block[] {
  const blocks: Block[] = []
  let position = header.end
  for (;;) {
    if (position + WORD_SIZE > bytes.length) throw truncated(bytes, 'block size or end mark')
    const word = bytes.readUInt32LE(position)
    const stored = word >= STORED
    const size = stored ? word - STORED : word
    const start = position + WORD_SIZE
    if (size === 0) {
      if (header.hasContentChecksum && start + WORD_SIZE > bytes.length) {
        throw truncated(bytes, 'content checksum')
      }
      return blocks
    }
    if (size > header.blockSizeMax) {
      const what = { found: `${size}`, expected: `at most ${header.blockSizeMax}` }
      throw corrupt(position, 'lz4 block size', what)
    }
    const end = start + size
    if (end > bytes.length) throw truncated(bytes, `block at ${position}`)
    if (header.hasBlockChecksums) checkBlock(bytes, start, end)
    blocks.push({ start, end, stored })
    position = header.hasBlockChecksums ? end + WORD_SIZE : end
  }
}

function checkBlock(bytes: Buffer, start: number, end: number): void {
  if (end + WORD_SIZE > bytes.length) throw truncated(bytes, 'block checksum')
  const storedChecksum = bytes.readUInt32LE(end)
  const computed = xxhash32(bytes.subarray(start, end))
  if (storedChecksum !== computed) {
    const what = { found: hex(storedChecksum), expected: hex(computed) }
    throw corrupt(end, 'lz4 block checksum', what)
  }
}

function sizeAtMost({ start, end, stored }: Block, { blockSizeMax }: FrameHeader): number {
  return stored ? end - start : Math.min((end - start) * EXPANSION_MAX, blockSizeMax)
}

function decode(bytes: Buffer, { start, end, stored }: Block, { blockSizeMax }: FrameHeader) {
  const block = bytes.subarray(start, end)
  if (stored) return block
  const decoded = decodeBlock(block, blockSizeMax)
  if (decoded === undefined) {
    const found = `${block.length} bytes that are none`
    const expected = `an lz4 block of at most ${blockSizeMax} bytes`
    throw corrupt(start, 'malformed lz4 block', { found, expected })
  }
  return decoded
}

function truncated(bytes: Buffer, part: string) {
  const what = { found: 'the end of the payload', expected: `the rest of the ${part}` }
  return corrupt(bytes.length, 'lz4 frame ends early', what)
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0')
}
