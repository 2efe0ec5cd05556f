/**
 * The frames of a zstd payload, RFC 8878, without what is in the blocks. All numbers little-endian.
 *
 * | bytes | field                                                                         |
 * |-------|-------------------------------------------------------------------------------|
 * | 4     | magic FD2FB528; or 184D2A50 to 5F: a uint32 size and as many bytes to skip    |
 * | 1     | descriptor: bits 7–6 size of content size · 5 single segment · 3 reserved 0 · |
 * |       | 2 checksum · 1–0 size of dictionary id                                        |
 * | 0, 1  | window, absent in a single segment: bits 7–3 exponent, 2–0 mantissa           |
 * | 0–4   | dictionary id; Kafka has no dictionaries                                      |
 * | 0–8   | content size, less 256 where it has 2 bytes; Kafka's writer leaves it out     |
 * | …     | blocks: uint24 of bit 0 last, 2–1 raw, repeated, compressed, reserved,        |
 * |       | 23–3 size · bytes                                                             |
 * | 0, 4  | checksum of the output                                                        |
 *
 * A block holds at most 128 KiB and no more than a window. So the blocks' headers alone bound what
 * the frame can produce, from both sides, whatever its own header declares; and that before a byte
 * of it is decoded.
 *
 * Source: https://datatracker.ietf.org/doc/html/rfc8878
 */
import { CorruptDataError } from '../base/errors.ts'
import { corrupt } from './codec.ts'

export interface ZstdFrame {
  readonly start: number
  readonly end: number
  /** Bytes of output: at least, and at most. The same where the header tells them. */
  readonly sizeMin: number
  readonly sizeMax: number
}

const FRAME_MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a5
const MAGIC_SIZE = 4
const SKIPPABLE_HEADER_SIZE = 8
const BLOCK_HEADER_SIZE = 3
const CHECKSUM_SIZE = 4
const BLOCK_SIZE_MAX = 128 * 1024
/** What zstd allows a decoder by default, so what Kafka's reader takes. */
const WINDOW_SIZE_MAX = 128 * 1024 * 1024

/** By the descriptor's two bits; in a single segment, the first is 1. */
const CONTENT_SIZE_SIZES = [0, 2, 4, 8]
const DICTIONARY_ID_SIZES = [0, 1, 2, 4]

type BlockType = 'raw' | 'repeated' | 'compressed' | 'reserved'
const BLOCK_TYPES: readonly BlockType[] = ['raw', 'repeated', 'compressed', 'reserved']

/** Without the skippable ones. Of these a last one may be cut short, as in Kafka's reader. */
export function zstdFrames(bytes: Buffer): ZstdFrame[] {
  const frames: ZstdFrame[] = []
  let position = 0
  while (position < bytes.length) {
    if (position + MAGIC_SIZE > bytes.length) throw truncated(bytes, 'magic')
    const magic = bytes.readUInt32LE(position)
    if (magic >>> 4 === SKIPPABLE_MAGIC) {
      position = skippableEnd(bytes, position)
      continue
    }
    if (magic !== FRAME_MAGIC) {
      const what = { found: magic.toString(16), expected: FRAME_MAGIC.toString(16) }
      throw corrupt(position, 'no zstd frame', what)
    }
    const frame = frameAt(bytes, position)
    frames.push(frame)
    position = frame.end
  }
  return frames
}

/**
 * Where the first frame, or what is to be skipped in its place, ends; undefined where more bytes have to tell.
 *
 * @throws CorruptDataError where the bytes begin none
 */
export function firstFrameEnd(bytes: Buffer): number | undefined {
  try {
    if (bytes.length < MAGIC_SIZE) return undefined
    const isSkippable = bytes.readUInt32LE(0) >>> 4 === SKIPPABLE_MAGIC
    if (isSkippable) return skippableEnd(bytes, 0)
    if (bytes.readUInt32LE(0) === FRAME_MAGIC) return frameAt(bytes, 0).end
  } catch (error) {
    const endsEarly = error instanceof CorruptDataError && error.damage.reason === ENDS_EARLY
    if (endsEarly) return undefined
    throw error
  }
  const found = bytes.readUInt32LE(0).toString(16)
  throw corrupt(0, 'no zstd frame', { found, expected: FRAME_MAGIC.toString(16) })
}

function skippableEnd(bytes: Buffer, position: number): number {
  const start = position + SKIPPABLE_HEADER_SIZE
  if (start > bytes.length) throw truncated(bytes, 'skippable frame')
  return start + bytes.readUInt32LE(position + MAGIC_SIZE)
}

