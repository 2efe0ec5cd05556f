/**
 * A disk on which an index that can't be read is one without entries: an index only shortens the way, the log says
 * everything. Whoever is told of the failures may tell them on.
 */
import { DiskError, LimitError } from '../base/errors.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { diskWith } from '../disk/disk-with.ts'
import { parseSegmentFileName } from './file-names.ts'
import { openIndex } from './index-pages.ts'

export type UnreadableIndex = (error: DiskError | LimitError) => void

export function withOptionalIndexes(disk: Disk, onUnreadable: UnreadableIndex): Disk {
  const orElse = <T>(read: () => T, otherwise: T): T => {
    try {
      return read()
    } catch (error) {
      const isFailure = error instanceof DiskError || error instanceof LimitError
      if (!isFailure) throw error
      onUnreadable(error)
      return otherwise
    }
  }
  const openOptional = (path: string): DiskFile => {
    const file = orElse(() => openIndex(disk, path), emptyFile(path))
    const read: DiskFile['read'] = (buffer, position) =>
      orElse(() => file.read(buffer, position), 0)
    return { path, size: () => file.size(), read, close: () => file.close() }
  }
  return diskWith(disk, { open: path => (isIndex(path) ? openOptional(path) : disk.open(path)) })
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
