/**
 * A disk whose scans leave the page cache as they found it. Reading a few hundred gigabytes would
 * otherwise push out the pages that a broker on the same machine serves its consumers from.
 *
 * A scan is followed in windows. Before it reads from one, it notes which pages of that window and
 * of the next two are absent; when it has moved on, it gives exactly those back. The next ones are
 * noted too, because the kernel reads ahead (128 KiB by default, 8 MiB as some cloud machines are
 * set up): its pages would look as if they had been resident before. What another process brings in
 * between the two moments is given back as well.
 */
import { MEBIBYTE } from '../base/limits.ts'
import type { Disk, DiskFile } from './disk.ts'
import { diskWith } from './disk-with.ts'
import { NodeFile } from './node-disk.ts'
import { type ByteRange, evict, holdsAny, pageCacheNotice, residency } from './page-cache.ts'

const WINDOW_BYTES = 16 * MEBIBYTE
const WINDOWS_AHEAD = 2

/**
 * Waits for late pages: together long enough for a disk to bring 8 MiB, and soon over when others
 * hold the pages.
 */
const LATE_ROUNDS_MAX = 8
const LATE_ROUND_MS = 2
const SLEEPER = new Int32Array(new SharedArrayBuffer(4))

/** Files this small aren't worth the trouble: what they push out is nothing. */
const CONSIDERED_BYTES_MIN = MEBIBYTE

/**
 * Where the page cache can't be seen (see pageCacheNotice), files are read as ever.
 *
 * @param bytesMin smaller files are read as ever, too
 */
export function considerate(disk: Disk, bytesMin = CONSIDERED_BYTES_MIN): Disk {
  return diskWith(disk, { open: path => consider(disk.open(path), bytesMin) })
}

/**
 * Why scans of files of those sizes push pages of others out of the page cache; undefined where they don't, or where the
 * files are too small to.
 *
 * @param sizes asked for only where there is a reason
 */
export function sparingNotice(sizes: () => Iterable<number>): string | undefined {
  const notice = pageCacheNotice()
  if (notice === undefined) return undefined
  for (const size of sizes()) if (size >= CONSIDERED_BYTES_MIN) return notice
  return undefined
}

function consider(file: DiskFile, bytesMin: number): DiskFile {
  if (!(file instanceof NodeFile) || file.size() < bytesMin) return file
  return residency(file.fd, 0, 1) === undefined ? file : new ConsiderateFile(file)
}

class ConsiderateFile implements DiskFile {
  readonly #file: NodeFile

  /**
   * Of each window near the scan, by its number: what was absent before the scan came. Then given
   * back.
   */
  readonly #absent = new Map<number, readonly ByteRange[]>()

  /**
   * What couldn't be given back, as the kernel was still reading it ahead when the scan broke off
   * or went elsewhere.
   */
  readonly #late: ByteRange[] = []

  constructor(file: NodeFile) {
    this.#file = file
  }

  get path(): string {
    return this.#file.path
  }

  size(): number {
    return this.#file.size()
  }

  read(buffer: Buffer, position: number): number {
    const first = Math.floor(position / WINDOW_BYTES)
    const ahead = Math.floor((position + buffer.length) / WINDOW_BYTES) + WINDOWS_AHEAD
    this.#giveBack(window => window < first || window > ahead)
    for (let window = first; window <= ahead; window++) this.#note(window)
    return this.#file.read(buffer, position)
  }

  close(): void {
    this.#giveBack(() => true)
    this.#giveBackLate()
    this.#file.close()
  }

  #note(window: number): void {
    if (this.#absent.has(window)) return
    const runs = residency(this.#file.fd, window * WINDOW_BYTES, WINDOW_BYTES) ?? []
    this.#absent.set(
      window,
      runs.filter(run => !run.resident),
    )
  }

  #giveBack(isLeft: (window: number) => boolean): void {
    for (const [window, absent] of this.#absent) {
      if (!isLeft(window)) continue
      evict(this.#file.fd, absent)
      if (holdsAny(this.#file.fd, absent)) this.#late.push(...absent)
      this.#absent.delete(window)
    }
  }

  #giveBackLate(): void {
    const { fd } = this.#file
    evict(fd, this.#late)
    for (let round = 0; round < LATE_ROUNDS_MAX && holdsAny(fd, this.#late); round++) {
      Atomics.wait(SLEEPER, 0, 0, LATE_ROUND_MS)
      evict(fd, this.#late)
    }
  }
}