function frameAt(bytes: Buffer, start: number): ZstdFrame {
  const header = readHeader(bytes, start)
  const blocks = readBlocks(bytes, header)
  const end = blocks.end + (header.hasChecksum ? CHECKSUM_SIZE : 0)
  if (end > bytes.length) throw truncated(bytes, 'checksum')
  const { contentSize } = header
  if (contentSize === undefined) {
    return { start, end, sizeMin: blocks.sizeMin, sizeMax: blocks.sizeMax }
  }
  if (contentSize < blocks.sizeMin || contentSize > blocks.sizeMax) {
    const what = { found: `${contentSize}`, expected: `${blocks.sizeMin} to ${blocks.sizeMax}` }
    throw corrupt(start, 'zstd content size against what the blocks hold', what)
  }
  return { start, end, sizeMin: contentSize, sizeMax: contentSize }
}

interface Header {
  readonly contentSize: number | undefined
  readonly blockSizeMax: number
  readonly hasChecksum: boolean
  /** Where the first block begins. */
  readonly end: number
}

function readHeader(bytes: Buffer, start: number): Header {
  let position = start + MAGIC_SIZE
  if (position >= bytes.length) throw truncated(bytes, 'frame header')
  const descriptor = bytes[position++]!
  const isSingleSegment = (descriptor & 0x20) !== 0
  if ((descriptor & 0x08) !== 0) {
    const what = { found: 'bit 3 set', expected: 'clear' }
    throw corrupt(position - 1, 'reserved bit of the zstd frame descriptor', what)
  }
  const dictionaryIdSize = DICTIONARY_ID_SIZES[descriptor & 3]!
  const contentSizeCode = descriptor >>> 6
  const contentSizeSize =
    isSingleSegment && contentSizeCode === 0 ? 1 : CONTENT_SIZE_SIZES[contentSizeCode]!
  const end = position + (isSingleSegment ? 0 : 1) + dictionaryIdSize + contentSizeSize
  if (end > bytes.length) throw truncated(bytes, 'frame header')
  const contentSizePosition = end - contentSizeSize
  const contentSize = readContentSize(bytes, contentSizePosition, contentSizeSize)
  const windowSize = isSingleSegment ? contentSize! : readWindowSize(bytes[position]!)
  if (windowSize > WINDOW_SIZE_MAX) {
    const what = { found: `${windowSize} bytes`, expected: `at most ${WINDOW_SIZE_MAX}` }
    throw corrupt(position, 'zstd window larger than Kafka reads', what)
  }
  if (
    bytes.subarray(contentSizePosition - dictionaryIdSize, contentSizePosition).some(b => b > 0)
  ) {
    const what = { found: 'the id of one', expected: 'none' }
    throw corrupt(contentSizePosition - dictionaryIdSize, 'zstd dictionary', what)
  }
  const blockSizeMax = Math.min(windowSize, BLOCK_SIZE_MAX)
  return { contentSize, blockSizeMax, hasChecksum: (descriptor & 0x04) !== 0, end }
}

function readContentSize(bytes: Buffer, position: number, size: number): number | undefined {
  if (size === 0) return undefined
  if (size === 8) return Number(bytes.readBigUInt64LE(position))
  return bytes.readUIntLE(position, size) + (size === 2 ? 256 : 0)
}

function readWindowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3))
  return base + (base / 8) * (descriptor & 7)
}

function readBlocks(bytes: Buffer, { end: start, blockSizeMax }: Header) {
  let position = start
  let sizeMin = 0
  let sizeMax = 0
  let isLast = false
  while (!isLast) {
    if (position + BLOCK_HEADER_SIZE > bytes.length) throw truncated(bytes, 'block header')
    const word = bytes.readUIntLE(position, BLOCK_HEADER_SIZE)
    const size = word >>> 3
    isLast = (word & 1) !== 0
    const type = BLOCK_TYPES[(word >>> 1) & 3]!
    if (type === 'reserved') {
      const what = { found: type, expected: 'raw, repeated or compressed' }
      throw corrupt(position, 'zstd block type', what)
    }
    if (size > blockSizeMax) {
      const what = { found: `${size}`, expected: `at most ${blockSizeMax}` }
      throw corrupt(position, 'zstd block size', what)
    }
    sizeMin += type === 'compressed' ? 0 : size
    sizeMax += type === 'compressed' ? blockSizeMax : size
    position += BLOCK_HEADER_SIZE + (type === 'repeated' ? 1 : size)
    if (position > bytes.length) throw truncated(bytes, 'block')
  }
  return { end: position, sizeMin, sizeMax }
}

function truncated(bytes: Buffer, part: string) {
  const what = { found: 'the end of the payload', expected: `the rest of the ${part}` }
  return corrupt(bytes.length, ENDS_EARLY, what)
}

const ENDS_EARLY = 'zstd frame ends early'
