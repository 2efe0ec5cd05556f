/**
 * Puts a mended segment in the place of the one it was made from, as the cleaner of a broker does: `.cleaned` while it is
 * written, `.swap` once it is whole, then its own name. Between any two steps a broker's start, or that of `recover`, either
 * takes it back or brings it to its end, and the segment that was there before has a name in the backup by then.
 *
 * | step                                       | interrupted behind it, a start           |
 * |--------------------------------------------|------------------------------------------|
 * | files `.cleaned`, durable                  | removes them                             |
 * | the old segment linked into the backup     | removes them                             |
 * | `.cleaned` → `.swap`, the last one counts  | puts them in place                       |
 * | the other segments that went into it removed | removes the rest of them               |
 * | `.log.swap` → `.log`, durable              | puts the indexes in place                |
 * | the indexes likewise                       | finds the new segment                    |
 */
import { join } from 'node:path'
import { DiskError } from '../../base/errors.ts'
import type { Disk, DiskFile, WritableDiskFile } from '../../disk/disk.ts'
import { shrunkenFile } from '../../disk/shrunken-file.ts'
import { EarlySync } from '../../disk/early-sync.ts'
import { segmentFileName } from '../../log/file-names.ts'
import { COPY_WINDOW_SIZE } from '../copy-file.ts'
import type { Backup } from './backup.ts'
import type { Piece } from './piece.ts'
import type { SegmentOutcome } from './segment-outcome.ts'

/** The log first: while `.log.swap` is there, a start removes what lies in its range under other names. */
const KINDS = ['log', 'index', 'timeindex', 'txnindex'] as const
type Kind = (typeof KINDS)[number]

export function swapSegment(
  disk: Disk,
  folder: string,
  { outcome, backup }: { readonly outcome: SegmentOutcome; readonly backup: Backup },
): void {
  const { segment, joined, indexes, pieces } = outcome
  const path = (kind: Kind) => join(folder, segmentFileName(kind, segment.baseOffset))
  const hasAborts = indexes!.aborted.length > 0 || segment.txnIndex !== undefined
  const kinds = KINDS.filter(kind => kind !== 'txnindex' || hasAborts)
  const { offsets, times, aborted } = indexes!
  const bytes = { index: offsets, timeindex: times, txnindex: aborted }
  const replaced = [segment, ...joined].map(({ baseOffset }) => {
    return KINDS.map(kind => segmentFileName(kind, baseOffset))
  })
  try {
    for (const kind of kinds) {
      writeNew(disk, `${path(kind)}.cleaned`, file => {
        if (kind === 'log') writePieces(disk, file, pieces)
        else file.write(bytes[kind], 0)
      })
    }
    disk.syncDirectory(folder)
    backup.keepAll(replaced.flat().map(name => ({ path: join(folder, name), name })))
  } catch (error) {
    for (const kind of kinds) removeLeft(disk, `${path(kind)}.cleaned`)
    throw error
  }
  for (const kind of kinds) disk.rename(`${path(kind)}.cleaned`, `${path(kind)}.swap`)
  disk.syncDirectory(folder)
  for (const name of replaced.slice(1).flat()) {
    if (disk.status(join(folder, name)) !== undefined) disk.remove(join(folder, name))
  }
  disk.syncDirectory(folder)
  disk.rename(`${path('log')}.swap`, path('log'))
  disk.syncDirectory(folder)
  for (const kind of kinds) if (kind !== 'log') disk.rename(`${path(kind)}.swap`, path(kind))
  disk.syncDirectory(folder)
}

/** On a disk that fails or is full, as far as it lets that be. */
function removeLeft(disk: Disk, path: string): void {
  try {
    if (disk.status(path) !== undefined) disk.remove(path)
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
  }
}

/** Durable when it returns, but for its name. What an earlier attempt has left is taken away. */
function writeNew(disk: Disk, path: string, write: (file: WritableDiskFile) => void): void {
  if (disk.status(path) !== undefined) disk.remove(path)
  const file = disk.create(path)
  try {
    write(file)
    file.sync()
  } finally {
    file.close()
  }
}

function writePieces(disk: Disk, target: WritableDiskFile, pieces: readonly Piece[]): void {
  const sources = new Map<string, DiskFile>()
  const window = Buffer.allocUnsafe(COPY_WINDOW_SIZE)
  let filled = 0
  let size = 0
  const early = new EarlySync(target)
  const flush = () => {
    target.write(window.subarray(0, filled), size)
    size += filled
    filled = 0
    early.written(size)
  }
  const sourceAt = (path: string) => {
    const known = sources.get(path)
    if (known !== undefined) return known
    const opened = disk.open(path)
    sources.set(path, opened)
    return opened
  }
  try {
    for (const { path, from, to, head } of pieces) {
      for (let at = from; at < to;) {
        if (filled === window.length) flush()
        const inHead = head === undefined ? undefined : head.subarray(at - from)
        const room = window.subarray(filled, Math.min(window.length, filled + to - at))
        const count =
          inHead !== undefined && inHead.length > 0
            ? inHead.copy(room)
            : readFully(sourceAt(path!), room, at)
        filled += count
        at += count
      }
    }
    flush()
  } finally {
    for (const file of sources.values()) file.close()
  }
}

function readFully(file: DiskFile, room: Buffer, position: number): number {
  const size = file.read(room, position)
  if (size === room.length) return size
  const sizeBefore = position + room.length
  throw shrunkenFile({ file: file.path, position, size: position + size, sizeBefore })
}
