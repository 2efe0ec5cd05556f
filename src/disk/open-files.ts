/**
 * The files that a broker has open, no more than so many of them: the one that was not used for longest is closed when
 * another is needed, and opened again when it is asked for. What was written to a closed file is in the page cache, and
 * a sync of the file opened anew makes it durable as well.
 */
import type { Disk, DiskFile, WritableDiskFile } from './disk.ts'
import type { FileRegion, HeldRegion } from './file-region.ts'

export class OpenFiles {
  readonly disk: Disk
  readonly countMax: number
  /** In the order of their last use, the oldest first. */
  readonly #files = new Map<string, OpenFile>()
  #newest: OpenFile | undefined

  constructor(disk: Disk, countMax: number) {
    this.disk = disk
    this.countMax = countMax
  }

  get count(): number {
    return this.#files.size
  }

  /** Until the next call of any of these: don't keep it. */
  reading(path: string): DiskFile {
    return (this.#known(path) ?? this.#add(path, () => ({ file: this.disk.open(path) }))).file
  }

  writing(path: string): WritableDiskFile {
    const known = this.#known(path)
    if (known?.writable !== undefined) return known.writable
    if (known !== undefined) this.close(path)
    return this.#addWritable(path, () => this.disk.openForWriting(path))
  }

  create(path: string): WritableDiskFile {
    this.close(path)
    return this.#addWritable(path, () => this.disk.create(path))
  }

  /** Waits for the disk; meanwhile the file stays open, however many others are needed. */
  async datasync(path: string): Promise<void> {
    this.writing(path)
    const open = this.#known(path)!
    open.holds++
    try {
      await open.writable!.datasync()
    } finally {
      this.#release(open)
    }
  }

  /** The same for who reads it later: until it is released, the file stays open. */
  hold(region: FileRegion): HeldRegion {
    const file = this.reading(region.path)
    const open = this.#known(region.path)!
    open.holds++
    return { ...region, file, release: () => this.#release(open) }
  }

  /** Before the file is renamed or removed, or when nobody needs it any more. */
  close(path: string): void {
    const open = this.#files.get(path)
    if (open !== undefined) this.#leave(path, open)
  }

  closeAll(): void {
    for (const [path, open] of this.#files) this.#leave(path, open)
  }

  #addWritable(path: string, open: () => WritableDiskFile): WritableDiskFile {
    let writable: WritableDiskFile | undefined
    this.#add(path, () => {
      writable = open()
      return { file: writable, writable }
    })
    return writable!
  }

  #known(path: string): OpenFile | undefined {
    if (this.#newest?.path === path) return this.#newest
    const open = this.#files.get(path)
    if (open === undefined) return undefined
    this.#files.delete(path)
    this.#files.set(path, open)
    this.#newest = open
    return open
  }

  #add(path: string, open: () => Pick<OpenFile, 'file' | 'writable'>): OpenFile {
    for (const [oldest, file] of this.#files) {
      if (this.#files.size < this.countMax) break
      if (file.holds === 0) this.#leave(oldest, file)
    }
    const added = { path, ...open(), holds: 0, isLeft: false }
    this.#files.set(path, added)
    this.#newest = added
    return added
  }

  #leave(path: string, open: OpenFile): void {
    this.#files.delete(path)
    if (this.#newest === open) this.#newest = undefined
    open.isLeft = true
    if (open.holds === 0) open.file.close()
  }

  #release(open: OpenFile): void {
    open.holds--
    if (open.isLeft && open.holds === 0) open.file.close()
  }
}

interface OpenFile {
  /** By which it was asked for; the file itself may have been opened under another name. */
  readonly path: string
  readonly file: DiskFile
  /** The same, where it was opened for writing. */
  readonly writable?: WritableDiskFile
  /** How many wait for the disk, or read later. */
  holds: number
  /** Nobody finds it here any more; it is closed once nobody holds it. */
  isLeft: boolean
}
