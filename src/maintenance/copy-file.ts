/** A file, or a part of it, copied piece by piece into a new one, durable when it returns, and its checksum. */
import { createHash } from 'node:crypto'
import type { Disk } from '../disk/disk.ts'
import { EarlySync } from '../disk/early-sync.ts'
import { shrunkenFile } from '../disk/shrunken-file.ts'

/** Stays in a processor's cache between being read and being written. */
export const COPY_WINDOW_SIZE = 131_072

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
    const early = new EarlySync(copy)
    const sha256 = checksumOf(bytesOf, options, bytes => {
      copy.write(bytes, at)
      at += bytes.length
      early.written(at)
    })
    copy.sync()
    return sha256
  } finally {
    copy.close()
  }
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
