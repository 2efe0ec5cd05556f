/**
 * Keeps the file that was opened last open for whoever asks for it next: a search that hands out its matches comes back
 * to the same segment many times over, and a file that is considerate of the page cache costs milliseconds to open.
 */
import type { Disk, DiskFile } from '../../disk/disk.ts'

export interface LastFileDisk extends Disk {
  /** Closes what is still open. */
  letGo(): void
}

/** One for each disk, as long as there is that disk. */
export function keepingLastFile(disk: Disk): LastFileDisk {
  const known = DISKS.get(disk)
  if (known !== undefined) return known
  const keeping = keep(disk)
  DISKS.set(disk, keeping)
  return keeping
}

const DISKS = new WeakMap<Disk, LastFileDisk>()

function keep(disk: Disk): LastFileDisk {
  let last: DiskFile | undefined
  const letGo = () => {
    last?.close()
    last = undefined
  }
  return {
    letGo,
    open(path) {
      if (last?.path === path) return stayingOpen(last)
      letGo()
      last = disk.open(path)
      return stayingOpen(last)
    },
    list: path => disk.list(path),
    status: path => disk.status(path),
    readWhole: (path, sizeMax) => disk.readWhole(path, sizeMax),
    space: path => disk.space(path),
    create: path => disk.create(path),
    rename: (from, to) => disk.rename(from, to),
    remove: path => disk.remove(path),
    makeDirectory: path => disk.makeDirectory(path),
    syncDirectory: path => disk.syncDirectory(path),
  }
}

function stayingOpen(file: DiskFile): DiskFile {
  return {
    path: file.path,
    size: () => file.size(),
    read: (buffer, position) => file.read(buffer, position),
    close: () => undefined,
  }
}
