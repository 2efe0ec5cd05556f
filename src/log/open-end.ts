/**
 * What may stand behind the last batch of a log that was not closed: a write that a crash cut off, or zeros where it was
 * allocated ahead. Anything else there, and either in a log that was closed, is damage; verify judges likewise.
 */
import { int64At } from '../binary/big-endian.ts'
import type { DiskFile } from '../disk/disk.ts'
import type { ScanEnd } from './batch-scanner.ts'

const WINDOW_SIZE = 64 * 1024

export interface LogTail {
  readonly position: number
  /** Why the scan ended there. */
  readonly stopped: ScanEnd | undefined
  /** Of the segment. */
  readonly baseOffset: bigint
}

/** Whether it is the beginning of a batch that the segment can hold. */
export function isTorn(file: DiskFile, { position, stopped, baseOffset }: LogTail): boolean {
  if (stopped === 'corrupt') return false
  const bytes = Buffer.alloc(INT64_SIZE)
  if (file.read(bytes, position) < INT64_SIZE) return true
  const relative = int64At(bytes, 0) - baseOffset
  return relative >= 0n && relative <= INT32_MAX
}

const INT64_SIZE = 8
const INT32_MAX = 0x7fff_ffffn

/** Whether nothing was ever written from a position on. */
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
