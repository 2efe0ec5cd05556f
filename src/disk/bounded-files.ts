/**
 * A disk that holds only so many files open, however many its callers hold: one that was not read for longest is closed,
 * and opened again when it is read.
 */
import { DiskError } from '../base/errors.ts'
import type { Disk, DiskFile } from './disk.ts'
import { diskWith } from './disk-with.ts'

export function withOpenFilesAtMost(disk: Disk, countMax: number): Disk {
  const files = new OpenFiles(disk, countMax)
  return diskWith(disk, {
    open(path) {
      const file = new BoundedFile(path, files)
      file.size()
      return file
    },
  })
}

/** Others need some, too. */
const KEPT_SHARE = 0.9

/** In order of their last use. */
class OpenFiles {
  readonly #disk: Disk
  #countMax: number
  readonly #open = new Map<BoundedFile, DiskFile>()

  constructor(disk: Disk, countMax: number) {
    this.#disk = disk
    this.#countMax = countMax
  }

  of(file: BoundedFile): DiskFile {
    const open = this.#open.get(file) ?? this.#openAnew(file.path)
    this.#open.delete(file)
    this.#open.set(file, open)
    return open
  }

  /** Where the process may hold fewer than thought, that is how many there are from then on. */
  #openAnew(path: string): DiskFile {
    this.#closeDownTo(this.#countMax - 1)
    for (;;) {
      try {
        return this.#disk.open(path)
      } catch (error) {
        const isTooMany = error instanceof DiskError && error.errno === 'EMFILE'
        if (!isTooMany || this.#open.size === 0) throw error
        this.#countMax = Math.max(1, Math.floor(this.#open.size * KEPT_SHARE))
        this.#closeDownTo(this.#countMax)
      }
    }
  }

  #closeDownTo(count: number): void {
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= count) return
      this.close(oldest)
    }
  }

  close(file: BoundedFile): void {
    const open = this.#open.get(file)
    this.#open.delete(file)
    open?.close()
  }
}

class BoundedFile implements DiskFile {
  readonly path: string
  readonly #files: OpenFiles

  constructor(path: string, files: OpenFiles) {
    this.path = path
    this.#files = files
  }

  size(): number {
    return this.#files.of(this).size()
  }

  read(buffer: Buffer, position: number): number {
    return this.#files.of(this).read(buffer, position)
  }

  close(): void {
    this.#files.close(this)
  }
}
