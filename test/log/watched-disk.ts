import type { Disk, WritableDiskFile } from '../../src/disk/disk.ts'
import { diskWith } from '../../src/disk/disk-with.ts'

/** Counts how often each file was made durable. */
export class WatchedDisk {
  readonly disk: Disk
  readonly #syncs = new Map<string, number>()

  constructor(below: Disk) {
    this.disk = diskWith(below, {
      create: path => this.#watch(below.create(path)),
      openForWriting: path => this.#watch(below.openForWriting(path)),
    })
  }

  syncsOf(path: string): number {
    return this.#syncs.get(path) ?? 0
  }

  #watch(file: WritableDiskFile): WritableDiskFile {
    const { path } = file
    const count = () => this.#syncs.set(path, this.syncsOf(path) + 1)
    return {
      path,
      size: () => file.size(),
      read: (buffer, position) => file.read(buffer, position),
      append: bytes => file.append(bytes),
      write: (bytes, position) => file.write(bytes, position),
      truncate: size => file.truncate(size),
      setModified: mtimeMs => file.setModified(mtimeMs),
      beginSync: (position, size) => file.beginSync(position, size),
      finishSync: (position, size) => file.finishSync(position, size),
      sync() {
        count()
        file.sync()
      },
      datasync() {
        count()
        return file.datasync()
      },
      close: () => file.close(),
    }
  }
}
