/**
 * The part of an input that is in memory: what has been read and not yet taken. It moves along in one buffer, which
 * grows only for a record that is larger; slices of it are valid until the next `fill`.
 */
import type { InputStream } from '../../disk/input-stream.ts'

/** Four times what a pipe holds. */
const CAPACITY = 256 * 1024

export class InputWindow {
  /** In messages. */
  readonly name: string
  readonly #stream: InputStream
  bytes: Buffer = Buffer.allocUnsafeSlow(CAPACITY)
  /** First byte that was not taken yet; whoever takes bytes moves it. */
  start = 0
  /** Behind the last byte read. */
  end = 0
  /** Nothing comes behind `end`. */
  isEnded = false
  /** Of `bytes`, in the input. */
  #position = 0

  constructor(stream: InputStream, name: string) {
    this.#stream = stream
    this.name = name
  }

  get size(): number {
    return this.end - this.start
  }

  /** Where a byte of the window is in the input. */
  positionOf(at: number): number {
    return this.#position + at
  }

  /** Reads some more, a byte at least, unless the input has ended. */
  async fill(): Promise<void> {
    this.#makeRoom()
    const size = await this.#stream.read(this.bytes, this.end)
    this.end += size
    if (size === 0) this.isEnded = true
  }

  /** A `fill` that waits comes to the end. */
  close(): void {
    this.#stream.close()
  }

  #makeRoom(): void {
    if (this.start > 0) {
      this.bytes.copyWithin(0, this.start, this.end)
      this.#position += this.start
      this.end -= this.start
      this.start = 0
    } else if (this.end === this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(2 * this.bytes.length)
      grown.set(this.bytes)
      this.bytes = grown
    }
  }
}
