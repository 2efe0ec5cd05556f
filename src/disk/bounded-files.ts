/**
 * A disk that holds only so many files open, however many its callers hold: one that was not read for longest is closed,
 * and opened again when it is read.
 */
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

/** In order of their last use. */
class OpenFiles {
  readonly #disk: Disk
  readonly #countMax: number
  readonly #open = new Map<BoundedFile, DiskFile>()

  constructor(disk: Disk, countMax: number) {
    this.#disk = disk
    this.#countMax = countMax
  }

  of(file: BoundedFile): DiskFile {
    const open = this.#open.get(file) ?? this.#disk.open(file.path)
    this.#open.delete(file)
    this.#open.set(file, open)
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= this.#countMax) break
      this.close(oldest)
    }
    return open
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
