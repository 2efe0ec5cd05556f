import type { Disk } from './disk.ts'

/** The disk, with some of its calls answered otherwise. */
export function diskWith(disk: Disk, calls: Partial<Disk>): Disk {
  return {
    list: path => disk.list(path),
    status: path => disk.status(path),
    open: path => disk.open(path),
    readWhole: (path, sizeMax) => disk.readWhole(path, sizeMax),
    space: path => disk.space(path),
    create: path => disk.create(path),
    openForWriting: path => disk.openForWriting(path),
    rename: (from, to) => disk.rename(from, to),
    link: (existing, added) => disk.link(existing, added),
    remove: path => disk.remove(path),
    makeDirectory: path => disk.makeDirectory(path),
    removeDirectory: path => disk.removeDirectory(path),
    syncDirectory: path => disk.syncDirectory(path),
    ...calls,
  }
}
