/**
 * Snappy in the framing of snappy-java ("xerial"):
 *
 * | bytes | field                                                                             |
 * |-------|-----------------------------------------------------------------------------------|
 * | 16    | 82 "SNAPPY" 00 · version int32 = 1 · lowest compatible version int32 = 1          |
 * | …     | chunks: size int32 · a snappy block, which begins with its output's size (varint) |
 *
 * What its reader makes of irregular input, and so does this one: without the magic, or with less
 * than a header, the whole payload is one bare block, as some old clients wrote it. Where a chunk's
 * size would be, another header may stand (concatenated streams). The first header's version is not
 * looked at, that of a later one must be at least 1. Up to three bytes behind the last chunk are
 * ignored.
 *
 * Source: org.xerial.snappy.SnappyInputStream, SnappyOutputStream
 */
import { createRequire } from 'node:module'
import type * as Snappy from 'snappy'
import { corrupt, tooLarge, type Codec } from './codec.ts'

const MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1')
const HEADER = Buffer.concat([MAGIC, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])])
const MAGIC_AS_CHUNK_SIZE = MAGIC.readInt32BE(0)
const VERSION_MIN = 1
const CHUNK_HEADER_SIZE = 4
/** Bytes of input in a chunk, as Kafka's writer cuts it. */
const CHUNK_INPUT_SIZE = 32 * 1024

/** The densest thing a block can say is a copy of 64 bytes, in 3. */
const EXPANSION_MAX = 64 / 3

interface Block {
  readonly start: number
  readonly end: number
  /** Bytes of output, as the block itself declares. */
  readonly outputSize: number
}

export const snappy: Codec = {
  id: 2,
  name: 'snappy',

  decompress(bytes, { sizeMax }) {
    const blocks = isFramed(bytes) ? chunks(bytes) : [blockAt(bytes, 0, bytes.length)]
    const size = blocks.reduce((sum, block) => sum + block.outputSize, 0)
    if (size > sizeMax) throw tooLarge('snappy', size, sizeMax)
    if (blocks.length === 1) return uncompress(bytes, blocks[0]!)
    const output = Buffer.allocUnsafe(size)
    let written = 0
    for (const block of blocks) written += uncompress(bytes, block).copy(output, written)
    return output
  },

  compress(bytes) {
    const parts: Buffer[] = [HEADER]
    for (let start = 0; start < bytes.length; start += CHUNK_INPUT_SIZE) {
      const block = library().compressSync(bytes.subarray(start, start + CHUNK_INPUT_SIZE))
      const size = Buffer.alloc(CHUNK_HEADER_SIZE)
      size.writeInt32BE(block.length)
      parts.push(size, block)
    }
    return Buffer.concat(parts)
  },
}

function isFramed(bytes: Buffer): boolean {
  return bytes.length >= HEADER.length && hasMagic(bytes, 0)
}

function hasMagic(bytes: Buffer, position: number): boolean {
  return bytes.subarray(position, position + MAGIC.length).equals(MAGIC)
}

function chunks(bytes: Buffer): Block[] {
  const blocks: Block[] = []
  let position = HEADER.length
  while (position + CHUNK_HEADER_SIZE <= bytes.length) {
    const size = bytes.readInt32BE(position)
    if (size === MAGIC_AS_CHUNK_SIZE) {
      checkHeader(bytes, position)
      position += HEADER.length
      continue
    }
    const start = position + CHUNK_HEADER_SIZE
    if (size < 0 || size > bytes.length - start) {
      const expected = `0 to ${bytes.length - start}, the bytes left`
      throw corrupt(position, 'snappy chunk size', { found: `${size}`, expected })
    }
    blocks.push(blockAt(bytes, start, start + size))
    position = start + size
  }
  return blocks
}

/** Of a concatenated stream; of the first, only the magic counts. */
function checkHeader(bytes: Buffer, position: number): void {
  const header = bytes.subarray(position, position + HEADER.length)
  const version = header.length < HEADER.length ? undefined : header.readInt32BE(MAGIC.length)
  if (!hasMagic(bytes, position) || version === undefined || version < VERSION_MIN) {
    const expected = `the magic and a version of at least ${VERSION_MIN}`
    throw corrupt(position, 'header of a concatenated snappy stream', {
      found: header.toString('hex'),
      expected,
    })
  }
}

function blockAt(bytes: Buffer, start: number, end: number): Block {
  const outputSize = declaredSize(bytes, start, end)
  const possible = Math.floor((end - start) * EXPANSION_MAX)
  if (outputSize > possible) {
    const what = { found: `${outputSize} bytes`, expected: `at most ${possible}` }
    throw corrupt(start, 'snappy block declares more than its bytes can hold', what)
  }
  return { start, end, outputSize }
}

function declaredSize(bytes: Buffer, start: number, end: number): number {
  let size = 0
  for (let index = 0; index < 5 && start + index < end; index++) {
    const byte = bytes[start + index]!
    size += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return size
  }
  const what = { found: `${end - start} bytes`, expected: 'a varint of at most 5 bytes' }
  throw corrupt(start, 'snappy block without the size of its output', what)
}

function uncompress(bytes: Buffer, { start, end, outputSize }: Block): Buffer {
  // without copyOutputData, V8 is told of every output as foreign memory: a quarter of the speed
  const options = { asBuffer: true, copyOutputData: true }
  let output: Buffer
  try {
    output = library().uncompressSync(bytes.subarray(start, end), options) as Buffer
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    throw corrupt(start, 'malformed snappy block', { found, expected: 'a snappy block' })
  }
  if (output.length !== outputSize) {
    const what = { found: `${output.length} bytes`, expected: `${outputSize}` }
    throw corrupt(start, 'snappy block of another size than it declares', what)
  }
  return output
}

/**
 * Loaded when the first batch asks for it: most runs meet one codec, and native code takes 5 ms to
 * load.
 */
function library(): typeof Snappy {
  loaded ??= createRequire(import.meta.url)('snappy') as typeof Snappy
  return loaded
}

let loaded: typeof Snappy | undefined
