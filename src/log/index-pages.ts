/**
 * The bytes of an index, read a page at a time as they are looked at, as a broker's mapping of the file brings them into
 * memory. A binary search needs a few pages; the index of an open segment is preallocated to ten megabytes.
 */
import { LimitError } from '../base/errors.ts'
import { SMALL_FILE_BYTES_MAX } from '../base/limits.ts'
import { int32At, int64At } from '../binary/big-endian.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'

const PAGE_SIZE = 4096

export class IndexPages {
  readonly #file: DiskFile
  /** Zeros where nothing was read yet, or nothing is any more: a file may shrink. */
  readonly #bytes: Buffer
  readonly #isRead: Uint8Array

  constructor(file: DiskFile) {
    this.#file = file
    this.#bytes = Buffer.alloc(file.size())
    this.#isRead = new Uint8Array(Math.ceil(this.size / PAGE_SIZE))
  }

  get size(): number {
    return this.#bytes.length
  }

  /** @param position at most four bytes before the end, as all four must be there */
  int32At(position: number): number {
    this.#read(position, position + 4)
    return int32At(this.#bytes, position)
  }

  int64At(position: number): bigint {
    this.#read(position, position + 8)
    return int64At(this.#bytes, position)
  }

  #read(from: number, to: number): void {
    for (let page = Math.floor(from / PAGE_SIZE); page * PAGE_SIZE < to; page++) {
      if (this.#isRead[page] === 1) continue
      const start = page * PAGE_SIZE
      this.#file.read(this.#bytes.subarray(start, start + PAGE_SIZE), start)
      this.#isRead[page] = 1
    }
  }
}

/** @throws LimitError where the file is larger than any index, which would be held in memory once all was looked at */
export function openIndex(disk: Disk, path: string): DiskFile {
  const file = disk.open(path)
  const size = file.size()
  if (size <= SMALL_FILE_BYTES_MAX) return file
  file.close()
  throw new LimitError({
    what: `bytes of ${path}, an index`,
    needed: String(size),
    allowed: String(SMALL_FILE_BYTES_MAX),
  })
}
