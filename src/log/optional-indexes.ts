/**
 * A disk on which an index that can't be read is one without entries: an index only shortens the way, the log says
 * everything. Whoever is told of the failures may tell them on.
 */
import { DiskError, LimitError } from '../base/errors.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { diskWith } from '../disk/disk-with.ts'
import { parseSegmentFileName } from './file-names.ts'

export type UnreadableIndex = (error: DiskError | LimitError) => void

export function withOptionalIndexes(disk: Disk, onUnreadable: UnreadableIndex): Disk {
  const orElse = <T>(path: string, read: () => T, empty: T): T => {
    try {
      return read()
    } catch (error) {
      const isFailure = error instanceof DiskError || error instanceof LimitError
      if (!isFailure || !isIndex(path)) throw error
      onUnreadable(error)
      return empty
    }
  }
  return diskWith(disk, {
    open: path => orElse(path, () => disk.open(path), emptyFile(path)),
    readWhole: (path, sizeMax) =>
      orElse(path, () => disk.readWhole(path, sizeMax), Buffer.alloc(0)),
  })
}

/** What to say of it: the same for the same file. */
export function unreadableIndexText(error: DiskError | LimitError): string {
  return `${error.message}; the log is read without this index`
}

function isIndex(path: string): boolean {
  const kind = parseSegmentFileName(path.slice(path.lastIndexOf('/') + 1))?.kind
  return kind === 'index' || kind === 'timeindex'
}

function emptyFile(path: string): DiskFile {
  return { path, size: () => 0, read: () => 0, close: () => undefined }
}
