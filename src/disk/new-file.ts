/**
 * A file that grows piece by piece and gets its name once it is whole and durable: interrupted, it leaves `NAME.partial`,
 * which the next one clears away.
 */
import { dirname } from 'node:path'
import type { Disk, WritableDiskFile } from './disk.ts'

export const PARTIAL_SUFFIX = '.partial'

export class NewFile {
  readonly path: string
  readonly #disk: Disk
  readonly #file: WritableDiskFile
  #size = 0
  #isOpen = true

  constructor(disk: Disk, path: string) {
    const partial = path + PARTIAL_SUFFIX
    if (disk.status(partial)?.kind === 'file') disk.remove(partial)
    this.path = path
    this.#disk = disk
    this.#file = disk.create(partial)
  }

  write(bytes: Buffer): void {
    this.#file.write(bytes, this.#size)
    this.#size += bytes.length
  }

  /** Durable, under its name, when it returns. */
  finish(): void {
    this.#file.sync()
    this.#close()
    this.#disk.rename(this.#file.path, this.path)
    this.#disk.syncDirectory(dirname(this.path))
  }

  /** Leaves nothing behind; of one that could not be finished, too. */
  discard(): void {
    this.#close()
    if (this.#disk.status(this.#file.path) !== undefined) this.#disk.remove(this.#file.path)
  }

  #close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#file.close()
  }
}
