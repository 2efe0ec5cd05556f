/** Whether nothing was ever written from a position on: the rest of a log that was allocated ahead. */
import type { DiskFile } from '../../disk/disk.ts'

const WINDOW_SIZE = 64 * 1024

export function isZeroFrom(file: DiskFile, position: number, end: number): boolean {
  const window = Buffer.allocUnsafe(WINDOW_SIZE)
  for (let at = position; at < end;) {
    const size = file.read(window.subarray(0, Math.min(WINDOW_SIZE, end - at)), at)
    if (size === 0) return true
    if (!window.subarray(0, size).equals(ZEROS.subarray(0, size))) return false
    at += size
  }
  return true
}

const ZEROS = Buffer.alloc(WINDOW_SIZE)
