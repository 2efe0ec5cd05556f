/** zstd of Node.js 22.15 and later. Measured on 1 MiB of JSON: 730 MB/s. */
import * as zlib from 'node:zlib'
import type { ZstdEngine } from './zstd-engine.ts'

/** zlib allocates its output in pieces of this size, and joins them. */
const CHUNK_SIZE_MIN = 1024
const CHUNK_SIZE_MAX = 1024 * 1024

/** The part of node:zlib that the types of Node.js 20 don't know. */
interface ZlibWithZstd {
  zstdDecompressSync(bytes: Buffer, options: zlib.ZlibOptions): Buffer
  zstdCompressSync(bytes: Buffer): Buffer
}

function createEngine(native: ZlibWithZstd): ZstdEngine {
  return {
    decompressFrame(frame, sizeMax) {
      const allowed = Math.max(sizeMax, 1)
      const chunkSize = Math.min(Math.max(allowed + 1, CHUNK_SIZE_MIN), CHUNK_SIZE_MAX)
      try {
        const output = native.zstdDecompressSync(frame, { maxOutputLength: allowed, chunkSize })
        return output.length > sizeMax ? 'too large' : output
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined
        if (code === 'ERR_BUFFER_TOO_LARGE') return 'too large'
        if (typeof code !== 'string' || !code.startsWith('Z')) throw error
        return (error as Error).message
      }
    },
    compressFrame: bytes => native.zstdCompressSync(bytes),
  }
}

function hasZstd(library: object): library is ZlibWithZstd {
  return 'zstdDecompressSync' in library && 'zstdCompressSync' in library
}

export const nativeZstd = hasZstd(zlib) ? createEngine(zlib) : undefined
