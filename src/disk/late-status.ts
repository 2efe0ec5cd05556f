/**
 * A disk that asks about some files only when somebody wants to know: a thousand logs have a hundred thousand files, and
 * of most of them the name is enough.
 */
import type { Disk, FileStatus } from './disk.ts'
import { diskWith } from './disk-with.ts'

/** @param isListed whether a path is that of a file which a listing has shown */
export function withLateStatus(disk: Disk, isListed: (path: string) => boolean): Disk {
  return diskWith(disk, {
    status: path => (isListed(path) ? new LateStatus(disk, path) : disk.status(path)),
  })
}

/** All of it zero, where the file has gone since it was listed. */
export class LateStatus implements FileStatus {
  readonly kind = 'file'
  readonly #disk: Disk
  readonly #path: string
  #known: FileStatus | undefined

  constructor(disk: Disk, path: string) {
    this.#disk = disk
    this.#path = path
  }

  get size(): number {
    return this.#status.size
  }

  get allocated(): number {
    return this.#status.allocated
  }

  get mtimeMs(): number {
    return this.#status.mtimeMs
  }

  get inode(): bigint {
    return this.#status.inode
  }

  get device(): bigint {
    return this.#status.device
  }

  get #status(): FileStatus {
    return (this.#known ??= this.#disk.status(this.#path) ?? GONE)
  }
}

const GONE: FileStatus = {
  kind: 'file',
  size: 0,
  allocated: 0,
  mtimeMs: 0,
  inode: 0n,
  device: 0n,
}
