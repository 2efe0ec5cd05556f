/**
 * An index that is being written: entries of one size, one behind the other, in a file that is as long as all that may
 * come. It is cut to what it holds once nothing more will, and before a clean shutdown.
 *
 * Source: org.apache.kafka.storage.internals.log.AbstractIndex
 */
import { assert } from '../base/errors.ts'
import type { OpenFiles } from '../disk/open-files.ts'

export class IndexFile {
  readonly path: string
  readonly #files: OpenFiles
  readonly #entrySize: number
  /** Entries in use. */
  count: number
  /** Entries that the file may hold. */
  #countMax: number

  /**
   * @param count entries in use; undefined: all whole ones of the file
   * @param sizeMax bytes the file may have; the entries in use may be more already
   */
  constructor(
    files: OpenFiles,
    path: string,
    { entrySize, sizeMax, count }: { entrySize: number; sizeMax: number; count?: number },
  ) {
    this.path = path
    this.#files = files
    this.#entrySize = entrySize
    this.count = count ?? Math.floor(files.reading(path).size() / entrySize)
    this.#countMax = Math.max(this.count, Math.floor(sizeMax / entrySize))
  }

  get usedSize(): number {
    return this.count * this.#entrySize
  }

  get countMax(): number {
    return this.#countMax
  }

  append(entry: Buffer): void {
    assert(entry.length === this.#entrySize, 'an entry has the size of an entry')
    this.#files.writing(this.path).write(entry, this.usedSize)
    this.count++
  }

  /** Makes the file as long as all that may come. */
  preallocate(): void {
    this.#files.writing(this.path).truncate(this.#countMax * this.#entrySize)
  }

  /** To the entries in use. */
  trim(): void {
    const file = this.#files.writing(this.path)
    if (file.size() !== this.usedSize) file.truncate(this.usedSize)
  }

  /** Forgets the entries from slot `count` on; zeros take their place. */
  truncateTo(count: number): void {
    if (count >= this.count) return
    this.count = count
    this.trim()
    this.preallocate()
  }
}
