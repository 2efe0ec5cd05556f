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
  readonly size: number
  readonly #file: DiskFile
  /** Bytes of whole entries. */
  readonly #pageSize: number
  readonly #pages: (Buffer | undefined)[] = []

  constructor(file: DiskFile, entrySize: number) {
    this.#file = file
    this.size = file.size()
    this.#pageSize = PAGE_SIZE - (PAGE_SIZE % entrySize)
  }

  /** @param position of a field of an entry */
  int32At(position: number): number {
    return int32At(this.#pageAt(position), position % this.#pageSize)
  }

  int64At(position: number): bigint {
    return int64At(this.#pageAt(position), position % this.#pageSize)
  }

  #pageAt(position: number): Buffer {
    const number = Math.floor(position / this.#pageSize)
    return (this.#pages[number] ??= this.#read(number))
  }

  /** Zeros where nothing is any more: a file may shrink. */
  #read(number: number): Buffer {
    const start = number * this.#pageSize
    const page = Buffer.alloc(Math.min(this.#pageSize, this.size - start))
    this.#file.read(page, start)
    return page
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
