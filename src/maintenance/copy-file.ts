/**
 * A file, or a part of it, copied piece by piece into a new one, durable when it returns, and its checksum. Zeros are not
 * written where the file can have a hole: a broker allocates the indexes that it has open ahead, ten megabytes each, and
 * after a crash nearly all of that is one.
 */
import { createHash } from 'node:crypto'
import type { Disk } from '../disk/disk.ts'
import { EarlySync } from '../disk/early-sync.ts'
import { shrunkenFile } from '../disk/shrunken-file.ts'

/** Stays in a processor's cache between being read and being written. */
export const COPY_WINDOW_SIZE = 131_072

/** Pages of files are this large, and so are blocks of most file systems. */
const HOLE_STEP = 4096
const ZEROS = Buffer.alloc(HOLE_STEP)

export interface CopyOptions {
  /** Told how many bytes were copied since the last call. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

export interface CopiedBytes {
  readonly disk: Disk
  readonly path: string
  /** Where they begin; by default at 0. */
  readonly position?: number
  /** Bytes that are wanted. */
  readonly size: number
}

/**
 * @returns their SHA-256, hex
 * @throws CorruptDataError where the file has fewer bytes by now
 */
export function copyFile(
  bytesOf: CopiedBytes,
  into: { readonly disk: Disk; readonly path: string },
  options: CopyOptions = {},
): string {
  const copy = into.disk.create(into.path)
  try {
    let at = 0
    let end = 0
    const early = new EarlySync(copy)
    const sha256 = checksumOf(bytesOf, options, bytes => {
      const size = sizeBeforeHole(bytes)
      if (size > 0) {
        copy.write(bytes.subarray(0, size), at)
        end = at + size
      }
      at += bytes.length
      early.written(at)
    })
    if (end < at) copy.truncate(at)
    copy.sync()
    return sha256
  } finally {
    copy.close()
  }
}

/** Without the zeros that it ends with, by whole steps. */
function sizeBeforeHole(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0) {
    const start = Math.floor((end - 1) / HOLE_STEP) * HOLE_STEP
    if (bytes.compare(ZEROS, 0, end - start, start, end) !== 0) return end
    end = start
  }
  return 0
}

/** @param visit sees all bytes, in pieces that are valid during the call */
export function checksumOf(
  { disk, path, position = 0, size }: CopiedBytes,
  { onProgress }: CopyOptions = {},
  visit?: (bytes: Buffer) => void,
): string {
  const file = disk.open(path)
  try {
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafeSlow(Math.min(COPY_WINDOW_SIZE, Math.max(1, size)))
    for (let at = 0; at < size;) {
      const bytes = buffer.subarray(0, Math.min(buffer.length, size - at))
      const count = file.read(bytes, position + at)
      if (count < bytes.length) {
        const found = position + at + count
        const sizeBefore = position + size
        throw shrunkenFile({ file: path, position: found, size: found, sizeBefore })
      }
      hash.update(bytes)
      visit?.(bytes)
      at += bytes.length
      onProgress?.(bytes.length)
    }
    return hash.digest('hex')
  } finally {
    file.close()
  }
}
