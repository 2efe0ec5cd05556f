/** What decodes one zstd frame: Node.js itself where it can, else WebAssembly. */
export interface ZstdEngine {
  /** @param sizeMax bytes of output at most. */
  decompressFrame(frame: Buffer, sizeMax: number): ZstdDecoded
  compressFrame(bytes: Buffer): Buffer
}

/**
 * A frame's output, or why there is none: more than was allowed for, more than can be had, or, in
 * the library's words, damage.
 */
export type ZstdDecoded = Buffer | 'too large' | 'out of memory' | (string & {})
