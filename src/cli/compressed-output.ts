/** Text on its way into a file: as it is, or compressed piece by piece, as members or frames one behind the other. */
import type { Codec } from '../compression/codec.ts'
import { gzip } from '../compression/gzip.ts'
import { none } from '../compression/none.ts'
import { zstd } from '../compression/zstd.ts'
import { MEBIBYTE } from '../base/limits.ts'
import { MAGIC_V2 } from '../record/batch.ts'

/** Enough for a codec to find what repeats. */
const PIECE_BYTES = MEBIBYTE

/** By the end of a file's name. */
export function codecOfName(name: string): Codec {
  if (name.endsWith('.gz')) return gzip
  return name.endsWith('.zst') ? zstd : none
}

export class CompressedOutput {
  readonly #codec: Codec
  readonly #sink: (bytes: Buffer) => void
  #pieces: Buffer[] = []
  #size = 0

  constructor(codec: Codec, sink: (bytes: Buffer) => void) {
    this.#codec = codec
    this.#sink = sink
  }

  /** Takes a copy. */
  write(bytes: Buffer): void {
    if (this.#codec.id === none.id) return this.#sink(bytes)
    this.#pieces.push(Buffer.from(bytes))
    this.#size += bytes.length
    if (this.#size >= PIECE_BYTES) this.end()
  }

  end(): void {
    if (this.#size === 0) return
    const bytes = Buffer.concat(this.#pieces, this.#size)
    this.#pieces = []
    this.#size = 0
    this.#sink(this.#codec.compress(bytes, { magic: MAGIC_V2 }))
  }
}
