/**
 * How fast this machine reads the user's own segments and checks their bytes now: what a recovery does most of all, in
 * windows of its size.
 *
 * After a reboot nothing is in the page cache, and a disk may be ten times slower than that. So bytes that are not
 * resident are read where there are enough of them; else it is said that they came from the page cache.
 */
import { MEBIBYTE } from '../../base/limits.ts'
import { crc32c } from '../../binary/checksum.ts'
import type { Disk } from '../../disk/disk.ts'
import { type ByteRange, type PageRun, residency } from '../../disk/page-cache.ts'

export interface ReadRate {
  readonly bytes: number
  readonly seconds: number
  /** Unknown where the kernel doesn't tell what is resident. */
  readonly source: 'disk' | 'page-cache' | 'unknown'
}

export interface ReadRateOptions {
  /** Milliseconds, with fractions, from any moment on. */
  readonly clock: () => number
  /** Of a file; asked before it is read. */
  readonly runsOf?: (path: string) => readonly PageRun[] | undefined
}

export interface FileToRead {
  readonly path: string
  readonly size: number
}

interface FileRange extends ByteRange {
  readonly path: string
}

const BYTES_MAX = 256 * MEBIBYTE
const DURATION_MS_MAX = 500
const WINDOW_BYTES = 256 * 1024
/** Of fewer the first access of the disk takes most of the time. */
const DISK_BYTES_ENOUGH = 8 * MEBIBYTE
/** What is resident is asked of so many, the largest. */
const FILES_MAX = 64

/**
 * Undefined where there is nothing to read.
 *
 * @throws DiskError
 */
export function measureReadRate(
  disk: Disk,
  files: readonly FileToRead[],
  { clock, runsOf = path => residency(path) }: ReadRateOptions,
): ReadRate | undefined {
  const largest = files.toSorted((a, b) => b.size - a.size).slice(0, FILES_MAX)
  const { ranges, source } = rangesToRead(largest, runsOf)
  const startedMs = clock()
  const stopAtMs = startedMs + DURATION_MS_MAX
  const window = Buffer.allocUnsafe(WINDOW_BYTES)
  let bytes = 0
  for (const range of ranges) {
    bytes += readRange(disk, range, { window, bytesMax: BYTES_MAX - bytes, clock, stopAtMs })
    if (bytes >= BYTES_MAX || clock() >= stopAtMs) break
  }
  if (bytes === 0) return undefined
  return { bytes, seconds: (clock() - startedMs) / 1000, source }
}

function rangesToRead(
  files: readonly FileToRead[],
  runsOf: NonNullable<ReadRateOptions['runsOf']>,
): { readonly ranges: readonly FileRange[]; readonly source: ReadRate['source'] } {
  const whole = files.map(({ path, size }) => ({ path, position: 0, size }))
  const absent: FileRange[] = []
  for (const { path } of files) {
    const runs = runsOf(path)
    if (runs === undefined) return { ranges: whole, source: 'unknown' }
    for (const { position, size, resident } of runs) {
      if (!resident) absent.push({ path, position, size })
    }
    if (sizeOf(absent) >= BYTES_MAX) break
  }
  const enough = Math.min(DISK_BYTES_ENOUGH, sizeOf(whole) / 2)
  return absent.length > 0 && sizeOf(absent) >= enough
    ? { ranges: absent, source: 'disk' }
    : { ranges: whole, source: 'page-cache' }
}

interface ReadLimits {
  readonly window: Buffer
  readonly bytesMax: number
  readonly clock: () => number
  readonly stopAtMs: number
}

function readRange(
  disk: Disk,
  { path, position, size }: FileRange,
  { window, bytesMax, clock, stopAtMs }: ReadLimits,
): number {
  const file = disk.open(path)
  const wanted = Math.min(size, bytesMax)
  try {
    let count = 0
    while (count < wanted && clock() < stopAtMs) {
      const part = window.subarray(0, Math.min(window.length, wanted - count))
      const read = file.read(part, position + count)
      crc32c(part.subarray(0, read))
      count += read
      if (read < part.length) break
    }
    return count
  } finally {
    file.close()
  }
}

function sizeOf(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { size }) => sum + size, 0)
}
