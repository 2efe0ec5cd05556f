/**
 * Keeps the log that was opened last open for whoever asks for it next: a search that hands out its matches comes back
 * to the same segment many times over, and a file that is considerate of the page cache costs milliseconds to open.
 */
import type { Disk, DiskFile } from '../../disk/disk.ts'
import { diskWith } from '../../disk/disk-with.ts'

const LOG_SUFFIX = '.log'

export interface LastLogDisk extends Disk {
  /** Closes what is still open. */
  letGo(): void
}

/** One for each disk, as long as there is that disk. */
export function keepingLastLog(disk: Disk): LastLogDisk {
  const known = DISKS.get(disk)
  if (known !== undefined) return known
  const keeping = keep(disk)
  DISKS.set(disk, keeping)
  return keeping
}

const DISKS = new WeakMap<Disk, LastLogDisk>()

function keep(disk: Disk): LastLogDisk {
  let last: DiskFile | undefined
  const letGo = () => {
    last?.close()
    last = undefined
  }
  const open = (path: string) => {
    // An index beside it is closed before the log is.
    if (!path.endsWith(LOG_SUFFIX)) return disk.open(path)
    if (last?.path !== path) {
      letGo()
      last = disk.open(path)
    }
    return stayingOpen(last)
  }
  return { ...diskWith(disk, { open }), letGo }
}

function stayingOpen(file: DiskFile): DiskFile {
  return {
    path: file.path,
    size: () => file.size(),
    read: (buffer, position) => file.read(buffer, position),
    close: () => undefined,
  }
}
