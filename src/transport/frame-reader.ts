/**
 * Frames out of the bytes of a connection, which come cut and joined in any way.
 *
 * | bytes | what                                       |
 * |-------|--------------------------------------------|
 * | 4     | the size of what follows, int32 big-endian |
 * | size  | a request or a response                    |
 *
 * A frame that lies whole in one chunk is a view of it: whoever passes a chunk gives it away. Another is gathered in a
 * buffer of its own, which is at most GROWTH times as large as what has come: a size alone costs nothing.
 *
 * Source: org.apache.kafka.common.network.NetworkReceive
 */
import { CorruptDataError } from '../base/errors.ts'

export interface FrameSizes {
  readonly sizeMin: number
  readonly sizeMax: number
}

export const FRAME_SIZE_BYTES = 4
const GATHERED_BYTES_MIN = 64 * 1024
const GROWTH = 16

export class FrameReader {
  readonly #sizes: FrameSizes
  /** What was not read of them, in order; the first from `#at` on. */
  readonly #chunks: Buffer[] = []
  #at = 0
  /** Bytes of all chunks so far that are read. */
  #position = 0
  readonly #sizeBytes = Buffer.alloc(FRAME_SIZE_BYTES)
  #sizeBytesCount = 0
  /** Of the frame that is being read. */
  #size: number | undefined
  #gathered: Buffer | undefined
  #gatheredCount = 0

  constructor(sizes: FrameSizes) {
    this.#sizes = sizes
  }

  /** Memory taken for a frame that is not whole yet. */
  get gatheredBytes(): number {
    return this.#gathered?.length ?? 0
  }

  push(chunk: Buffer): void {
    if (chunk.length > 0) this.#chunks.push(chunk)
  }

  /**
   * Undefined until more has come.
   *
   * @throws CorruptDataError for a size that no frame has; what follows can't be read
   */
  next(): Buffer | undefined {
    this.#size ??= this.#readSize()
    if (this.#size === undefined) return undefined
    const frame = this.#gathered === undefined ? this.#view(this.#size) : undefined
    return frame ?? this.#gather(this.#size)
  }

  #readSize(): number | undefined {
    while (this.#sizeBytesCount < FRAME_SIZE_BYTES) {
      const bytes = this.#take(FRAME_SIZE_BYTES - this.#sizeBytesCount)
      if (bytes === undefined) return undefined
      this.#sizeBytesCount += bytes.copy(this.#sizeBytes, this.#sizeBytesCount)
    }
    this.#sizeBytesCount = 0
    const size = this.#sizeBytes.readInt32BE()
    const { sizeMin, sizeMax } = this.#sizes
    if (size >= sizeMin && size <= sizeMax) return size
    throw new CorruptDataError({
      position: this.#position - FRAME_SIZE_BYTES,
      reason: 'a frame has no such size',
      found: `${size}`,
      expected: `${sizeMin} to ${sizeMax} bytes`,
    })
  }

  #view(size: number): Buffer | undefined {
    const [first] = this.#chunks
    if (first === undefined || first.length - this.#at < size) return undefined
    this.#size = undefined
    return this.#take(size)
  }

  #gather(size: number): Buffer | undefined {
    while (this.#gatheredCount < size) {
      const bytes = this.#take(size - this.#gatheredCount)
      if (bytes === undefined) return undefined
      const count = this.#gatheredCount + bytes.length
      if (count > this.gatheredBytes) this.#grow(count, size)
      this.#gatheredCount += bytes.copy(this.#gathered!, this.#gatheredCount)
    }
    const frame = this.#gathered
    this.#gathered = this.#size = undefined
    this.#gatheredCount = 0
    return frame
  }

  #grow(count: number, size: number): void {
    const grown = Buffer.allocUnsafeSlow(
      Math.min(size, Math.max(GATHERED_BYTES_MIN, count * GROWTH)),
    )
    this.#gathered?.copy(grown, 0, 0, this.#gatheredCount)
    this.#gathered = grown
  }

  /** Of the first chunk, that many bytes or what is left of it. */
  #take(sizeMax: number): Buffer | undefined {
    const [first] = this.#chunks
    if (first === undefined) return undefined
    const taken = first.subarray(this.#at, this.#at + sizeMax)
    this.#at += taken.length
    this.#position += taken.length
    if (this.#at === first.length) {
      this.#chunks.shift()
      this.#at = 0
    }
    return taken
  }
}
