/**
 * A small file in one piece: checkpoints, snapshots, properties. Logs are scanned, never read
 * whole.
 */
import { LimitError } from '../base/errors.ts'
import { SMALL_FILE_BYTES_MAX } from '../base/limits.ts'
import type { DiskFile } from './disk.ts'

/** Takes over the file, and closes it. What is appended while it reads is left out. */
export function readWholeFile(file: DiskFile, sizeMax = SMALL_FILE_BYTES_MAX): Buffer {
  try {
    const size = file.size()
    if (size > sizeMax) throw tooLarge(file.path, size, sizeMax)
    const bytes = Buffer.allocUnsafe(size)
    return bytes.subarray(0, file.read(bytes, 0))
  } finally {
    file.close()
  }
}

function tooLarge(path: string, size: number, sizeMax: number): LimitError {
  return new LimitError({
    what: `bytes of ${path}, a file that is read whole`,
    needed: String(size),
    allowed: String(sizeMax),
  })
}
