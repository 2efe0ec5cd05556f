/**
 * New files of a directory, written beside the old ones and put in their place together: until then nothing is changed,
 * and it can be given up. Whenever it is interrupted, each file is the old one or the new one, whole.
 */
import { join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { replaceFile, TEMPORARY_SUFFIX, writeNewFile } from '../../disk/replace-file.ts'

export class StagedFiles {
  readonly #disk: Disk
  readonly #directory: string
  /** Paths of files that are to be replaced, or to be removed. */
  readonly #replaced: string[] = []
  readonly #removed: string[] = []

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  replace(name: string, bytes: Buffer): void {
    const path = join(this.#directory, name)
    this.#removeIfThere(path + TEMPORARY_SUFFIX)
    this.#replaced.push(path)
    writeNewFile(this.#disk, path + TEMPORARY_SUFFIX, bytes)
  }

  remove(name: string): void {
    this.#removed.push(join(this.#directory, name))
  }

  /** @param keepsOld whether what goes stays as `*.old`; what was kept once is what was there first */
  apply({ keepsOld }: { readonly keepsOld: boolean }): void {
    if (this.#replaced.length + this.#removed.length === 0) return
    if (keepsOld) for (const path of [...this.#replaced, ...this.#removed]) this.#keep(path)
    for (const path of this.#replaced) this.#disk.rename(path + TEMPORARY_SUFFIX, path)
    for (const path of this.#removed) this.#disk.remove(path)
    this.#disk.syncDirectory(this.#directory)
    this.#replaced.length = 0
    this.#removed.length = 0
  }

  /** What was not put in its place yet is given up. */
  discard(): void {
    for (const path of this.#replaced) this.#removeIfThere(path + TEMPORARY_SUFFIX)
  }

  /** Whole and durable under its name before what it is a copy of goes. */
  #keep(path: string): void {
    const kept = `${path}.old`
    if (this.#disk.status(path) === undefined || this.#disk.status(kept) !== undefined) return
    replaceFile(this.#disk, kept, this.#disk.readWhole(path))
  }

  #removeIfThere(path: string): void {
    if (this.#disk.status(path) !== undefined) this.#disk.remove(path)
  }
}
