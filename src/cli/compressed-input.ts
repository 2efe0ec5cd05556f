/** A file of lines as it is, or compressed, as its name tells: `.gz` of any size, `.zst` frame by frame. */
import { pipeline, Readable } from 'node:stream'
import zlib from 'node:zlib'
import { CorruptDataError, DiskError, LimitError } from '../base/errors.ts'
import { MEBIBYTE } from '../base/limits.ts'
import { zstd } from '../compression/zstd.ts'
import { firstFrameEnd } from '../compression/zstd-frames.ts'
import { openInput, type InputStream } from '../disk/input-stream.ts'
import { MAGIC_V2 } from '../record/batch.ts'

const PIECE_BYTES = 256 * 1024
/** Of one zstd frame: as stored, and decompressed. */
const FRAME_BYTES_MAX = 32 * MEBIBYTE
const FRAME_OUTPUT_MAX = 64 * MEBIBYTE

/** @throws DiskError */
export async function openCompressedInput(path: string): Promise<InputStream> {
  const stream = await openInput(path)
  if (path.endsWith('.gz')) return new PiecesInput(gunzipped(stream, path), stream)
  if (path.endsWith('.zst')) return new PiecesInput(unzstd(stream, path), stream)
  return stream
}

class PiecesInput implements InputStream {
  readonly #pieces: AsyncGenerator<Buffer, undefined>
  readonly #below: InputStream
  #piece: Buffer = Buffer.alloc(0)

  constructor(pieces: AsyncGenerator<Buffer, undefined>, below: InputStream) {
    this.#pieces = pieces
    this.#below = below
  }

  async read(buffer: Buffer, start: number): Promise<number> {
    while (this.#piece.length === 0) {
      const { done, value } = await this.#pieces.next()
      if (done === true) return 0
      this.#piece = value
    }
    const size = this.#piece.copy(buffer, start)
    this.#piece = this.#piece.subarray(size)
    return size
  }

  close(): void {
    this.#below.close()
  }
}

async function* rawPieces(stream: InputStream): AsyncGenerator<Buffer, undefined> {
  for (;;) {
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
    const size = await stream.read(piece, 0)
    if (size === 0) return undefined
    yield piece.subarray(0, size)
  }
}

async function* gunzipped(stream: InputStream, path: string): AsyncGenerator<Buffer, undefined> {
  const gunzip = zlib.createGunzip()
  pipeline(Readable.from(rawPieces(stream)), gunzip, () => undefined)
  try {
    for await (const piece of gunzip) yield piece as Buffer
  } catch (error) {
    if (error instanceof DiskError) throw error
    const found = error instanceof Error ? error.message : String(error)
    throw damaged(path, gunzip.bytesWritten, 'malformed gzip', found, 'whole members')
  }
  return undefined
}

async function* unzstd(stream: InputStream, path: string): AsyncGenerator<Buffer, undefined> {
  let held: Buffer = Buffer.alloc(0)
  let position = 0
  for await (const piece of rawPieces(stream)) {
    held = Buffer.concat([held, piece])
    for (;;) {
      const end = placed(path, position, () => firstFrameEnd(held))
      if (end === undefined || end > held.length) break
      const frame = held.subarray(0, end)
      const output = { sizeMax: FRAME_OUTPUT_MAX, magic: MAGIC_V2 }
      yield placed(path, position, () => zstd.decompress(frame, output))
      held = held.subarray(end)
      position += end
    }
    if (held.length > FRAME_BYTES_MAX) throw tooLarge(path, position)
  }
  if (held.length === 0) return undefined
  throw damaged(path, position, 'zstd frame ends early', 'the end of the file', 'the rest of it')
}

/** Bytes of a frame begin somewhere in the file. */
function placed<T>(path: string, position: number, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (error instanceof LimitError) throw tooLarge(path, position)
    throw error instanceof CorruptDataError ? error.in(path, position) : error
  }
}

function tooLarge(path: string, position: number): LimitError {
  return new LimitError({
    what: `${path} at byte ${position}: the zstd frame (decompress it first, with zstd -d)`,
    needed: `more than ${FRAME_BYTES_MAX} bytes, or ${FRAME_OUTPUT_MAX} decompressed`,
    allowed: `so many at once`,
  })
}

function damaged(
  file: string,
  position: number,
  reason: string,
  found: string,
  expected: string,
): CorruptDataError {
  return new CorruptDataError({ file, position, reason, found, expected })
}
